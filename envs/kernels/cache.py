"""Cache of compiled kernels, keyed by the sources that a kernel is made from.

Numba keys a cached kernel by the file it stands in. A kernel also depends on the kernels and
constants that the file imports, and after an edit of one of those Numba would load code that is no
longer there. Here the key is a digest of the file and of all that it imports, directly or not, as
far as it belongs to this package or to the user. The key does not depend on where the files lie, so
that clones, worktrees and installed packages with equal sources share one cache.

The digest is taken when a kernel is declared, which is when its module is imported. Taken later it
could be of sources that were edited meanwhile, and file old code under them.
"""

import ast
import atexit
import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
from numba import config
from numba.core import caching

from ..plugins.search_path import PLACE, real_name

PACKAGE = __name__.partition(".")[0]
DECORATORS = os.path.join(os.path.dirname(__file__), "compilation.py")
"""File that every kernel imports. Of its own imports only the loop over envs is part of kernels."""
LOOP = os.path.join(os.path.dirname(__file__), "env_loop.py")
DAYS_KEPT = 30
"""Days without use after which kernels of other sources are removed."""
_SECONDS_A_DAY = 86_400
_TEMPORARY = f"{PACKAGE}-kernels-"
_INSTALLED = ("site-packages", "dist-packages")


class SourcesLocator:
    """Place of a kernel in the cache, by the digest of its sources.

    Numba asks it before its own locators; it has the methods of `CacheLocator`. Functions of other
    packages, and those typed at a prompt, are left to Numba.
    """

    def __init__(self, function: Any, file: str, digest: str):
        self._py_file = file
        self._line = function.__code__.co_firstlineno
        self._digest = digest
        self._folder = cache_folder() / f"{Path(file).stem}-{digest[:24]}"

    @classmethod
    def from_function(cls, function: Any, file: str) -> "SourcesLocator | None":
        """Return the locator of a kernel; None for one that is not of this package nor uses it."""
        if not os.path.isfile(file):
            return None
        module = sys.modules.get(function.__module__)
        sources = sources_of(module, file)
        own = os.path.dirname(os.path.dirname(__file__))
        # Code in a cache is executed: a plugin in a run takes our cache too, never one beside its
        # file.
        is_plugin = PLACE in getattr(module, "__dict__", {})
        if not is_plugin and not any(path.startswith(own + os.sep) for path in sources):
            return None
        names = names_of_plugins(sources) if is_plugin else []
        locator = cls(function, file, digest_of(sources, names))
        locator.ensure_cache_path()
        return locator

    def ensure_cache_path(self) -> None:
        """Make the folder, and mark it as used."""
        try:
            if time.time() - self._folder.stat().st_mtime > _SECONDS_A_DAY:
                os.utime(self._folder)
        except FileNotFoundError:
            self._folder.mkdir(parents=True, exist_ok=True)
            _remove_unused(self._folder)

    def get_cache_path(self) -> str:
        """The folder of the compiled kernel."""
        return str(self._folder)

    def get_source_stamp(self) -> str:
        """The digest of the sources; files with another one are not read."""
        return self._digest

    def get_disambiguator(self) -> str:
        """The line, which tells kernels of one name in a file apart."""
        return str(self._line)


def install() -> None:
    """Have Numba ask `SourcesLocator` first. Kernels declared before keep the cache they have."""
    implementation: Any = getattr(caching, "CacheImpl", None) or getattr(caching, "_CacheImpl", None)
    if implementation is not None and SourcesLocator not in implementation._locator_classes:
        implementation._locator_classes.insert(0, SourcesLocator)


@cache
def cache_folder() -> Path:
    """The folder of all compiled kernels.

    It is NUMBA_CACHE_DIR if that is set, else the user's cache folder. Where it cannot be written a
    folder for this process alone takes its place, and kernels are compiled anew in every process.
    """
    given = config.CACHE_DIR  # pyright: ignore[reportAttributeAccessIssue] (set from the environment)
    for folder in [Path(given)] if given else [_user_cache() / PACKAGE / "kernels"]:
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
            return folder
    temporary = Path(tempfile.mkdtemp(prefix=_TEMPORARY))
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    return temporary


def is_temporary(folder: Path) -> bool:
    """Tell whether a cache folder is one for this process alone."""
    return folder.name.startswith(_TEMPORARY)


def _user_cache() -> Path:
    """The folder that the system has for caches of this user."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or os.path.expanduser("~/AppData/Local"))
    if sys.platform == "darwin":
        return Path(os.path.expanduser("~/Library/Caches"))
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))


def digest_of(sources: list[str], names: Sequence[str] = ()) -> str:
    """Digest of the text of source files, of `names`, and of Numba's version."""
    files = [_digest_of_file(path, _stamp(path)) for path in sources]
    return hashlib.sha256("".join([numba.__version__, *files, *names]).encode()).hexdigest()


def names_of_plugins(sources: list[str]) -> list[str]:
    """Names in `sys.modules` of the plugins among the files.

    Compiled kernels refer to them, and they differ between processes.
    """
    modules = [module for module in list(sys.modules.values()) if PLACE in getattr(module, "__dict__", {})]
    return sorted(module.__name__ for module in modules if getattr(module, "__file__", None) in sources)


def sources_of(module: ModuleType | None, file: str) -> list[str]:
    """The source file `file` of a loaded module and those of what it imports, directly or not.

    Files of the standard library and of other installed packages are left out. The order is that of
    the imports, the same wherever the files lie.
    """
    found: dict[str, None] = {}
    waiting = [(file, _package_of(module), getattr(module, "__name__", ""))]
    while waiting:
        path, package, name = waiting.pop()
        if path in found:
            continue
        found[path] = None
        if path == DECORATORS:
            found[LOOP] = None
            continue
        for written in _imported_names(path, package, _stamp(path)):
            imported = real_name(sys.modules.get(name), written)
            other = sys.modules.get(imported)
            origin = getattr(other, "__file__", None)
            if origin and origin not in found and _is_followed(imported, origin, name):
                waiting.append((origin, _package_of(other), imported))
    return list(found)


def _package_of(module: ModuleType | None) -> str:
    return getattr(module, "__package__", "") or ""


def _is_followed(name: str, origin: str, importer: str) -> bool:
    """Return True for an imported module that may hold kernels or constants that change.

    That is one of ours, of the importer's own package, or not installed.
    """
    top = name.partition(".")[0]
    if not origin.endswith(".py") or top in sys.stdlib_module_names:
        return False
    return top in (PACKAGE, importer.partition(".")[0]) or not any(part in Path(origin).parts for part in _INSTALLED)


# A file is read and parsed once for each state of it: Numba asks for every kernel in it.


def _stamp(path: str) -> tuple[int, int]:
    state = os.stat(path)
    return state.st_mtime_ns, state.st_size


@cache
def _digest_of_file(path: str, stamp: tuple[int, int]) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


@cache
def _imported_names(path: str, package: str, stamp: tuple[int, int]) -> tuple[str, ...]:
    """Absolute names of the modules that a file may import.

    `from a import b` gives a and a.b, for b may be a module.
    """
    tree = ast.parse(Path(path).read_bytes())
    return tuple(dict.fromkeys(name for node in _statements(tree) for name in _names(node, package)))


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements below a node but those that are there for type checkers alone."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            yield from (inner for other in child.orelse for inner in (other, *_statements(other)))
        elif isinstance(child, (ast.stmt, ast.excepthandler)):
            yield child
            yield from _statements(child)


def _names(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        parts = package.split(".")
        start = parts[: len(parts) - node.level + 1] if node.level else []
        stem = ".".join([*start, *([node.module] if node.module else [])])
        yield stem
        yield from (f"{stem}.{alias.name}" for alias in node.names)


def _remove_unused(folder: Path) -> None:
    """Remove kernels of the same file with other sources, unused for DAYS_KEPT days."""
    stem = folder.name.rpartition("-")[0]
    for other in folder.parent.glob(f"{stem}-*"):
        with contextlib.suppress(OSError):
            if time.time() - other.stat().st_mtime > DAYS_KEPT * _SECONDS_A_DAY:
                shutil.rmtree(other, ignore_errors=True)
