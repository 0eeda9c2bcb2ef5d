"""Threads, devices and memory allocation of the process."""

import ctypes
import os

import numba
import torch

from ..algorithms.core import forks
from ..envs.errors import BadParameter
from ..envs.kernels import forks as kernel_forks
from ..envs.kernels import most_threads

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # names of glibc's malloc.h
LARGEST_MMAP_THRESHOLD = 32 * 2**20
KEPT = 2**30


def keep_freed_memory() -> None:
    """Let glibc keep up to a gigabyte of freed memory for the next tensors.

    By default it returns the memory to the system after each gradient step. The system then has to
    clear and map every page of a new tensor anew: a tenth of the time of PPO's updates. Has no
    effect with other C libraries.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    mallopt(MMAP_THRESHOLD, LARGEST_MMAP_THRESHOLD)
    mallopt(TRIM_THRESHOLD, KEPT)


def count_cores() -> int:
    """CPU cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except (AttributeError, OSError):  # not every system has it
        return os.cpu_count() or 1


def set_threads(threads: int) -> None:
    """Use that many CPU threads for networks and environments; 0 takes all.

    Raises:
        BadParameter: this process was forked from one whose threads had started, so that more than
            one would wait for ever.
    """
    number = threads or count_cores()
    if number > 1 and (forks.lack_threads() or kernel_forks.lack_threads()):
        raise BadParameter(
            f"threads is {number}, but this process was forked from one whose threads had started, which leaves it one; "
            "start it by multiprocessing.get_context('spawn'), or ask for --training.threads 1"
        )
    torch.set_num_threads(number)
    numba.set_num_threads(min(number, most_threads()))


def check_device(device: str) -> None:
    """Raise BadParameter if torch knows no such device, or has none here."""
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).split("\n")[0].rstrip(".")
        raise BadParameter(f"device is '{device}', which torch cannot use here: {reason}") from error
