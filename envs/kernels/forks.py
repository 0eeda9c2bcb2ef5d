"""Forked children of a process whose kernel threads have started.

A fork copies one thread and the records of all: OpenMP waits for threads that are not there, or
ends the child. So such a child runs kernels on its one thread. Children that are spawned have all
threads.
"""

import os

import numba

from . import compilation

_reached = False


def lack_threads() -> bool:
    """Return True in a child that was forked after kernel threads had started."""
    return _reached


def _after_fork() -> None:
    global _reached
    try:
        layer = numba.threading_layer()  # pyright: ignore[reportPrivateImportUsage] (a public function of Numba)
    except ValueError:  # none was started, so the child can start its own
        return
    if layer != "workqueue":  # Numba starts that one again by itself
        _reached = True
        numba.set_num_threads(1)  # of this thread
        compilation.in_parallel = _never  # of those that the child will start


def _never(num_envs: int) -> bool:
    return False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
