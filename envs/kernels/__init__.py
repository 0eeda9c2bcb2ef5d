"""Compilation of kernels and loops over envs, cached by the digest of their sources."""

from .compilation import (
    EachEnv,
    OverCopies,
    each_env,
    in_parallel,
    kernel,
    most_threads,
    njit,
    over_copies,
    prange,
    threads,
)

__all__ = [
    "EachEnv",
    "OverCopies",
    "each_env",
    "in_parallel",
    "kernel",
    "most_threads",
    "njit",
    "over_copies",
    "prange",
    "threads",
]
