"""Loops over copies, compiled for one thread and for all: a task writes the loop once.

A copy's row is written by its own turn of the loop alone and draws from its own stream, so both builds give the same bits.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

from numba import config, get_num_threads, prange, set_num_threads

from .cache import install
from .dispatcher import njit
from .loop_check import check_loop

__all__ = ["OverCopies", "in_parallel", "most_threads", "njit", "over_copies", "prange", "threads"]

install()  # before any kernel is declared, which is why kernels take `njit` from here


def in_parallel(num_envs: int) -> bool:
    """Whether a loop over so many copies is worth Numba's threads."""
    return num_envs > 1 and get_num_threads() > 1


def most_threads() -> int:
    """The most threads that kernels can run on in this process: the cores, or NUMBA_NUM_THREADS."""
    return config.NUMBA_NUM_THREADS  # pyright: ignore[reportAttributeAccessIssue] (set from the environment)


@contextmanager
def threads(number: int) -> Iterator[None]:
    """Run kernels on `number` threads within a with-block. Raises ValueError for more than `most_threads`."""
    before = get_num_threads()
    set_num_threads(number)
    try:
        yield
    finally:
        set_num_threads(before)


class OverCopies:
    """A kernel `loop(state, ...)` over all copies in two builds; a call chooses the one that suits the number of copies.

    The first argument is the task's state. The loop is `for c in prange(...)`, which runs in order in the serial build. Numba hands
    out unsigned numbers in the parallel build: pass `np.int64(c)` on. The body of the loop calls a kernel on one env and writes
    nothing itself, see `loop_check`.

    Raises:
        BadParameter: the loop writes where threads would lose it, or into rows of other envs.
    """

    def __init__(self, loop: Callable[..., None]):
        assert isinstance(loop, FunctionType)
        check_loop(loop)
        self.serial: Any = njit(cache=True)(loop)
        # The twin has a name of its own because Numba files a compiled function under its name.
        twin = FunctionType(loop.__code__, loop.__globals__, f"{loop.__name__}_parallel", loop.__defaults__)
        twin.__qualname__ = f"{loop.__qualname__}_parallel"
        twin.__module__ = loop.__module__
        self.parallel: Any = njit(cache=True, parallel=True)(twin)
        self.__doc__ = loop.__doc__

    def __call__(self, state: Any, *args: Any) -> None:
        """Run the loop; arguments as it declares them."""
        build = self.parallel if in_parallel(len(state.over)) else self.serial
        build(state, *args)


def over_copies(loop: Callable[..., None]) -> OverCopies:
    """Decorator of a loop over copies; see OverCopies."""
    return OverCopies(loop)
