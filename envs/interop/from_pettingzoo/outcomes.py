"""Outcomes of episodes: the numbers that stand in the last info of each agent."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

TAKEN = ("return", "length", "count", "cut")
"""Names that the trainer gives to metrics of its own."""
DEEPEST = 3
"""Dicts within dicts that are looked into."""


def numbers(info: Mapping[Any, Any]) -> Iterator[tuple[str, float]]:
    """Yield names and values of single finite numbers, truth values included, also in dicts within.

    The prefix `is_` of a truth value and a dict called `episode` are left out of the names, for
    metrics are called `episode/...` already. Where that makes two names equal, the longer one stays
    as it is. A name that the trainer has for itself gets the prefix `info/`.
    """
    found = list(_entries(info))
    times = Counter(short for _, short, _ in found)
    for path, short, value in found:
        name = short if times[short] == 1 else path
        yield (f"info/{name}" if name.split("/")[0] in TAKEN else name), value


def _entries(
    info: Mapping[Any, Any], path: str = "", short: str = "", depth: int = 0
) -> Iterator[tuple[str, str, float]]:
    """Yield the numbers with their whole and their short names."""
    for key, value in info.items():
        if isinstance(value, Mapping):
            if depth < DEEPEST:
                inner = short if key == "episode" else f"{short}{key}/"
                yield from _entries(value, f"{path}{key}/", inner, depth + 1)
            continue
        if isinstance(value, (bool, int, float, np.bool_, np.number)) or (
            isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind in "biuf" and key != "action_mask"
        ):
            number = np.asarray(value).reshape(())
            if number.dtype.kind in "biuf" and np.isfinite(number):
                yield f"{path}{key}", f"{short}{str(key).removeprefix('is_')}", float(number)


class OutcomeLog:
    """Collect outcomes of agents when they end, and their means when the episode ends."""

    def __init__(self, num_envs: int):
        self._open: list[dict[str, list[float]]] = [{} for _ in range(num_envs)]
        self._closed: dict[int, dict[str, float]] = {}

    def begin(self, c: int) -> None:
        """Forget the last episode of environment `c`."""
        self._open[c] = {}
        self._closed.pop(c, None)

    def add(self, c: int, info: Mapping[Any, Any]) -> None:
        """Take in the last info of an agent."""
        for name, value in numbers(info):
            self._open[c].setdefault(name, []).append(value)

    def close(self, c: int) -> None:
        """The episode of environment `c` is over."""
        self._closed[c] = {name: float(np.mean(values)) for name, values in self._open[c].items()}

    def columns(self) -> dict[str, NDArray[np.float64]]:
        """Outcomes by name, `(num_envs,)`, of episodes that are over; NaN where one has none."""
        columns: dict[str, NDArray[np.float64]] = {}
        for c, outcomes in self._closed.items():
            for name, value in outcomes.items():
                columns.setdefault(name, np.full(len(self._open), np.nan))[c] = value
        return columns
