"""Registers names, and finds what they stand for: the same class serves environments and algorithms.

There are three ways in, one function underneath: a decorator or a call in the user's own file (`--plugin my_file.py`),
or a Python entry point whose name is the registered name and whose value is `module:attribute`.
"""

import dataclasses
import difflib
import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, TypeVar

from .errors import CannotImport, UnknownName

T = TypeVar("T")
_PLAIN = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)*(-v\d+)?", re.IGNORECASE)


def nearest(name: str, known: list[str]) -> str:
    """A hint such as ` Did you mean 'ippo'?`, or the known names where none is near."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f" Did you mean '{close[0]}'?" if close else f" Known are: {', '.join(sorted(known)) or 'none'}."


@dataclasses.dataclass(frozen=True)
class Registration:
    """One registered name."""

    name: str
    target: Any
    """The object itself, or a string `module:attribute` that is imported when needed."""
    description: str = ""
    details: dict[str, Any] = dataclasses.field(default_factory=dict)

    def load(self) -> Any:
        """Import the target if it is a string. Raises CannotImport."""
        if not isinstance(self.target, str):
            return self.target
        module, _, attribute = self.target.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            raise CannotImport(
                f"'{self.name}' is registered as '{self.target}', which cannot be imported: {error}"
            ) from error


class Registry:
    """Names of one kind (`environment` or `algorithm`) and what they stand for."""

    def __init__(self, kind: str, entry_point_group: str):
        self.kind = kind
        self._group = entry_point_group
        self._entries: dict[str, Registration] = {}
        self._entry_points_read = False

    def register(self, name: str, target: Any = None, *, description: str = "", **details: Any) -> Any:
        """Register `target` under `name`; without a target, return a decorator that does.

        Raises:
            ValueError: the name has a character that is not allowed, or something else holds it already.
        """
        if target is None:

            def decorate(decorated: T) -> T:
                self.register(name, decorated, description=description, **details)
                return decorated

            return decorate
        if not _PLAIN.fullmatch(name):
            raise ValueError(
                f"'{name}' cannot name an {self.kind}; use letters, digits and _, with / between parts and -v0 at the end"
            )
        known = self._entries.get(name)
        if known is not None and not _same_place(known.target, target):
            raise ValueError(
                f"the {self.kind} '{name}' is registered already, as {known.target}; choose another name or version"
            )
        if not description and not isinstance(target, str):
            description = (target.__doc__ or "").strip().split("\n")[0]
        self._entries[name] = Registration(name, target, description, details)
        return target

    def find(self, name: str) -> Registration:
        """The registration of `name`; a name without `-vN` stands for the highest version. Raises UnknownName."""
        self._read_entry_points()
        if name in self._entries:
            return self._entries[name]
        versions = {
            int(key.rsplit("-v", 1)[1]): key for key in self._entries if re.fullmatch(re.escape(name) + r"-v\d+", key)
        }
        if versions:
            return self._entries[versions[max(versions)]]
        raise UnknownName(
            f"There is no {self.kind} '{name}'.{nearest(name, list(self._entries))} Names of your own need --plugin."
        )

    def __iter__(self) -> Iterator[Registration]:
        """All registrations, by name."""
        self._read_entry_points()
        return iter([self._entries[name] for name in sorted(self._entries)])

    def in_order(self) -> list[Registration]:
        """All registrations, as they came."""
        self._read_entry_points()
        return list(self._entries.values())

    def __contains__(self, name: object) -> bool:
        self._read_entry_points()
        return name in self._entries

    def _read_entry_points(self) -> None:
        if self._entry_points_read:
            return
        self._entry_points_read = True
        for point in entry_points(group=self._group):
            if point.name not in self._entries:
                self.register(
                    point.name, point.value, description=f"from the package {point.dist.name}" if point.dist else ""
                )


def _same_place(one: Any, other: Any) -> bool:
    """Whether two targets are one piece of code, so that a file loaded twice may register twice."""
    if not (callable(one) and callable(other)):  # strings and scenarios are data
        return one == other
    return (one.__module__, one.__qualname__) == (other.__module__, other.__qualname__)


def load_plugin(plugin: str) -> None:
    """Import a user's file (`my_file.py`) or module (`my_package.module`) so that it can register its names.

    Raises:
        CannotImport: there is no such file or module, or it raises while it is imported.
    """
    try:
        if plugin.endswith(".py"):
            _import_file(Path(plugin))
        else:
            importlib.import_module(plugin)
    except Exception as error:
        raise CannotImport(f"the plugin '{plugin}' cannot be imported: {type(error).__name__}: {error}") from error


def _import_file(path: Path) -> None:
    if not path.is_file():
        raise FileNotFoundError("there is no such file")
    name = _module_name(path)
    if _is_loaded_from(name, path):
        return
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    assert spec is not None  # a .py file always has a spec
    assert spec.loader is not None  # and a loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # before it runs, so that dataclasses and pickling find it
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise


def _module_name(path: Path) -> str:
    """What a plain `import` would call the file, so that what is pickled in one way loads in the other (Numba's cache does that); another
    name where that one stands for something else.
    """
    stem = path.stem
    if _is_loaded_from(stem, path):
        return stem
    taken = stem in sys.modules or not stem.isidentifier() or importlib.util.find_spec(stem) is not None
    return f"stigmergy_plugin_{stem}" if taken else stem


def _is_loaded_from(name: str, path: Path) -> bool:
    known = sys.modules.get(name)
    return known is not None and Path(getattr(known, "__file__", None) or "").resolve() == path.resolve()


environments = Registry("environment", "stigmergy.environments")

algorithms = Registry("algorithm", "stigmergy.algorithms")
"""Learners and scripted policies side by side. It stands here because scenarios find their bots in it."""

register_environment: Callable[..., Any] = environments.register
