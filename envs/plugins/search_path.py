"""Imports of files beside a plugin.

`import helper` in `a/plugin.py` finds `a/helper.py`, and in `b/plugin.py` `b/helper.py`.

`sys.path` stays as it is. Each module that is loaded here has an `__import__` of its own that looks
beside it first, but for the names of Python and of the packages that this one is built on.
"""

import builtins
import hashlib
import importlib
import importlib.util
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.machinery import ExtensionFileLoader, ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from .sources import RESERVED, neighbour, spec_beside

PLACE = "__stigmergy_place__"
"""The attribute of a module loaded here that holds its place."""


@dataclass
class Place:
    """A folder that plugins were loaded from, with the names of what may be imported in it."""

    folder: Path
    tops: set[str] = field(default_factory=set)
    """Modules and packages of the loaded plugins; nothing else beside them is executed."""

    def find(self, top: str) -> Path | None:
        """The file or package folder that `top` means here."""
        found = None if top in RESERVED else neighbour(self.folder, top)
        return found if found is not None and found.name in self.tops else None


class _Loader(SourceFileLoader):
    """Runs the source file, never a bytecode file beside it, which may be of other contents."""

    def __init__(self, name: str, path: str, place: Place):
        super().__init__(name, path)
        self.place = place

    def get_code(self, fullname: str) -> Any:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)

    def exec_module(self, module: ModuleType) -> None:
        own = {**vars(builtins), "__import__": partial(_import, self.place)}
        module.__dict__.update({"__builtins__": own, PLACE: self.place})
        super().exec_module(module)


class _Submodules:
    """Finds the submodules of packages loaded here."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder.find_spec`."""
        parent = sys.modules.get(name.rpartition(".")[0])
        place = None if parent is None else getattr(parent, "__dict__", {}).get(PLACE)
        if place is None or path is None:
            return None
        spec = next((found for own in path if (found := spec_beside(Path(own), name.rpartition(".")[2]))), None)
        ours = _made_ours(name, spec, place)
        if spec is not None and ours is None:  # or the next finder would load it
            raise ModuleNotFoundError(f"'{name}' is bytecode without its source, which is not loaded", name=name)
        return ours


class _Named:
    """Find imports by `importlib.import_module` in modules loaded here, under names not taken."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder.find_spec`."""
        place = None if path is not None else place_of_caller()
        found = None if place is None else place.find(name)
        return _spec_of(name, found, place) if found and place else None


def _spec_of(name: str, path: Path, place: Place) -> ModuleSpec | None:
    """The spec that loads the file or package folder `path` as the module `name`."""
    if path.is_file():
        return _made_ours(name, importlib.util.spec_from_file_location(name, path), place)
    return _made_ours(name, spec_beside(place.folder, path.name), place)


def _made_ours(name: str, spec: ModuleSpec | None, place: Place) -> ModuleSpec | None:
    """The spec that loads what `spec` found as the module `name` of `place`.

    None for bytecode without a source.
    """
    if spec is None or isinstance(spec.loader, ExtensionFileLoader):
        return spec
    inside = list(spec.submodule_search_locations) if spec.submodule_search_locations is not None else None
    if spec.loader is None:  # a folder without __init__.py
        own = ModuleSpec(name, None, is_package=True)
        own.submodule_search_locations = inside
        return own
    if not isinstance(spec.loader, SourceFileLoader) or spec.origin is None:
        return None
    return importlib.util.spec_from_file_location(
        name, spec.origin, loader=_Loader(name, spec.origin, place), submodule_search_locations=inside
    )


def place_of_caller() -> Place | None:
    """The place of the innermost module loaded here that is on the stack."""
    frame = sys._getframe(1)
    while frame is not None:
        place = frame.f_globals.get(PLACE)
        if place is not None:
            return place
        frame = frame.f_back
    return None


def _import(
    place: Place,
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    """`__import__` for the modules of `place`."""
    top, dot, rest = name.partition(".")
    found = None if level else place.find(top)
    if found is None:
        return builtins.__import__(name, globals, locals, fromlist or (), level)
    real = load(found, place).__name__
    leaf = builtins.__import__(f"{real}{dot}{rest}", globals, locals, fromlist or (), 0)
    return leaf if fromlist else sys.modules[real]


def import_from(place: Place | None, name: str) -> ModuleType:
    """The module `name` as a module of `place` imports it."""
    return importlib.import_module(name) if place is None else _import(place, name, fromlist=("",))


def real_name(module: ModuleType | None, name: str) -> str:
    """The name in `sys.modules` of what `module` means by the absolute name `name`."""
    place = getattr(module, "__dict__", {}).get(PLACE)
    top, dot, rest = name.partition(".")
    found = None if place is None else place.find(top)
    return name if found is None else f"{_module_name(found)}{dot}{rest}"


def load(path: Path, place: Place) -> ModuleType:
    """The top-level module of the file or package folder `path`, executed if it was not yet."""
    name = _module_name(path)
    if name in sys.modules:
        return sys.modules[name]
    spec = _spec_of(name, path, place)
    if spec is None or isinstance(spec.loader, ExtensionFileLoader):
        raise ImportError(f"'{path}' holds no Python source")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # before it runs, so that dataclasses and pickling find it
    module.__dict__[PLACE] = place
    try:
        if isinstance(spec.loader, _Loader):
            spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return sys.modules[name]


def _module_name(path: Path) -> str:
    """Name of the module that a plain `import` would give, so that pickles and Numba's cache load.

    It is another name, the same in every process, where that one stands for something else.
    """
    stem = path.stem if path.is_file() else path.name
    if stands_for(stem, path):
        return stem
    folder = hashlib.sha256(str(path.parent).encode()).hexdigest()[:8]
    other = f"stigmergy_plugin_{folder}_{re.sub(r'[^0-9A-Za-z_]', '_', stem)}"
    if stands_for(other, path) or stem in sys.modules or stem in RESERVED or not stem.isidentifier():
        return other
    elsewhere = importlib.util.find_spec(stem)
    free = elsewhere is None or _is_place(elsewhere.origin, elsewhere.submodule_search_locations, path)
    return stem if free else other


def stands_for(name: str, path: Path) -> bool:
    """Tell whether `sys.modules` has `name`, made of the file or package folder `path`."""
    known = sys.modules.get(name)
    return known is not None and _is_place(getattr(known, "__file__", None), getattr(known, "__path__", None), path)


def _is_place(origin: str | None, inside: Any, path: Path) -> bool:
    places = [origin] if origin else []
    places += [*inside] if inside else []
    return any(Path(place).resolve() == path.resolve() for place in places)


sys.meta_path.insert(0, _Submodules)
sys.meta_path.append(_Named)
