"""Checks that parameters of tasks share; each failure is one sentence."""

import math
import re
from decimal import Decimal
from types import UnionType
from typing import Any, Union, get_args, get_origin

from .errors import BadParameter

MOST_STEPS = 2**31 - 1
"""The longest episode: steps are counted in int32."""
LARGEST = 1_000_000
"""The largest payoff or cost, which float32 still adds up in."""
LARGEST_INTEGER = 2**63 - 1
"""The largest count or seed: they are kept in int64."""
_POWER_OF_TEN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)[eE]\+?\d{1,3}|[+-]?\d+\.0*")


def check_within(name: str, value: float, low: float, high: float = math.inf) -> None:
    """Raise BadParameter unless low <= value <= high and the value is a finite number."""
    if math.isfinite(value) and low <= value <= high:
        return
    allowed = f"{low} or more" if high == math.inf else f"{low} to {high}"
    raise BadParameter(f"{name} is {value}; allowed is {allowed}")


def require(name: str, value: Any, holds: bool, allowed: str) -> None:
    """Raise BadParameter, which tells what is `allowed`, unless it `holds`."""
    if not holds:
        raise BadParameter(f"{name} is {value}; allowed is {allowed}")


def check_odd(name: str, value: int, low: int, high: int) -> None:
    """Raise BadParameter unless the value is an odd number from `low` to `high`, as windows with a middle cell need."""
    check_within(name, value, low, high)
    if value % 2 == 0:
        raise BadParameter(
            f"{name} is {value}; allowed are odd numbers from {low} to {high}, so that there is a middle cell"
        )


def takes_whole_numbers(hint: Any) -> bool:
    """True for the type `int`, and for tuples and choices of it and None."""
    if get_origin(hint) in (tuple, Union, UnionType):
        parts = [part for part in get_args(hint) if part not in (type(None), Ellipsis)]
        return bool(parts) and all(map(takes_whole_numbers, parts))
    return hint is int


def read_whole(text: str) -> str:
    """Write out a whole number in digits that is given as a power of ten, such as 1e5 or 2.5e3; other texts come back as they are."""
    if not _POWER_OF_TEN.fullmatch(text.strip()):
        return text
    number = Decimal(text.strip())
    return f"{number:f}".partition(".")[0] if number == number.to_integral_value() else text
