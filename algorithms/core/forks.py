"""Detection of forked children of a process whose torch threads may have started.

See `envs.kernels.forks`. Torch does not report if its threads run; in a process with a single
thread they did not.
"""

import os

import torch

_several = False
_reached = False


def lack_threads() -> bool:
    """Return True in a child that was forked after torch's threads may have started."""
    return _reached


def _before_fork() -> None:
    global _several
    _several = torch.get_num_threads() > 1 and _count_threads() != 1


def _after_fork() -> None:
    global _reached
    if _several:
        _reached = True
        torch.set_num_threads(1)


def _count_threads() -> int | None:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:  # no Linux
        return None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)
