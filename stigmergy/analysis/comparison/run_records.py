"""Records of runs as a comparison reads them: identity, learning curves, steps and seconds."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from stigmergy.envs.errors import UserError
from stigmergy.envs.registration.make import build_dataclass
from stigmergy.plotting.learning_curves import Series, read_metrics
from stigmergy.training.config import TrainingConfig
from stigmergy.training.runs.run import Run

Axis = Literal["steps", "seconds"]
SIMULATED = "/simulated_steps"
"""End of the metrics by which learners report the steps that they simulated in an update."""


@dataclass(frozen=True)
class RunRecord:
    """One run. k is the number of its updates."""

    folder: str
    group: str
    seed: int
    environment: str
    fingerprint: str | None
    config: Mapping[str, Any]
    training: TrainingConfig
    machine: str
    diverged: str
    """Reason for which learning diverged; empty if it did not."""
    metrics: Mapping[str, Series]
    steps: NDArray[np.int64]
    """Steps of the environment at each update, `(k,)`."""
    counted: NDArray[np.int64]
    """The same and the steps that the learners simulated, `(k,)`."""
    seconds: NDArray[np.float64]
    """Seconds of training at each update, evaluations included, `(k,)`."""

    @property
    def updates(self) -> int:
        """Updates that were made."""
        return int(self.steps[-1]) // (self.training.num_envs * self.training.rollout_length) if self.steps.size else 0

    @property
    def simulated(self) -> int:
        """Steps that the learners simulated."""
        return int(self.counted[-1] - self.steps[-1]) if self.steps.size else 0

    def end(self, axis: Axis) -> float:
        """Steps or seconds of the whole training; the steps count simulated ones."""
        return float((self.counted if axis == "steps" else self.seconds)[-1])

    def curve(self, metric: str, axis: Axis) -> Series:
        """Values of a metric over counted steps or over seconds."""
        series = self.metrics[metric]
        positions = self.counted if axis == "steps" else self.seconds
        return Series(np.interp(series.steps, self.steps, positions), series.values)

    def score(self, metric: str, axis: Axis, budget: float, width: float) -> float:
        """Mean of a metric over the part `width` of training that ends at `budget`.

        If the metric was not logged there, its last value before is taken; NaN if there is none.

        Args:
            budget, width: in counted steps or seconds.
        """
        curve = self.curve(metric, axis)
        before = curve.steps <= budget
        inside = before & (curve.steps > budget - width)
        if not before.any():
            return np.nan
        return float(curve.values[inside].mean() if inside.any() else curve.values[before][-1])


def read_run(folder: str, group: str) -> RunRecord:
    """Read the run in `folder`, one of the group `group`.

    Raises:
        BadParameter: there is no run in it.
        UserError: a file of it cannot be read.
    """
    run = Run.open(folder)
    config = run.config()
    meta = run.meta() if (run.folder / "meta.json").is_file() else {}
    training = build_dataclass(TrainingConfig, config.get("training") or {}, "training")
    metrics = read_metrics(folder)
    steps, seconds = _read_timing(run)
    return RunRecord(
        folder=folder,
        group=group,
        seed=training.seed,
        environment=str(config.get("environment")),
        fingerprint=meta.get("fingerprint"),
        config=config,
        training=training,
        machine=str(meta.get("machine", "")),
        diverged=str(meta.get("diverged") or ""),
        metrics=metrics,
        steps=steps,
        counted=steps + _simulated(metrics, steps),
        seconds=seconds,
    )


def _read_timing(run: Run) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Steps and seconds after each update, both `(k,)`."""
    rows: list[tuple[int, float]] = []
    if not run.timing.is_file():
        raise UserError(f"the run '{run.folder}' has no times: '{run.timing}' is missing, or no regular file")
    with run.timing.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            try:
                rows.append((int(row["step"]), float(row["seconds"])))
            except (KeyError, TypeError, ValueError) as error:
                raise UserError(f"'{run.timing}' has a row without a step and its seconds: {row}") from error
    steps = np.array([step for step, _ in rows], np.int64)
    return steps, np.cumsum([seconds for _, seconds in rows], dtype=np.float64)


def _simulated(metrics: Mapping[str, Series], steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """Steps that the learners of all groups had simulated after each update, `(k,)`."""
    total = np.zeros(len(steps), np.int64)
    for name, series in metrics.items():
        if name.endswith(SIMULATED) and series.steps.size:
            summed = np.concatenate([[0], np.cumsum(series.values)])
            total += summed[np.searchsorted(series.steps, steps, side="right")].astype(np.int64)
    return total
