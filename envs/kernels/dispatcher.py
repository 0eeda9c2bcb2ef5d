"""Decorators that compile kernels, with an entry for Python only where Python calls them.

Numba compiles two entries of a function: the native one that other kernels call, and a wrapper that
unpacks Python objects. For a kernel that takes the arrays of a state the wrapper takes longer to
compile than the rules do. Without the wrappers of inner kernels a task compiles in two thirds of
the time; the native code is the same. See also `code_library`.
"""

from collections.abc import Callable
from typing import Any

from numba import config
from numba.core.registry import CPUDispatcher

from .cache_file import KernelCache
from .code_library import InnerCompiler, InnerResults, KernelCompiler, set_environments


class InnerCache(KernelCache):
    """Cache of kernels without a wrapper, beside those of the same functions with one."""

    _impl_class = InnerResults

    def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:
        return (*super()._index_key(sig, codegen), "inner code")


class InnerDispatcher(CPUDispatcher):
    """A function that only compiled code calls."""

    def enable_caching(self) -> None:
        """Keep compiled kernels on disk."""
        self._cache = InnerCache(self.py_func)


class KernelDispatcher(CPUDispatcher):
    """A function for Python and compiled code, each with an entry that is compiled at first use."""

    def __init__(self, py_func: Callable[..., Any], locals: Any = None, targetoptions: Any = None, **others: Any):
        super().__init__(py_func, locals, targetoptions, **others | {"pipeline_class": KernelCompiler})
        without = (targetoptions or {}) | {"no_cpython_wrapper": True}
        self.inner = InnerDispatcher(py_func, locals, without, **others | {"pipeline_class": InnerCompiler})

    def compile(self, sig: Any) -> Any:
        """Compile for the types of a signature, or load from the cache, unless that is done."""
        known = len(self.overloads)
        entry = super().compile(sig)
        if len(self.overloads) > known:
            set_environments(next(reversed(self.overloads.values())))
        return entry

    def enable_caching(self) -> None:
        """Keep compiled kernels on disk."""
        self._cache = KernelCache(self.py_func)
        self.inner.enable_caching()

    # Methods that Numba calls when it compiles a call of this function from another one.

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Typing of a call by compiled code."""
        return self.inner.get_call_template(args, kws)

    def get_overload(self, sig: Any) -> Any:
        """The compiled function that a call by compiled code reaches."""
        return self.inner.get_overload(sig)

    @property
    def is_compiling(self) -> Any:
        """True while it is being compiled; Numba recognizes by it a function that calls itself."""
        return super().is_compiling or self.inner.is_compiling

    @property
    def stats(self) -> Any:
        """Hits and misses of the cache, those of calls by compiled code included."""
        own, inner = super().stats, self.inner.stats
        hits, misses = own.cache_hits + inner.cache_hits, own.cache_misses + inner.cache_misses
        return own._replace(cache_hits=hits, cache_misses=misses)


def njit(function: Callable[..., Any] | None = None, *, cache: bool = False, **options: Any) -> Any:
    """Compile a function at its first call; options are those of Numba's `njit`, no signatures."""
    if function is None:
        return lambda given: njit(given, cache=cache, **options)
    if config.DISABLE_JIT:  # pyright: ignore[reportAttributeAccessIssue] (set from the environment)
        return function
    dispatcher = KernelDispatcher(function, targetoptions={"boundscheck": None} | options | {"nopython": True})
    if cache:
        dispatcher.enable_caching()
    return dispatcher


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function on parts of one env that allocates nothing and returns numbers.

    Such a function needs no reference counts, which would take as long as the physics, and share
    cache lines between threads. Give inner functions the arrays they need: a whole state is copied
    field by field at every call that is not inlined.
    """
    return njit(cache=True, error_model="numpy", _nrt=False)(function)
