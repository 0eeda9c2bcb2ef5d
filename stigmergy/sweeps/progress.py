"""Progress of a run, read from the ends of its logs."""

import csv
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
