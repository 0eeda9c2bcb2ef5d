"""Compilation of kernels: serial and parallel loops over envs, cached by the digest of their sources."""

from .compilation import EachEnv, OverCopies, each_env, in_parallel, most_threads, njit, over_copies, prange, threads

__all__ = [
    "EachEnv",
    "OverCopies",
    "each_env",
    "in_parallel",
    "most_threads",
    "njit",
    "over_copies",
    "prange",
    "threads",
]
