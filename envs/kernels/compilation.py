"""Loops over envs, compiled for one thread and for several.

Each env's row is written by its own call of the kernel and draws from its own stream, so the number
of threads changes no bit.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import update_wrapper
from types import FunctionType
from typing import Any

import numpy as np
from numba import config, get_num_threads, prange, set_num_threads
from numpy.typing import NDArray

from .cache import install
from .dispatcher import kernel, njit
from .env_loop import compile_loop
from .loop_check import check_loop

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

install()  # before any kernel is declared; kernels therefore take `njit` and `kernel` from here


def in_parallel(num_envs: int) -> bool:
    """Return True if a loop over so many envs is worth Numba's threads."""
    return num_envs > 1 and get_num_threads() > 1


def most_threads() -> int:
    """Largest number of threads of kernels in this process: the cores, or NUMBA_NUM_THREADS."""
    return config.NUMBA_NUM_THREADS  # pyright: ignore[reportAttributeAccessIssue] (set from the environment)


@contextmanager
def threads(number: int) -> Iterator[None]:
    """Run kernels on `number` threads within a with-block.

    Raises:
        ValueError: there are not so many; see `most_threads`.
    """
    before = get_num_threads()
    set_num_threads(number)
    try:
        yield
    finally:
        set_num_threads(before)


class OverCopies:
    """A kernel `loop(state, ...)` over all envs in two builds, of which a call chooses one.

    The first argument is the task's state. The loop is `for env in prange(...)`, which runs in
    order in the serial build. Indices are unsigned in the parallel build: pass `np.int64(env)` on.
    The body of the loop calls a kernel on one env and writes nothing itself, see `loop_check`.

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
    """Decorator of a loop over envs; see OverCopies. New tasks use `each_env`."""
    return OverCopies(loop)


class EachEnv:
    """A kernel on one env, and the loop that calls it in each; made by `each_env`.

    Other kernels call it as it is declared, with the index of the env last. Python leaves the index
    out: `advance(state, k, reward)` runs it in all envs, `advance(state, k, reward, where=where)`
    in those of a mask.

    The loop runs on Numba's threads where there are several of both, threads and envs, and gives
    the same bits on any number of them. Kernel and loop are compiled at the first call, once for
    one thread and for several.
    """

    def __init__(self, kernel: Callable[..., Any]):
        function = getattr(kernel, "py_func", kernel)
        assert isinstance(function, FunctionType)
        update_wrapper(self, function)
        self._function = function
        self._kernel: Any = njit(cache=True)(function) if kernel is function else kernel
        # Declared now, so that the cache files it under the sources as they are now.
        self._loop: Any = None if _interprets() else compile_loop(self._kernel, function)
        self._started = False

    def __call__(self, state: Any, *arguments: Any, where: NDArray[np.bool_] | None = None) -> None:
        """Run the kernel in each env.

        Args:
            state: the task's state, with a row of each array for an env; the length of `over` is
                the number of envs.
            arguments: the others in the order of the kernel, without the index.
            where: `(num_envs,)` bool, the envs to run in; all where it is left out.

        Raises:
            TypeError: the number of arguments is not that of the kernel less the index.
        """
        expected, given = self._function.__code__.co_argcount - 1, 1 + len(arguments)
        if _interprets() and given == expected + 1:  # another kernel calls, which is not compiled either
            self._function(state, *arguments)
        elif given != expected:
            raise TypeError(
                f"{self._function.__qualname__} was called with {given} arguments; without the index of the env it takes {expected}"
            )
        elif _interprets():
            for env in range(len(state.over)) if where is None else np.flatnonzero(where):
                self._function(state, *arguments, int(env))
        else:
            num_envs = len(state.over)
            self.loop(get_num_threads() if in_parallel(num_envs) else 1, num_envs, where, state, *arguments)

    @property
    def loop(self) -> Any:
        """The compiled loop; see `compile_loop`."""
        if not self._started:
            # A loop from the cache refers to the functions of Numba's threads, also where one env
            # needs none.
            get_num_threads()  # starts them
            self._started = True
        return self._loop

    @property
    def _numba_type_(self) -> Any:
        """Numba's type of it, that of the kernel."""
        return self._kernel._numba_type_


def each_env(kernel: Callable[..., Any]) -> EachEnv:
    """Decorator of a kernel (state, ..., env) on one env; from Python it runs in all; see EachEnv.

    It stands above `@kernel` where the kernel needs no reference counts; else it compiles the
    function itself.
    """
    return EachEnv(kernel)


def _interprets() -> bool:
    """Return True if NUMBA_DISABLE_JIT has kernels run without being compiled."""
    return config.DISABLE_JIT  # pyright: ignore[reportAttributeAccessIssue] (set from the environment)
