"""Ranges of values beside defaults: `size: Annotated[int, Interval(ge=1, le=64)] = 8`.

The classes here are read by `Config` alone. Pydantic and tyro know none of them, so that every
sentence about a value out of range comes from this file or from `checks`.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Protocol, Union, get_args, get_origin, runtime_checkable

import numpy as np

from ..errors import BadParameter
from .validation import (
    LARGEST,
    LARGEST_INTEGER,
    MOST_PASSES,
    MOST_STEPS,
    check_above_zero,
    check_not_negative,
    check_odd,
    nearest,
    require,
)


@runtime_checkable
class Constraint(Protocol):
    """A restriction of a value beyond its type; `str` of it is what `--help` shows."""

    def check(self, name: str, value: Any) -> None:
        """Raise BadParameter unless the value named `name` is allowed."""
        ...


@dataclass(frozen=True)
class Interval:
    """Numbers from a bound to a bound; infinities and NaN lie in no interval."""

    ge: float | None = None
    """Least value."""
    gt: float | None = None
    """Bound that values are above."""
    le: float | None = None
    """Largest value."""
    lt: float | None = None
    """Bound that values are below."""

    def check(self, name: str, value: float) -> None:
        """Raise BadParameter for a number outside."""
        inside = (
            (isinstance(value, Integral) or math.isfinite(value))
            and (self.ge is None or value >= self.ge)
            and (self.gt is None or value > self.gt)
            and (self.le is None or value <= self.le)
            and (self.lt is None or value < self.lt)
        )
        too_low = self.ge is not None and value < self.ge
        require(name, value, inside, self._words(too_low and self.le is not None and self.le >= LARGEST_INTEGER))

    def __str__(self) -> str:
        return self._words(self.le is not None and self.le >= MOST_STEPS)

    def _words(self, endless: bool) -> str:
        """The interval, or its lower bound alone where the upper one would tell a user nothing."""
        low = f"above {self.gt}" if self.gt is not None else "" if self.ge is None else f"{self.ge}"
        if endless or (self.le is None and self.lt is None):
            return low if self.gt is not None else f"{low} or more" if low else "a finite number"
        high = f"below {self.lt}" if self.lt is not None else f"{self.le}"
        return f"{low} to {high}" if low else high if self.lt is not None else f"up to {high}"


@dataclass(frozen=True)
class Odd:
    """Odd numbers, for windows with a middle cell."""

    ge: int
    le: int

    def check(self, name: str, value: int) -> None:
        """Raise BadParameter for an even number, and for one outside."""
        check_odd(name, value, self.ge, self.le)

    def __str__(self) -> str:
        return f"odd, {self.ge} to {self.le}"


@dataclass(frozen=True)
class Length:
    """Number of entries of a tuple, or of characters of a text."""

    ge: int = 0
    le: int = LARGEST_INTEGER
    entries: str = "values"

    def check(self, name: str, value: Sequence[Any]) -> None:
        """Raise BadParameter for too few or too many."""
        if not self.ge <= len(value) <= self.le:
            raise BadParameter(f"{name} has {len(value)} {self.entries}; allowed are {self}")

    def __str__(self) -> str:
        return f"{self.ge} or more" if self.le >= LARGEST_INTEGER else f"{self.ge} to {self.le}"


class OneOf:
    """Names to choose from, where `Literal` cannot list them or the sentence should suggest one."""

    def __init__(self, names: Sequence[str]):
        self.names = tuple(names)

    def check(self, name: str, value: str) -> None:
        """Raise BadParameter for any other name."""
        if not isinstance(value, str) or value not in self.names:
            hint = nearest(value, list(self.names)) if isinstance(value, str) else ""
            hint = hint if "Did you mean" in hint else ""
            raise BadParameter(f"{name} is {value!r}; allowed are {_listed(self.names, 'and')}{hint and '.' + hint}")

    def __str__(self) -> str:
        return _listed(self.names, "or")


@dataclass(frozen=True)
class Check:
    """A check by a function of the name and the value, which raises BadParameter."""

    function: Callable[[str, Any], None]
    text: str
    """Allowed values in words."""

    def check(self, name: str, value: Any) -> None:
        """Raise BadParameter as the function does."""
        self.function(name, value)

    def __str__(self) -> str:
        return self.text


Probability = Annotated[float, Interval(ge=0, le=1)]
Amount = Annotated[float, Interval(ge=-LARGEST, le=LARGEST)]
"""A payoff or cost of either sign, which float32 still adds up in."""
Steps = Annotated[int, Interval(ge=1, le=MOST_STEPS)]
"""Length of an episode or of a part of it."""
Passes = Annotated[int, Interval(ge=1, le=MOST_PASSES)]
"""Repetitions within one update or step."""
Count = Annotated[int, Interval(ge=1, le=LARGEST_INTEGER)]
CountOrZero = Annotated[int, Interval(ge=0, le=LARGEST_INTEGER)]
Positive = Annotated[float, Check(check_above_zero, "above 0")]
"""Above 0 and not lost in float32."""
NotNegative = Annotated[float, Check(check_not_negative, "0 or more")]
"""0 or more and finite in float32."""


def check_value(name: str, value: Any, hint: Any) -> None:
    """Raise BadParameter unless the value has the type and lies in the ranges that the hint states.

    Numpy scalars count as numbers, and bools as whole numbers; a float is no whole number and NaN
    is no number.
    """
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        ranges = [note for note in parts[1:] if isinstance(note, Constraint)]
        if not (ranges and isinstance(value, Real) and value != value):  # a range says what NaN could be
            check_value(name, value, parts[0])
        for own in ranges if value is not None else ():
            own.check(name, value)
    elif origin in (Union, UnionType):
        _check_union(name, value, parts)
    elif origin is Literal:
        require(name, repr(value), value in parts, f"{_listed([repr(part) for part in parts], 'or')}")
    elif origin is tuple:
        _check_entries(name, value, parts)
    elif hint in _TYPES:
        holds, words = _TYPES[hint]
        require(name, repr(value) if isinstance(value, str) else value, holds(value), words)
    elif isinstance(hint, type) and hasattr(hint, "__dataclass_fields__"):
        require(name, repr(value), isinstance(value, hint), f"a {hint.__name__}, or names with values")


_TYPES: dict[Any, tuple[Callable[[Any], bool], str]] = {
    int: (lambda value: isinstance(value, Integral), "a whole number"),
    float: (lambda value: isinstance(value, Real) and value == value, "a number"),
    bool: (lambda value: isinstance(value, (bool, np.bool_)), "true or false"),
    str: (lambda value: isinstance(value, str), "a text"),
}


def _check_union(name: str, value: Any, parts: Sequence[Any]) -> None:
    if value is None and NoneType in parts:
        return
    *others, last = [part for part in parts if part is not NoneType]
    for part in others:
        try:
            check_value(name, value, part)
        except BadParameter:
            continue
        return
    check_value(name, value, last)


def _check_entries(name: str, value: Any, parts: Sequence[Any]) -> None:
    require(name, repr(value), isinstance(value, (tuple, list)), "a tuple")
    if parts[-1:] == (Ellipsis,):
        parts = [parts[0]] * len(value)
    require(name, tuple(value), len(parts) == len(value), f"a tuple of {len(parts)}")
    for number, (entry, hint) in enumerate(zip(value, parts, strict=True)):
        check_value(f"{name}[{number}]", entry, hint)


def range_of(hint: Any) -> str:
    """The ranges that a hint states, in words for `--help`; empty without any.

    Types and `Literal` choices are left out, since tyro shows those itself.
    """
    return ", ".join(dict.fromkeys(_ranges(hint)))


def _ranges(hint: Any) -> Iterator[str]:
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        yield from _ranges(parts[0])
        length = "number of them " if get_origin(parts[0]) is tuple else ""
        yield from (f"{length * isinstance(note, Length)}{note}" for note in parts[1:] if isinstance(note, Constraint))
    elif origin in (Union, UnionType):
        for part in parts:
            yield from _ranges(part)
    elif origin is tuple:
        for part in parts:
            yield from (text if text.startswith("each ") else f"each {text}" for text in _ranges(part))


def _listed(names: Sequence[str], word: str) -> str:
    """Names as `a, b and c`."""
    *others, last = names
    return f"{', '.join(others)} {word} {last}" if others else last
