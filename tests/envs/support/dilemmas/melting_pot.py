"""Recordings of Melting Pot in small cases, from tests/golden/melting_pot.json.gz.

`tests/oracles/record_melting_pot.py` wrote them. Entry 0 of every column was seen before the first
action; entry t + 1 is the result of step t.
"""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

GOLDEN = Path(__file__).parents[3] / "golden" / "melting_pot.json.gz"
ABSENT = -1
"""Position and facing of a player that is not on the map."""


@dataclass(frozen=True)
class Recorded:
    """One recorded case; columns that were not recorded are missing in `columns`."""

    name: str
    substrate: str
    map: str
    """Map in the substrate's own letters."""
    start: np.ndarray
    """Row and column, `(n, 2)`."""
    facing: np.ndarray
    """Direction, `(n,)`: 0 north, 1 east, 2 south, 3 west."""
    actions: np.ndarray
    """Indices in the substrate's list of actions, `(steps, n)`."""
    parameters: dict[str, dict[str, Any]]
    """Differences from the substrate, {component: {keyword: value}}."""
    roles: list[str] | None
    varies: frozenset[str]
    """Columns that differ with other seeds; the others are certain."""
    columns: dict[str, np.ndarray]
    """Arrays by name: position (steps + 1, n, 2); facing, alive, may_move, reward, ready, colour,
    mark, others_cleaned (steps + 1, n); inventory (steps + 1, n, kinds); interaction
    (steps + 1, n, 2, kinds)."""
    maps: list[list[str]]
    """Rows of letters (LETTERS of melting_pot_driver.py) for each frame; [] if not recorded."""
    beams: list[dict[str, set[tuple[int, int]]]]
    """Cells in which each beam is seen, for each frame; [] if not recorded."""
    events: list[list[tuple[str, dict[str, Any]]]]
    """Names and values of events for each frame, players numbered from 0; [] if not recorded."""
    views: list[list[list[str]]]
    """Rows of letters that each player sees, ahead is up, for each frame; [] if not recorded."""
    ended: bool
    """True if the last entry is the end of the episode."""

    @property
    def steps(self) -> int:
        """Number of steps that were played."""
        return max(len(column) for column in [*self.columns.values(), self.maps, self.beams]) - 1

    def hits(self, t: int) -> set[tuple[int, int]]:
        """Pairs of shooter and target in step t."""
        return {(values["source"], values["target"]) for name, values in self.events[t + 1] if name == "zap"}


@cache
def _recording() -> dict[str, Any]:
    return json.loads(gzip.decompress(GOLDEN.read_bytes()))


def _read(entry: dict[str, Any]) -> Recorded:
    case, result = entry["case"], dict(entry["result"])
    lists = {name: result.pop(name, []) for name in ("maps", "map", "beams", "events", "view")}
    ended = result.pop("ended", False)
    columns = {}
    for name, column in result.items():
        if name == "position":
            column = [[place or (ABSENT, ABSENT) for place in places] for places in column]
        elif name in ("facing", "mark"):
            column = [[ABSENT if value is None else value for value in values] for values in column]
        columns[name] = np.array(column)
    return Recorded(
        name=case["name"],
        substrate=case["substrate"],
        map="\n".join(case["map"]),
        start=np.array(case["start"]),
        facing=np.array(case["facing"]),
        actions=np.array([[int(letter, 16) for letter in joint] for joint in case["actions"]]),
        parameters=case.get("parameters", {}),
        roles=case.get("roles"),
        varies=frozenset(entry["varies"]),
        columns=columns,
        maps=[lists["maps"][number] for number in lists["map"]],
        beams=[{name: {(r, c) for r, c in cells} for name, cells in beams.items()} for beams in lists["beams"]],
        events=[[(name, values) for name, values in events] for events in lists["events"]],
        views=lists["view"],
        ended=ended,
    )


@cache
def cases(prefix: str) -> tuple[Recorded, ...]:
    """Cases whose names begin with the prefix, such as "beams/zap" or "clean_up/"."""
    chosen = tuple(_read(entry) for entry in _recording()["cases"] if entry["case"]["name"].startswith(prefix))
    assert chosen, f"no case is called {prefix}..."
    return chosen


def table(name: str) -> dict[str, Any]:
    """One of the statistics of tests/oracles/melting_pot_tables.py."""
    return _recording()["tables"][name]


def play_with_some_seed(case: Recorded, play: Callable[[Recorded, int], None], seeds: int = 8) -> None:
    """Call `play(case, seed)`, which compares a trace with the recorded one.

    In crowds chance decides which agent moves first if two want one cell or one follows another.
    There one of a few seeds has to fit.
    """
    differences = []
    for seed in range(seeds if "crowd" in case.name and not case.varies else 1):
        try:
            return play(case, seed)
        except AssertionError as difference:
            differences.append(difference)
    raise differences[0]
