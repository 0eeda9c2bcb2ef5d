"""Registries of environments and of algorithms: names, and the objects they stand for.

There are three ways in, one function underneath: a decorator or a call in the user's own file
(`--plugin my_file.py`), or a Python entry point whose name is the registered name and whose value
is `module:attribute`.
"""

import dataclasses
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, TypeVar

from ..core.validation import nearest
from ..errors import UnknownName
from ..plugins.loading import import_given, loaded, telling
from ..plugins.search_path import Place, import_from, place_of_caller

T = TypeVar("T")
_PLAIN = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)*(-v\d+)?", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Registration:
    """One registered name."""

    name: str
    target: Any
    """The object itself, or a string `module:attribute` that is imported when needed."""
    description: str = ""
    details: dict[str, Any] = dataclasses.field(default_factory=dict)
    place: Place | None = None
    """Of the plugin that registered a string: the module may lie beside it."""

    def load(self) -> Any:
        """Import the target if it is a string. Raises CannotImport."""
        if not isinstance(self.target, str):
            return self.target
        module, _, attribute = self.target.partition(":")
        with telling(f"'{self.name}' is registered as '{self.target}', which"):
            return getattr(import_from(self.place, module), attribute)


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
            ValueError: the name has a character that is not allowed, or something else holds it
                already.
        """
        if target is None:

            def decorate(decorated: T) -> T:
                self.register(name, decorated, description=description, **details)
                return decorated

            return decorate
        if not _PLAIN.fullmatch(name):
            raise ValueError(
                f"'{name}' cannot name {'an' if self.kind[0] in 'ae' else 'a'} {self.kind}; use letters, digits and _, with / between parts and -v0 at the end"
            )
        known = self._entries.get(name)
        other = known is not None and not _same_place(known.target, target)
        if known is not None and other and _is_older(known.target, target):
            loaded.forget(known.target.__module__)
        elif known is not None and other and getattr(known.target, "__module__", None) in _winners:
            return target  # what the user gave on this command line stays
        elif known is not None and other:
            raise ValueError(
                f"the {self.kind} '{name}' is registered already, as {known.target}; choose another name or version"
            )
        if not description and not isinstance(target, str):
            description = (target.__doc__ or "").strip().split("\n")[0]
        place = place_of_caller() if isinstance(target, str) else None
        self._entries[name] = Registration(name, target, description, details, place)
        return target

    def find(self, name: str) -> Registration:
        """The registration of `name`; a name without `-vN` stands for the highest version.

        Raises UnknownName.
        """
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
    """Tell whether two targets are one piece of code; a file loaded twice may register twice."""
    if not (callable(one) and callable(other)):  # strings and scenarios are data
        return one == other
    return (one.__module__, one.__qualname__) == (other.__module__, other.__qualname__)


def load_plugin(plugin: str) -> None:
    """Import a user's file (`my_file.py`) or module (`my_package.module`), which registers names.

    Raises:
        CannotImport: there is no such file or module, or it raises while it is imported.
    """
    load_given([plugin])


def load_given(plugins: Sequence[str]) -> None:
    """Import files and modules that the user gave together; see `load_plugin`."""
    with replacing_earlier():
        for plugin in plugins:
            import_given(plugin, f"the plugin '{plugin}'")


@contextmanager
def replacing_earlier(winners: Iterable[str] = ()) -> Iterator[None]:
    """Let plugins imported now take the names of earlier ones from files of the same name.

    Args:
        winners: modules that keep their names whatever registers them now.
    """
    _winners.update(winners)
    _replaceable.update(set(loaded.digests.values()) - _winners)
    try:
        yield
    finally:
        _replaceable.clear()
        _winners.clear()


_replaceable: set[str] = set()
"""Modules of plugins whose names may be taken over."""
_winners: set[str] = set()
"""Modules of plugins whose names stay."""


def _is_older(known: Any, target: Any) -> bool:
    """Tell whether `known` comes from an earlier plugin, in a file of `target`'s file name."""
    one, other = (sys.modules.get(getattr(own, "__module__", None) or "") for own in (known, target))
    if one is None or other is None or one.__name__ not in _replaceable:
        return False
    return Path(one.__file__ or "").name == Path(other.__file__ or "").name


environments = Registry("environment", "stigmergy.environments")

algorithms = Registry("algorithm", "stigmergy.algorithms")
"""Learners and scripted policies side by side.

It stands here because scenarios find their bots in it.
"""

register_environment: Callable[..., Any] = environments.register
