"""Files of a plugin or a module, found without running any of them, and their digest.

A plugin file consists of itself and of its neighbours: the modules and packages beside it that it
imports, what these import, and the data files beside it whose names stand in its text. A package is
taken whole.
"""

import ast
import hashlib
import importlib.util
import os
import re
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.machinery import ModuleSpec, PathFinder
from itertools import islice
from pathlib import Path

from ..errors import CannotImport
from ..utils.files import MOST_BYTES, UnreadableFile, read_bytes

OURS = ("stigmergy", "numpy", "numba", "torch", "gymnasium", "pettingzoo", "pydantic", "yaml", "PIL", "tyro", "rich")
RESERVED = sys.stdlib_module_names | set(OURS)
"""Top-level modules that a file beside a plugin never stands for, whatever it is called."""
CODE = (".py", ".pyw", ".so", ".pyd")
LARGEST_DATA = 4 << 20
MOST_DATA = 32 << 20
MOST_FILES = 2000
LONGEST_NAME = 240
"""Bytes of a module's or a file's name, beyond which file systems have none."""
_TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


@dataclass(frozen=True)
class Sources:
    """The files of one plugin or module."""

    name: str
    """A file (`my_file.py`) or a module (`my_package.module`), as it was given."""
    folder: Path
    """The folder of its top-level modules."""
    main: str
    """The file that is executed first, from `folder`."""
    files: tuple[str, ...]
    """All files, from `folder`, sorted."""
    installed: bool = False
    """True for a part of an installed or very large package.

    `files` has the executed ones alone.
    """
    left_out: tuple[str, ...] = ()
    """Packages whose data files are too many or too large."""

    @property
    def path(self) -> Path:
        """The file that is executed first."""
        return self.folder / self.main

    @cached_property
    def digest(self) -> str:
        """SHA-256 over names and contents of all files. Raises UnreadableFile."""
        whole = hashlib.sha256(self.main.encode())
        for package in self.left_out:
            whole.update(f"\0left out: {package}".encode())
        for name in self.files:
            whole.update(b"\0" + name.encode("utf-8", "surrogateescape") + b"\0")
            whole.update(hashlib.sha256(read_bytes(self.folder / name)).digest())
        return whole.hexdigest()


def sources_of_file(path: str | Path) -> Sources:
    """The files of a plugin file.

    Raises CannotImport if there is no such file, or one of them cannot be read.
    """
    resolved = Path(path).resolve()
    if len(resolved.name.encode()) > LONGEST_NAME or not resolved.is_file():
        raise CannotImport(f"the plugin '{path}' cannot be imported: there is no such file")
    return _collect(str(path), resolved.parent, resolved.name, [resolved.name])


def sources_of_module(name: str, *folders: Path) -> Sources | None:
    """The files of a module, looked for in `folders` and then where Python looks.

    None if there is no such module.

    Nothing is imported on the way, not even the packages around the module.

    Raises:
        CannotImport: one of its files cannot be read.
    """
    top = name.partition(".")[0]
    for folder in folders:
        if neighbour(folder, top) is not None and top not in RESERVED:
            executed = _executed(name, spec_beside(folder, top))
            return _collect(name, folder.absolute(), *_main_and_tops(executed, folder.absolute())) if executed else None
    executed = _executed(name, _top_spec(top))
    if not executed:
        return None
    depth = name.count(".") + (executed[-1].name == "__init__.py")
    folder = executed[-1].parents[depth]
    top = executed[-1].relative_to(folder).parts[0]
    if is_installed(executed[-1]) or _is_large(folder / top):
        files = tuple(sorted(os.path.relpath(path, folder) for path in executed))
        return _digested(Sources(name, folder, os.path.relpath(executed[-1], folder), files, installed=True))
    return _collect(name, folder, *_main_and_tops(executed, folder))


def neighbour(folder: Path, top: str) -> Path | None:
    """The file or package folder that a plugin in `folder` means by `import top`.

    None if there is none beside it.
    """
    if not top.isidentifier() or len(top.encode()) > LONGEST_NAME:
        return None
    package = folder / top
    if (package / "__init__.py").is_file():
        return package
    if (folder / f"{top}.py").is_file():
        return folder / f"{top}.py"
    return package if package.is_dir() and next(package.glob("*.py"), None) is not None else None


def spec_beside(folder: Path, top: str) -> ModuleSpec | None:
    """Spec of the name `top` in `folder` alone."""
    return PathFinder.find_spec(top, [str(folder)])


def is_installed(path: Path) -> bool:
    """Tell whether a file belongs to Python or to an installed package."""
    if {"site-packages", "dist-packages"} & set(path.parts):
        return True
    places = {sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib")}
    return any(path.is_relative_to(place) or path.resolve().is_relative_to(Path(place).resolve()) for place in places)


def _is_large(top: Path) -> bool:
    """Return True for a package of too many modules to keep.

    It is treated like an installed one.
    """
    return top.is_dir() and sum(1 for _ in islice(top.rglob("*.py"), MOST_FILES + 1)) > MOST_FILES


def _top_spec(top: str) -> ModuleSpec | None:
    try:
        return importlib.util.find_spec(top)  # of a name without dots it imports nothing
    except (ValueError, ImportError):  # the module of the running script has no spec
        return None


def _executed(name: str, spec: ModuleSpec | None) -> list[Path]:
    """The files that importing `name` executes, outermost package first.

    The list is empty if it cannot be found.
    """
    executed, full = [], name.partition(".")[0]
    for part in [*name.split(".")[1:], None]:
        if spec is None:
            return []
        if spec.has_location and spec.origin:
            executed.append(Path(spec.origin).absolute())
        if part is not None:
            full = f"{full}.{part}"
            inside = spec.submodule_search_locations
            spec = PathFinder.find_spec(full, inside) if inside is not None else None
    return executed if spec and spec.has_location else []


def _main_and_tops(executed: list[Path], folder: Path) -> tuple[str, list[str]]:
    main = executed[-1].relative_to(folder)
    return main.as_posix(), [main.parts[0]]


def _collect(name: str, folder: Path, main: str, tops: list[str]) -> Sources:
    """Follow imports from the files and packages `tops` of `folder` to all that lie beside them."""
    files: set[str] = set()
    left_out: set[str] = set()
    waiting = list(tops)
    try:
        while waiting:
            top = waiting.pop()
            if top in files or top in left_out:
                continue
            found, complete = _files_of(folder, top)
            files |= {top, *found} if (folder / top).is_file() else set(found)
            left_out |= set() if complete else {top}
            for path in found:
                if path.endswith(".py"):
                    new = _mentioned(read_bytes(folder / path), folder)
                    waiting += [other for other in new if not any(_holds(other, own) for own in files)]
    except UnreadableFile as error:
        raise CannotImport(f"the plugin '{name}' cannot be imported: {error}") from None
    return _digested(Sources(name, folder, main, tuple(sorted(files)), left_out=tuple(sorted(left_out))))


def _digested(sources: Sources) -> Sources:
    """Compute the digest at once, so that it is of the files as they are now."""
    try:
        assert sources.digest
    except UnreadableFile as error:
        raise CannotImport(f"the plugin '{sources.name}' cannot be imported: {error}") from None
    return sources


def _holds(top: str, path: str) -> bool:
    return path == top or path.startswith(f"{top}/")


def _files_of(folder: Path, top: str) -> tuple[list[str], bool]:
    """The file `top`, or the files of the package `top`.

    The second value tells whether its data files are among them.
    """
    start = folder / top
    if start.is_file():
        return [top], True
    code, data, size = [], [], 0
    for where, folders, names in os.walk(start):
        folders[:] = sorted(own for own in folders if own != "__pycache__" and not own.startswith("."))
        for own in sorted(names):
            path = Path(where) / own
            if own.startswith(".") or own.endswith(".pyc") or not path.is_file():
                continue
            relative = path.relative_to(folder).as_posix()
            if own.endswith(CODE):
                code.append(relative)
            else:
                data.append(relative)
                size += path.stat().st_size
                size += MOST_DATA * (path.stat().st_size > LARGEST_DATA)
    if len(code) > MOST_FILES:
        raise UnreadableFile(start, f"is a package of more than {MOST_FILES} modules")
    complete = size <= MOST_DATA and len(data) <= MOST_FILES
    return code + (data if complete else []), complete


def _mentioned(text: bytes, folder: Path) -> Iterator[str]:
    """Files and packages of `folder` that the text of a module imports or names."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # importing it will tell
    modules, strings = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            modules.add(node.module)
        elif isinstance(node, ast.Call) and _called(node.func) in ("import_module", "__import__"):
            given = [own.value for own in node.args[:1] if isinstance(own, ast.Constant)]
            modules |= {name for name in given if isinstance(name, str)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200:
            strings.add(node.value)
    modules |= {own.partition(":")[0] for own in strings if _TARGET.fullmatch(own)}
    for top in {own.partition(".")[0] for own in modules} - RESERVED:
        found = neighbour(folder, top)
        if found is not None:
            yield found.name
    for own in strings:
        path = Path(own)
        if path.suffix and "\0" not in own and "\n" not in own and not path.is_absolute() and ".." not in path.parts:
            found = folder / path
            if found.is_file() and found.stat().st_size <= MOST_BYTES:
                yield path.as_posix()


def _called(function: ast.expr) -> str:
    """The last part of the name of what is called."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
