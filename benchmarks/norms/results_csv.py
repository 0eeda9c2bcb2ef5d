"""Rows of an experiment on norms: one number each, in one CSV file for all runs."""

import csv
import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

COLUMNS = ("experiment", "condition", "seed", "kind", "step", "name", "value")
LEARNING_CURVE, FINAL, MEETING, HITS, DONE = "course", "final", "meeting", "hits", "done"


@dataclass(frozen=True)
class Row:
    """One number of one run."""

    experiment: str
    condition: str
    seed: int
    kind: str
    """Kind of number: `course` for points of a learning curve, `final` for outcomes of held-out
    episodes, `meeting` and `hits` for counts in them, `done` for the seconds of training."""
    step: int
    name: str
    value: float


def read_rows(path: Path) -> list[Row]:
    """Read the rows of a CSV file; an absent file has none."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [
            Row(
                r["experiment"], r["condition"], int(r["seed"]), r["kind"], int(r["step"]), r["name"], float(r["value"])
            )
            for r in csv.DictReader(file)
        ]


def add_rows(path: Path, rows: Sequence[Row]) -> None:
    """Append rows to a file, with a header if it is new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(COLUMNS)
        writer.writerows([*dataclasses.astuple(row)[:-1], f"{row.value:.6g}"] for row in rows)


def values_of(rows: Sequence[Row], condition: str, kind: str, name: str) -> list[float]:
    """Values of a condition, one a seed; NaN where undefined."""
    return [row.value for row in rows if (row.condition, row.kind, row.name) == (condition, kind, name)]


def defined(values: Sequence[float]) -> list[float]:
    """Values that are not NaN."""
    return [value for value in values if not math.isnan(value)]
