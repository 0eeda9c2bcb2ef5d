"""Compilation of kernels: serial and parallel loops over envs, cached by the digest of their sources."""

from .compilation import OverCopies, in_parallel, most_threads, njit, over_copies, prange, threads

__all__ = ["OverCopies", "in_parallel", "most_threads", "njit", "over_copies", "prange", "threads"]
