"""MLflow, in a local store or on a server."""

import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..experiment import flatten
from .tracker import PROJECT, RunInfo, Tracker, load_library

MOST_METRICS, MOST_PARAMS = 1000, 100
"""Entries that MLflow takes in one request."""
LONGEST_PARAM = 6000
"""Characters of the longest value of a parameter."""
SECONDS_TO_ANSWER = 10.0
"""Seconds in which a server has to answer at the start. MLflow itself would try for minutes."""
LOCAL = ("sqlite:///", "file:")
"""Beginnings of addresses of local stores."""
COUNTER = "seconds/total"
"""Metric of every update; its history says which steps MLflow holds."""
_FOREIGN = re.compile(r"[^\w\-./: ]")


class MlflowTracker(Tracker):
    """Tracker of MLflow; its own environment variables hold, such as MLFLOW_TRACKING_URI."""

    def check(self) -> None:
        """Raise UserError if MLflow is not installed."""
        load_library("mlflow")

    def open(self, run: RunInfo) -> Mapping[str, str]:
        """Begin a run of MLflow, or go on with the one of the same id.

        It goes on in the local store that it began in, unless MLFLOW_TRACKING_URI names another
        one. A server is never taken from the run folder, which may come from somebody else, because
        MLflow would send it the user's credentials. MLflow says which steps it holds.
        """
        mlflow = load_library("mlflow")
        self._entities = mlflow.entities
        before = run.remote.get("uri", "")
        local = before if before.startswith(LOCAL) else ""
        self._uri: str = os.environ.get("MLFLOW_TRACKING_URI") or local or mlflow.get_tracking_uri()
        _reach(self._uri)
        self._client: Any = mlflow.MlflowClient(tracking_uri=self._uri)
        known = run.remote.get("id")
        self._id = self._go_on(known) if known else self._begin(run)
        return {"id": self._id, "uri": self._uri}

    def _begin(self, run: RunInfo) -> str:
        name = run.project or os.environ.get("MLFLOW_EXPERIMENT_NAME") or PROJECT
        experiment = self._client.get_experiment_by_name(name)
        place = experiment.experiment_id if experiment else self._client.create_experiment(name)
        tags = {"group": run.group} if run.group else {}
        id = self._client.create_run(place, run_name=run.name, tags=tags).info.run_id
        params = [
            self._entities.Param(_allowed(name), str(value)[:LONGEST_PARAM])
            for name, value in flatten(run.config).items()
        ]
        for some in _chunks(params, MOST_PARAMS):
            self._client.log_batch(id, params=some)
        self._client.log_text(id, run.config_text, "config.yaml")
        self.held = 0
        return id

    def _go_on(self, id: str) -> str:
        self._client.update_run(id, status="RUNNING")
        self.held = max((metric.step for metric in self._client.get_metric_history(id, COUNTER)), default=0)
        return id

    def announce(self) -> list[str]:
        """Store and id of the run."""
        return [f"mlflow: run {self._id} in {self._uri}"]

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Log metrics; characters that MLflow does not allow in a name become underscores."""
        now = int(time.time() * 1000)
        entries = [self._entities.Metric(_allowed(name), value, now, step) for name, value in metrics.items()]
        for some in _chunks(entries, MOST_METRICS):
            self._client.log_batch(self._id, metrics=some)

    def log_video(self, step: int, path: Path) -> None:
        """Log a film as an artifact."""
        self._client.log_artifact(self._id, str(path), "videos")

    def close(self, finished: bool) -> None:
        """Set the state of MLflow's run."""
        self._client.set_terminated(self._id, "FINISHED" if finished else "KILLED")


def _reach(uri: str) -> None:
    """Raise ConnectionError if `uri` is that of a server that does not answer."""
    if not uri.startswith(("http://", "https://")):
        return
    try:
        urllib.request.urlopen(f"{uri.rstrip('/')}/health", timeout=SECONDS_TO_ANSWER).close()
    except urllib.error.HTTPError:
        return  # it is there; what it allows is seen next
    except OSError as error:
        raise ConnectionError(f"no server answers at '{uri}': {getattr(error, 'reason', error)}") from error


def _allowed(name: str) -> str:
    return _FOREIGN.sub("_", name)


def _chunks(entries: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (entries[start : start + size] for start in range(0, len(entries), size))
