"""What Melting Pot did in small cases, read from tests/golden/melting_pot.json.gz; tests/oracles/record_melting_pot.py wrote it.

Entry 0 of every column is what was seen before the first action; entry t + 1 is what step t led to.
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
"""Stands for the place and the facing of a player that is not on the map."""


@dataclass(frozen=True)
class Recorded:
    """One case and what was seen in it; columns that were not recorded are missing in `columns`."""

    name: str
    substrate: str
    map: str
    """The map in the substrate's own letters."""
    start: np.ndarray
    """(n, 2) row and column."""
    facing: np.ndarray
    """(n,) 0 north, 1 east, 2 south, 3 west."""
    actions: np.ndarray
    """(steps, n) numbers in the substrate's list of actions."""
    parameters: dict[str, dict[str, Any]]
    """{component: {keyword: value}}, what differs from the substrate."""
    roles: list[str] | None
    varies: frozenset[str]
    """Columns that are different with other seeds; the others are certain."""
    columns: dict[str, np.ndarray]
    """position (steps + 1, n, 2), facing, alive, may_move, reward, ready, colour, mark, others_cleaned (steps + 1, n),
    inventory (steps + 1, n, kinds), interaction (steps + 1, n, 2, kinds)."""
    maps: list[list[str]]
    """(steps + 1) rows of letters, as in LETTERS of melting_pot_driver.py; [] if not recorded."""
    beams: list[dict[str, set[tuple[int, int]]]]
    """(steps + 1) {name: cells in which a beam is seen}; [] if not recorded."""
    events: list[list[tuple[str, dict[str, Any]]]]
    """(steps + 1) names and values, players numbered from 0; [] if not recorded."""
    views: list[list[list[str]]]
    """(steps + 1) of each player the rows of letters that it sees, ahead is up; [] if not recorded."""
    ended: bool
    """Whether the last entry is the end of the episode."""

    @property
    def steps(self) -> int:
        """Steps that were played."""
        return max(len(column) for column in [*self.columns.values(), self.maps, self.beams]) - 1

    def hits(self, t: int) -> set[tuple[int, int]]:
        """Who zapped whom in step t."""
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
    """The cases whose names begin so, such as "beams/zap" or "clean_up/"."""
    chosen = tuple(_read(entry) for entry in _recording()["cases"] if entry["case"]["name"].startswith(prefix))
    assert chosen, f"no case is called {prefix}..."
    return chosen


def table(name: str) -> dict[str, Any]:
    """One of the statistics; tests/oracles/melting_pot_tables.py says what is counted."""
    return _recording()["tables"][name]


def play_with_some_seed(case: Recorded, play: Callable[[Recorded, int], None], seeds: int = 8) -> None:
    """Call `play(case, seed)`, which compares a course with the recorded one.

    In crowds chance decides who moves first where two want one cell or one follows another: there one of a few seeds has to fit.
    """
    differences = []
    for seed in range(seeds if "crowd" in case.name and not case.varies else 1):
        try:
            return play(case, seed)
        except AssertionError as difference:
            differences.append(difference)
    raise differences[0]
