"""Outcomes of evaluations as files: CSV for a spreadsheet, JSON with the value of every episode."""

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stigmergy.training.confidence_intervals import mean_and_interval
from stigmergy.training.evaluation import Outcomes
from stigmergy.training.runs.storage import write_atomically

ENDINGS = (".csv", ".json")
COLUMNS = ("player", "outcome", "mean", "low", "high", "episodes")


def write_outcomes(path: str, environment: str, seed: int, results: Mapping[str, Outcomes]) -> None:
    """Write a row for each outcome of each player, as the ending of `path` says.

    A row has the mean over the episodes that have a value, the ends `low` and `high` of its 95%
    interval, and the number of these episodes. Undefined values are empty in CSV and null in JSON.
    JSON also has `values`, one for each episode in the order of the envs, and `cut`, the number of
    cut episodes of each player. Where it is above 0, the outcome `cut` is 1 for these episodes.
    """
    rows = list(_rows(results))
    Path(path).absolute().parent.mkdir(parents=True, exist_ok=True)
    if Path(path).suffix.lower() == ".json":
        cut = {player: int(outcomes.cut.sum()) for player, outcomes in results.items()}
        told = {"environment": environment, "seed": seed, "cut": cut, "rows": rows}
        text = json.dumps(told, indent=1, allow_nan=False) + "\n"
    else:
        file = io.StringIO(newline="")
        table: csv.DictWriter[str] = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
        table.writeheader()
        table.writerows(rows)
        text = file.getvalue()
    write_atomically(Path(path), text.encode())


def _rows(results: Mapping[str, Outcomes]) -> Iterator[dict[str, Any]]:
    for player, outcomes in results.items():
        columns = outcomes.columns() | ({"cut": outcomes.cut} if outcomes.cut.any() else {})
        for name, values in columns.items():
            mean, low, high = (defined(number) for number in mean_and_interval(values))
            yield {
                "player": player,
                "outcome": name,
                "mean": mean,
                "low": low,
                "high": high,
                "episodes": int(np.sum(~np.isnan(np.asarray(values, np.float64)))),
                "values": _plain(values),
            }


def _plain(values: NDArray[Any]) -> list[float | None]:
    return [defined(value) for value in np.asarray(values, np.float64).tolist()]


def defined(number: float) -> float | None:
    """Return the number, or None if it is not finite, as JSON has it."""
    return float(number) if math.isfinite(number) else None
