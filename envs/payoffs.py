"""Payoffs as users give them: nested lists in YAML and Python, text on the command line."""

import json
from typing import Any

import numpy as np

from .checks import LARGEST as MOST_PAID
from .errors import BadParameter

Nested = tuple[Any, ...]


def read_payoff(given: Nested, name: str = "payoff") -> Nested:
    """Nested tuples of floats from nested lists, arrays, or their text as the command line gives it.

    Args:
        name: the parameter that an error names.

    Raises:
        BadParameter: the text is no list of numbers, rows differ in length, or a number is not finite.
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
    outside = ~(np.abs(table) <= MOST_PAID)  # the negation catches NaN
    if outside.any():
        raise BadParameter(f"{name} holds {table[outside][0]}; allowed are numbers from -{MOST_PAID} to {MOST_PAID}")
    return _tuples(table.tolist())


def _read_text(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise BadParameter(f"{name} is {text!r}; allowed are lists of numbers such as [[11, -30], [-30, 7]]") from None


def _tuples(nested: Any) -> Any:
    return tuple(_tuples(part) for part in nested) if isinstance(nested, list) else nested
