"""Checks that parameters of tasks share; each failure is one sentence."""

import difflib
import json
import math
import re
from decimal import Decimal
from numbers import Integral
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import numpy as np

from ..errors import BadParameter

MOST_STEPS = 2**31 - 1
"""The longest episode: steps are counted in int32."""
Nested = tuple[Any, ...]
"""Payoffs as nested tuples of floats."""

LARGEST = 1_000_000
"""The largest payoff or cost, which float32 still adds up in."""
LARGEST_INTEGER = 2**63 - 1
"""The largest count: counts are kept in int64."""
LARGEST_SEED = 2**64 - 1
"""Streams are seeded by 64 bits; a larger seed would mean the same as a smaller one."""
MOST_PASSES = 1_000_000
"""The most repetitions of something within one update or step."""
MOST_THREADS = 1024
MOST_LAYERS = 1000
WIDEST = 1_000_000
"""The most units of a layer."""
SMALLEST_FLOAT, LARGEST_FLOAT = 1.18e-38, 3.4e38
"""Least and largest positive number of float32 that is neither 0 nor infinite."""
_POWER_OF_TEN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)[eE]\+?\d{1,3}|[+-]?\d+\.0*")


def check_within(name: str, value: float, low: float, high: float = math.inf) -> None:
    """Raise BadParameter unless low <= value <= high and the value is a finite number."""
    if (isinstance(value, int) or math.isfinite(value)) and low <= value <= high:
        return
    allowed = f"{low} or more" if high == math.inf or (value < low and high >= LARGEST_INTEGER) else f"{low} to {high}"
    raise BadParameter(f"{name} is {value}; allowed is {allowed}")


def check_count(num_envs: Any) -> None:
    """Raise BadParameter unless it is a number of envs."""
    require("num_envs", num_envs, isinstance(num_envs, Integral), "a whole number")
    check_within("num_envs", int(num_envs), 1, LARGEST_INTEGER)


def check_above_zero(name: str, value: float) -> None:
    """Raise BadParameter unless the value is above 0 and float32 can hold it.

    It is multiplied with float32.
    """
    require(name, value, value > 0, "above 0")
    require(
        name,
        value,
        SMALLEST_FLOAT <= value <= LARGEST_FLOAT,
        f"what float32 holds, {SMALLEST_FLOAT} to {LARGEST_FLOAT}",
    )


def check_not_negative(name: str, value: float) -> None:
    """Raise BadParameter unless the value is 0 or more and float32 can hold it."""
    require(name, value, value >= 0, "0 or more")
    require(name, value, value <= LARGEST_FLOAT, f"what float32 holds, up to {LARGEST_FLOAT}")


def check_widths(name: str, widths: tuple[int, ...], least: int = 0) -> None:
    """Raise BadParameter unless there are `least` widths or more, each from 1 to WIDEST."""
    if len(widths) < least:
        raise BadParameter(
            f"{name} is empty; give the width of at least {'one layer' if least == 1 else f'{least} layers'}"
        )
    require(name, f"a list of {len(widths)} widths", len(widths) <= MOST_LAYERS, f"up to {MOST_LAYERS} of them")
    if any(not 1 <= width <= WIDEST for width in widths):
        raise BadParameter(f"{name} is {widths}; each width is at least 1 and at most {WIDEST}")


def require(name: str, value: Any, holds: bool, allowed: str) -> None:
    """Raise BadParameter, which tells what is `allowed`, unless it `holds`."""
    if not holds:
        raise BadParameter(f"{name} is {value}; allowed is {allowed}")


def check_odd(name: str, value: int, low: int, high: int) -> None:
    """Raise BadParameter unless the value is an odd number from `low` to `high`.

    Windows with a middle cell need one.
    """
    check_within(name, value, low, high)
    if value % 2 == 0:
        raise BadParameter(
            f"{name} is {value}; allowed are odd numbers from {low} to {high}, so that there is a middle cell"
        )


def takes_whole_numbers(hint: Any) -> bool:
    """True for the type `int`, and for tuples and choices of it and None."""
    if get_origin(hint) is Annotated:
        return takes_whole_numbers(get_args(hint)[0])
    if get_origin(hint) in (tuple, Union, UnionType):
        parts = [part for part in get_args(hint) if part not in (type(None), Ellipsis)]
        return bool(parts) and all(map(takes_whole_numbers, parts))
    return hint is int


def read_whole(text: str) -> str:
    """Write out a whole number that is given as a power of ten, such as 1e5 or 2.5e3.

    Other texts come back as they are.
    """
    if not _POWER_OF_TEN.fullmatch(text.strip()):
        return text
    number = Decimal(text.strip())
    return f"{number:f}".partition(".")[0] if number == number.to_integral_value() else text


def nearest(name: str, known: list[str]) -> str:
    """A hint such as ` Did you mean 'ippo'?`, or the known names where none is near."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f" Did you mean '{close[0]}'?" if close else f" Known are: {', '.join(sorted(known)) or 'none'}."


def read_payoff(given: Nested, name: str = "payoff") -> Nested:
    """Make nested tuples of floats of nested lists, arrays, or their text on the command line.

    Args:
        name: the parameter that an error names.

    Raises:
        BadParameter: the text is no list of numbers, rows differ in length, or a number is not
            finite.
    """
    plain: Any = [_read_text(part, name) if isinstance(part, str) else part for part in given]
    if len(given) == 1 and isinstance(given[0], str) and isinstance(plain[0], list):
        plain = plain[0]  # the whole table as one text
    try:
        table = np.array(plain, np.float64)
    except (TypeError, ValueError):
        raise BadParameter(
            f"{name} is {plain}; allowed are numbers in nested lists whose rows have equal lengths"
        ) from None
    outside = ~(np.abs(table) <= LARGEST)  # the negation catches NaN
    if outside.any():
        raise BadParameter(f"{name} holds {table[outside][0]}; allowed are numbers from -{LARGEST} to {LARGEST}")
    return _tuples(table.tolist())


def _read_text(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise BadParameter(f"{name} is {text!r}; allowed are lists of numbers such as [[11, -30], [-30, 7]]") from None


def _tuples(nested: Any) -> Any:
    return tuple(_tuples(part) for part in nested) if isinstance(nested, list) else nested
