"""Configs: frozen dataclasses whose fields state their defaults, ranges and presets.

    @dataclass(frozen=True)
    class MeetingConfig(Config):
        size: Annotated[int, Interval(ge=2, le=64)] = 8
        tax: Probability = 0.1
        source: str = "paper"

        presets: ClassVar[Presets] = {"source": {"paper": {}, "code": {"size": 16}}}

`MeetingConfig(source="code", tax=0.2)` has size 16. The values of a preset are laid over the
defaults, and given values over those.
"""

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from inspect import get_annotations
from typing import TYPE_CHECKING, Any, ClassVar, Self, get_type_hints

from ..errors import BadParameter
from .ranges import OneOf, check_value, range_of

Presets = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Field name to its possible values to the values of other fields that each stands for."""


class _LayingPresets(type):
    """Metaclass of configs: lays presets under the given values before the dataclass is filled."""

    if not TYPE_CHECKING:  # for type checkers the signature is the dataclass's

        def __call__(cls, *args, **given):
            names = [field.name for field in dataclasses.fields(cls) if field.init]
            positional = dict(zip(names, args))
            if len(args) > len(names) or set(positional) & set(given):
                return super().__call__(*args, **given)  # raises TypeError in Python's words
            given = positional | given
            values = {name: _built(cls, name, value) for name, value in cls.lay(given).items()}
            config = super().__call__(**values)
            note_given(config, given)
            return config


@dataclass(frozen=True)
class Config(metaclass=_LayingPresets):
    """Base of all configs.

    Types and ranges are checked when a config is made, then `_check_together` is called. A nested
    config may be given as a mapping of some of its fields; the others stay as they are below it.

    Raises:
        BadParameter: a value has the wrong type or is out of range, values contradict each other,
            or a preset has no such name.
    """

    __slots__ = ("_given",)  # beside the fields, so that `vars` and `asdict` show these alone

    prefix: ClassVar[str] = ""
    """Put before the names of fields in sentences, such as `view.` for a nested config."""
    presets: ClassVar[Presets] = {}
    """Fields that name a preset, with the values that each name stands for. A subclass extends them
    by `{**Base.presets, ...}`."""
    null_is_default: ClassVar[bool] = False
    """Read None as a value left out. Runs of earlier releases hold null for values that came from a
    preset."""
    pinned: ClassVar[Mapping[str, Any]] = {}
    """Values above presets and below given ones; those that a scenario sets."""

    def __post_init__(self):
        for name, hint in hints_of(type(self)).items():
            check_value(f"{self.prefix}{name}", getattr(self, name), hint)
        self._check_together()

    def __getstate__(self) -> tuple[dict[str, Any], Mapping[str, Any]]:
        return dict(vars(self)), self._given_values()

    def __setstate__(self, state: tuple[dict[str, Any], Mapping[str, Any]]) -> None:
        vars(self).update(state[0])
        object.__setattr__(self, "_given", state[1])

    def _check_together(self) -> None:
        """Raise BadParameter for values that contradict each other; each lies in its own range.

        A subclass that overrides it calls `super()._check_together()` first.
        """

    @classmethod
    def preset_values(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Values to lay over the defaults where `given` are the values given.

        A subclass overrides it for defaults that depend on several given values, and adds to
        `super().preset_values(given)`. In `given` each value lies in its own range, but nested
        configs may be mappings.
        """
        laid: dict[str, Any] = {}
        for key, named in cls.presets.items():
            laid |= named.get(given.get(key, default_of(cls, key)), {})
        return laid

    @classmethod
    def lay(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        """`given` values over pinned ones over the preset's.

        Where a nested config is given in part as a mapping, the result holds all of its fields.

        Raises:
            BadParameter: a preset has no such name.
        """
        if cls.null_is_default:
            given = _without_nulls(cls, given)
        known = {**cls.pinned, **given}
        for key, named in cls.presets.items():
            OneOf(list(named)).check(f"{cls.prefix}{key}", known.get(key, default_of(cls, key)))
        laid: dict[str, Any] = {}
        for layer in (cls.preset_values(_allowed(cls, known)), cls.pinned):
            for name, value in layer.items():
                laid[name] = _built(cls, name, over(laid.get(name, default_of(cls, name)), value))
        return laid | {name: over(laid.get(name, default_of(cls, name)), value) for name, value in given.items()}

    def with_values(self, values: Mapping[str, Any]) -> Self:
        """The same with other values; those never given follow the presets that now hold.

        `dataclasses.replace` in contrast keeps all other values as they are.
        """
        return type(self)(**_merged(self._given_values(), values))

    def _given_values(self) -> Mapping[str, Any]:
        """The values that were given; all of them where that is not known."""
        return getattr(self, "_given", vars(self))

    def forget_defaults(self) -> Self:
        """The same, where values that presets and other values lead to do not count as given.

        For configs that were written out with all their values, such as those of runs.
        """
        given = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        for name in list(given):
            fewer = {other: value for other, value in given.items() if other != name}
            default = self.lay(fewer).get(name, default_of(type(self), name))
            if _is_config(default) and type(default) is type(given[name]):
                given[name] = _differences(given[name], default)
            if given[name] == default or given[name] == {}:
                given = fewer
        return type(self)(**given)

    @classmethod
    def ranges(cls) -> dict[str, str]:
        """Field name to its range in words, for fields that state one."""
        named = {key: str(OneOf(list(names))) for key, names in cls.presets.items()}
        return {name: text for name, hint in hints_of(cls).items() if (text := named.get(name) or range_of(hint))}


@cache
def hints_of(cls: type) -> dict[str, Any]:
    """Field name to type with ranges.

    A subclass that declares a field again, for another default, keeps the ranges unless it states
    others.
    """
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        hints, plain = get_type_hints(base, include_extras=True), get_type_hints(base)
        for name in get_annotations(base):
            if name not in found or range_of(hints[name]) or plain[name] != _plain(found[name]):
                found[name] = hints[name]
    return {field.name: found[field.name] for field in dataclasses.fields(cls) if field.init}


def default_of(cls: type, name: str) -> Any:
    """The default of a field; `dataclasses.MISSING` without one, or without such a field."""
    field = cls.__dataclass_fields__.get(name)
    if field is None:
        return dataclasses.MISSING
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default


def _plain(hint: Any) -> Any:
    """The hint without ranges."""
    holder = type("Holder", (), {"__annotations__": {"hint": hint}})
    return get_type_hints(holder)["hint"]


def over(base: Any, values: Any) -> Any:
    """`values` for a field that is a dataclass; those left out are as in the instance `base`."""
    if not isinstance(values, Mapping) or not _is_config(base):
        return values
    old = {field.name: getattr(base, field.name) for field in dataclasses.fields(base) if field.init}
    return old | {name: over(old.get(name), value) for name, value in values.items()}


def note_given(config: Any, given: Mapping[str, Any]) -> None:
    """Remember in a config which of its values were given, for `with_values`."""
    if type(config).null_is_default:
        given = _without_nulls(type(config), given)
    object.__setattr__(config, "_given", _taken(config, given))


def _taken(config: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """The given values as the config has them, of the types that it made of them."""
    values = {name: (getattr(config, name), value) for name, value in given.items()}
    return {
        name: _taken(own, value) if isinstance(value, Mapping) and _is_config(own) else own
        for name, (own, value) in values.items()
    }


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The values of both, where those of `new` count."""
    merged = dict(old)
    for name, value in new.items():
        base = old.get(name)
        both = isinstance(base, Mapping) and isinstance(value, Mapping)
        merged[name] = _merged(base, value) if both else over(base, value)  # type: ignore[arg-type]
    return merged


def _allowed(cls: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values that lie in their ranges; the others are refused once the config is made."""
    hints, allowed = hints_of(cls), {}
    for name, value in given.items():
        with suppress(BadParameter):
            if not isinstance(value, Mapping):
                check_value(name, value, hints.get(name))
            allowed[name] = value
    return allowed


def _built(cls: type, name: str, value: Any) -> Any:
    """The value of a field; a config where it is a mapping for one."""
    default = default_of(cls, name)
    return type(default)(**value) if isinstance(value, Mapping) and _is_config(default) else value


def _is_config(value: Any) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def _without_nulls(cls: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values without those that are None, in nested configs too."""
    kept = {}
    for name, value in given.items():
        default = default_of(cls, name)
        if isinstance(value, Mapping) and _is_config(default):
            kept[name] = _without_nulls(type(default), value)
        elif value is not None:
            kept[name] = value
    return kept


def _differences(one: Any, other: Any) -> dict[str, Any]:
    """Values of `one` that `other` does not have; of nested configs a mapping of them."""
    found = {}
    for field in dataclasses.fields(one):
        value, base = getattr(one, field.name), getattr(other, field.name)
        if _is_config(value) and type(value) is type(base):
            found[field.name] = _differences(value, base)
        elif value != base:
            found[field.name] = value
    return {name: value for name, value in found.items() if value != {}}
