"""Checks that parameters of tasks share; each failure is one sentence."""

import math
from typing import Any

from .errors import BadParameter

MOST_STEPS = 2**31 - 1
"""The longest episode: steps are counted in int32."""
LARGEST = 1_000_000
"""The largest payoff or cost, which float32 still adds up in."""


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
