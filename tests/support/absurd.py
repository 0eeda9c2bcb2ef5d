"""Values that nobody means, for each type of an option or a parameter."""

import dataclasses
import math
import types
from collections.abc import Iterator
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

HUGE = 10**30
INTEGERS = (-1, 0, 2**31, 2**63, HUGE, -HUGE, 10**400, "text", "", 1.5, math.nan)
FLOATS = (math.nan, math.inf, -math.inf, -1.0, 0.0, 1e30, 1e308, 5e-324, 10**400, "text", "")
TEXTS = ("", "x" * 10_000, "ünï☃", "/nowhere/x.map", "/tmp", "a\0b", "\x1b[31m", 3)
WORDS = (
    "nan",
    "inf",
    "-1",
    "0",
    "1e30",
    "-1e30",
    "9" * 5000,
    "",
    "text",
    "ünï☃",
    "/nowhere/x.map",
    "/tmp",
    "x" * 10_000,
)
"""Texts behind an option on a command line."""


def values_of(hint: Any) -> list[Any]:
    """Absurd values for a type hint, right and wrong ones mixed."""
    origin, parts = get_origin(hint), get_args(hint)
    if hint is bool:
        return ["maybe", 2]
    if hint in (int, float, str):
        return list({int: INTEGERS, float: FLOATS, str: TEXTS}[hint])
    if origin is Literal:
        return ["", "text", 3]
    if origin in (Union, types.UnionType):
        return [value for part in parts if part is not type(None) for value in values_of(part)]
    if origin is tuple:
        inner = values_of(parts[0])
        if parts[-1] is Ellipsis:
            return [(), "text", (None,), *((value,) for value in inner), *((value, value) for value in inner)]
        return [(), "text", (None,), *((value,) * len(parts) for value in inner)]
    return [None, 3, "text", (3,), ((HUGE,),), math.nan]


def cases(cls: type, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], type, Any]]:
    """Each field of a dataclass, nested ones included, with each absurd value: the path to it, the
    class that declares it, the value.
    """
    hints = get_type_hints(cls)
    for field in dataclasses.fields(cls):
        default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        if dataclasses.is_dataclass(default) and field.init:
            yield from cases(type(default), (*path, field.name))
        elif field.init:
            home = next(own for own in reversed(cls.__mro__) if field.name in getattr(own, "__annotations__", {}))
            yield from (((*path, field.name), home, value) for value in values_of(hints[field.name]))


def nested(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The value under its path, as plain values have it."""
    for name in reversed(path):
        value = {name: value}
    return value
