"""Progress of a run, read from the ends of its logs."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from stigmergy.training.config import TrainingConfig
from stigmergy.training.runs.run import Run

MOST_TAIL = 1 << 14
"""Bytes from the end of a log: some updates."""
RETURNS = ("episode/return", "evaluation/return")


@dataclass(frozen=True)
class RunProgress:
    """Progress of a run."""

    steps: int = 0
    total_steps: int = 0
    steps_per_second: float = 0.0
    episode_return: float | None = None

    @property
    def share(self) -> float:
        """Share of the run that is made, 0 to 1."""
        return min(self.steps / self.total_steps, 1.0) if self.total_steps else 0.0


def read_progress(folder: Path, training: TrainingConfig) -> RunProgress:
    """Progress of the run in `folder`; of a run without logs, nothing is made."""
    run = Run(folder)
    total = training.num_updates * training.num_envs * training.rollout_length
    timing = last_rows(run.timing, 7)
    if not timing:
        return RunProgress(total_steps=total)
    returns = [float(row[2]) for row in last_rows(run.metrics, 3) if row[1] in RETURNS]
    return RunProgress(int(timing[-1][0]), total, float(timing[-1][6]), returns[-1] if returns else None)


def read_tail(path: Path, most: int, start: int = 0) -> str:
    """Text of a file's last `most` bytes, or of those from byte `start` on. Raises OSError."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - most, min(start, size)))
        return file.read().decode(errors="replace")


def last_rows(path: Path, columns: int, most: int = MOST_TAIL) -> list[list[str]]:
    """Last whole rows of a log with that many columns, without its header.

    Rows are of the last `most` bytes; a log that is missing has none.
    """
    try:
        text = read_tail(path, most)
    except OSError:
        return []
    whole = text[: text.rfind("\n") + 1].splitlines()[1:]  # the first may be cut, or is the header
    return [row for row in csv.reader(whole) if len(row) == columns and row[0].isdecimal()]


class MetricReader:
    """Reader of a metric of a run that is being trained.

    Attributes:
        last: the latest value, or None.
    """

    def __init__(self, folder: Path, metric: str):
        self._path, self._metric = Run(folder).metrics, metric
        self._position = 0
        self.last: float | None = None

    def read(self) -> list[tuple[int, float]]:
        """Steps and finite values of the rows since the last call.

        A run that is resumed cuts its log and writes the same rows again.
        """
        try:
            with self._path.open("rb") as file:
                if file.seek(0, 2) < self._position:
                    self._position = 0
                file.seek(self._position)
                new = file.read()
        except OSError:
            return []
        whole = new[: new.rfind(b"\n") + 1]
        self._position += len(whole)
        rows = csv.reader(whole.decode(errors="replace").splitlines())
        found = [(int(row[0]), float(row[2])) for row in rows if len(row) == 3 and row[1] == self._metric]
        found = [(step, value) for step, value in found if math.isfinite(value)]
        self.last = found[-1][1] if found else self.last
        return found
