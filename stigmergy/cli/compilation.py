"""Notice of kernel compilation, so that the first minute of a first run is not silent."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numba.core.event import Event, Listener, install_listener

from stigmergy.envs.kernels.cache import cache_folder, is_temporary

SECONDS_BETWEEN_LINES = 10.0
COMPILATION = "numba:compile"
"""Numba's event for the compilation of a kernel that is not in the cache."""


class CompilationNotice(Listener):
    """Print on standard error that kernels are compiled, where they are kept, and the progress.

    The first message is printed once a process.
    """

    def __init__(self):
        self._kernels = 0
        self._began = self._said = 0.0

    def on_start(self, event: Event) -> None:
        """Count a kernel whose compilation begins."""
        now = time.monotonic()
        if not self._kernels:
            self._began = self._said = now
            print(first_line(), file=sys.stderr, flush=True)
        elif now - self._said >= SECONDS_BETWEEN_LINES:
            self._said = now
            what = f"{self._kernels} so far in {now - self._began:.0f} s, now {_place(event.data)}"
            print(f"compiling kernels: {what}", file=sys.stderr, flush=True)
        self._kernels += 1

    def on_end(self, event: Event) -> None:
        """Ignore the end of a compilation; the next one follows at once."""


def first_line() -> str:
    """Sentence at the first compilation of a process."""
    if is_temporary(cache_folder()):
        return (
            "compiling kernels, which takes up to a minute; every process does it anew, because no folder to keep them in can be "
            "written: NUMBA_CACHE_DIR names another one"
        )
    return f"compiling kernels, which takes up to a minute the first time; they are kept in {cache_folder()}"


def _place(details: dict[str, Any] | None) -> str:
    """File and name of the kernel that is being compiled."""
    function = getattr((details or {}).get("dispatcher"), "py_func", None)
    code = getattr(function, "__code__", None)
    return f"{Path(code.co_filename).name}: {code.co_name}" if code else "another one"


@contextmanager
def compilation_announced() -> Iterator[None]:
    """Print notices of compilations within a with-block."""
    with install_listener(COMPILATION, CompilationNotice()):
        yield
