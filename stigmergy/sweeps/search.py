"""Search spaces of studies: ranges and choices of keys."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stigmergy.envs.errors import BadParameter
from stigmergy.sweeps.values import Grid, Words, read_grid

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?"
_RANGE = re.compile(rf"(log:)?({_NUMBER})\.\.({_NUMBER})", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)


@dataclass(frozen=True)
class Range:
    """Range of numbers with both ends."""

    low: float
    high: float
    log: bool

    @property
    def whole(self) -> bool:
        """True for whole numbers."""
        return isinstance(self.low, int)

    def samples(self) -> list[Words]:
        """Both ends."""
        return [(str(self.low),), (str(self.high),)]

    def suggest(self, trial: Any, key: str) -> Words:
        """Value of a trial of Optuna."""
        suggest = trial.suggest_int if self.whole else trial.suggest_float
        return (str(suggest(key, self.low, self.high, log=self.log)),)


@dataclass(frozen=True)
class Choice:
    """Choice among values."""

    values: tuple[Words, ...]

    def samples(self) -> list[Words]:
        """All values."""
        return list(self.values)

    def suggest(self, trial: Any, key: str) -> Words:
        """Value of a trial of Optuna."""
        return tuple(trial.suggest_categorical(key, [" ".join(words) for words in self.values]).split(" "))


Space = Mapping[str, Range | Choice]
"""Key with dashes, such as `learner.learning-rate`, to its values."""


def read_search(given: Iterable[str]) -> Space:
    """Read `KEY=LOW..HIGH`, `KEY=log:LOW..HIGH` and `KEY=VALUE,VALUE`, one for each key.

    A range whose ends are whole numbers is one of whole numbers.

    Raises:
        BadParameter: a key has no values or stands there twice, or a range is empty.
    """
    given = list(given)
    if not given:
        raise BadParameter("--optuna needs a search space; give --search learner.learning-rate=log:1e-4..1e-2")
    return {key: _part(key, values) for key, values in read_grid(given).items()}


def _part(key: str, values: list[Words]) -> Range | Choice:
    text = values[0][0]
    if len(values) > 1 or len(values[0]) > 1 or ".." not in text:
        return Choice(tuple(values))
    match = _RANGE.fullmatch(text)
    if match is None:
        raise BadParameter(
            f"search has '{text}' for '{key}'; a range is two numbers, such as 0.9..0.999 or log:1e-4..1e-2"
        )
    whole = all(_WHOLE.fullmatch(match[end]) for end in (2, 3))
    low, high = (int(match[end]) if whole else float(match[end]) for end in (2, 3))
    if low >= high:
        raise BadParameter(
            f"search has the range '{text}' for '{key}', which is empty; its first number is the smaller one"
        )
    if match[1] and low <= 0:
        raise BadParameter(f"search has '{text}' for '{key}'; a range on a logarithmic scale is above 0")
    return Range(low, high, bool(match[1]))


def samples(space: Space) -> list[Grid]:
    """Grids of one point each, which together have every end of a range and every choice."""
    listed = {key: part.samples() for key, part in space.items()}
    return [
        {key: [values[min(k, len(values) - 1)]] for key, values in listed.items()}
        for k in range(max(map(len, listed.values())))
    ]
