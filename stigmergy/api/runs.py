"""Runs as objects: metrics as arrays, paths, and what can be done with them."""

import csv
import html
import importlib
import os
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stigmergy.api.evaluation import Evaluation, evaluate
from stigmergy.api.rendering import Rendering, render
from stigmergy.envs.errors import UserError
from stigmergy.plotting.learning_curves import Series, read_metrics
from stigmergy.training.experiment import Experiment
from stigmergy.training.runs.checkpoint import list_checkpoints
from stigmergy.training.runs.restore import open_run
from stigmergy.training.runs.run import Run
from stigmergy.training.sessions.start_or_resume import is_finished
from stigmergy.training.trained_policy import Policy, load_policy

SHOWN = ("episode/return", "evaluation/return")
"""Metrics whose last values the short forms show."""


class TrainedRun:
    """Run that was trained, in the state that its files have.

    Args:
        folder: the run folder.
        trust: agree to execute the code that the run names.

    Attributes:
        folder: path of the run folder.

    Raises:
        BadParameter: there is no run in the folder.
    """

    def __init__(self, folder: str | os.PathLike[str], trust: bool = False):
        self._run = Run.open(os.fspath(folder))
        self._trust = trust
        self.folder: Path = self._run.folder

    def __fspath__(self) -> str:
        return str(self.folder)

    @cached_property
    def experiment(self) -> Experiment:
        """Environment, learners and options of training."""
        return open_run(self.folder, self._trust)[1]

    @property
    def config(self) -> dict[str, Any]:
        """Resolved config, as plain values."""
        return self._run.config()

    @property
    def meta(self) -> dict[str, Any]:
        """Versions, commit, command line, and the fingerprint of the environment."""
        return self._run.meta()

    @property
    def metrics(self) -> dict[str, NDArray[np.float64]]:
        """Metric to its finite values, `(k,)` float64, of the k updates that logged it."""
        return {name: own.values for name, own in self._series.items()}

    @property
    def steps(self) -> dict[str, NDArray[np.int64]]:
        """Metric to the environment steps, `(k,)` int64, at which its values were logged."""
        return {name: np.asarray(own.steps, np.int64) for name, own in self._series.items()}

    @property
    def _series(self) -> dict[str, Series]:
        return read_metrics(self.folder)

    @property
    def timing(self) -> dict[str, NDArray[np.float64]]:
        """Column of `timing.csv` to its values, `(updates,)` float64.

        The columns are step, seconds, env, act, learn, other and steps_per_second.
        """
        with self._run.timing.open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        values = np.array(rows, np.float64).reshape(-1, len(header))
        return dict(zip(header, values.T))

    @property
    def checkpoints(self) -> list[Path]:
        """Paths of the checkpoints, the newest first; the best one is not among them."""
        return list_checkpoints(self._run.checkpoints)

    @property
    def update(self) -> int:
        """Updates after which the newest checkpoint was written; 0 without one."""
        return int(self.checkpoints[0].stem) if self.checkpoints else 0

    @property
    def is_finished(self) -> bool:
        """True if all updates are made, with their evaluations."""
        return is_finished(self._run, self.experiment)

    def policy(self, checkpoint: str = "last") -> Policy:
        """Load the trained policy; see `stigmergy.load_policy`."""
        return load_policy(self.folder, checkpoint, self._trust)

    def evaluate(self, episodes: int = 64, **options: Any) -> Evaluation:
        """Play whole episodes with the trained policy; see `stigmergy.evaluate`."""
        return evaluate(self.folder, episodes, **{"trust": self._trust, **options})

    def render(self, output: str | os.PathLike[str] | None = None, **options: Any) -> Rendering:
        """Play an episode with the trained policy and draw it; see `stigmergy.render`."""
        return render(self.folder, output, **{"trust": self._trust, **options})

    def to_pandas(self) -> Any:
        """Metrics as a DataFrame of pandas: a row for each step, a column for each metric.

        Raises:
            UserError: pandas is not installed.
        """
        try:
            pandas = importlib.import_module("pandas")
        except ImportError as error:
            raise UserError("to_pandas needs pandas, which is not installed: pip install pandas") from error
        columns = {name: pandas.Series(own.values, index=own.steps) for name, own in self._series.items()}
        return pandas.DataFrame(columns).rename_axis("step")

    def _lines(self) -> list[tuple[str, str]]:
        config = self.config
        training = config.get("training") or {}
        learners = [config.get("algorithm"), *(own.get("algorithm") for own in (config.get("learners") or {}).values())]
        series = self._series
        last = [
            (name, f"{series[name].values[-1]:.4g}") for name in SHOWN if name in series and len(series[name].values)
        ]
        return [
            ("environment", str(config.get("environment"))),
            ("algorithm", ", ".join(map(str, dict.fromkeys(learners)))),
            ("updates", f"{self.update} of {self.experiment.training.num_updates}"),
            ("seed", str(training.get("seed"))),
            *last,
        ]

    def __repr__(self) -> str:
        return f"TrainedRun('{self.folder}': {', '.join(f'{name} {value}' for name, value in self._lines())})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
            for name, value in [("run", str(self.folder)), *self._lines()]
        )
        return f"<table>{rows}</table>"


def load_run(folder: str | os.PathLike[str], trust: bool = False) -> TrainedRun:
    """Load a run that was trained; see `TrainedRun`."""
    return TrainedRun(folder, trust)
