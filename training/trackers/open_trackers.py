"""Trackers of a session, kept apart from the training: none of them can stop it."""

import dataclasses
import json
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...envs.core.env import BatchEnv
from ...envs.core.timestep import TimeStep
from ...envs.errors import BadParameter, UserError
from ...envs.rendering.video import write_video
from ...envs.utils.files import UnreadableFile, read_bytes
from ...envs.utils.yaml_text import write_yaml
from ..callbacks import unchanged_process
from ..evaluation import Watch
from ..experiment import Experiment
from ..film import Film
from ..runs.storage import write_atomically
from .registry import trackers
from .tracker import RunInfo, Tracker, TrackerFailed

MOST_BYTES = 1 << 20
FRAMES_PER_SECOND = 8.0


def make_tracker(name: str) -> Tracker:
    """Make the tracker of a registered name. Raises UnknownName, CannotImport."""
    return trackers.find(name).load()()


def check_trackers(experiment: Experiment) -> None:
    """Raise UserError if a tracker of the experiment is unknown or cannot be used."""
    for name in experiment.training.tracker_names:
        make_tracker(name).check()


def tracked_run(folder: Path, experiment: Experiment, step: int = 0, logged: int = 0) -> RunInfo:
    """Run of `experiment` in `folder` as trackers see it."""
    training, config = experiment.training, experiment.to_dict()
    return RunInfo(
        folder=folder,
        name=folder.resolve().name,
        config=config,
        config_text=write_yaml(config),
        project=training.tracker_project,
        group=training.tracker_group,
        entity=training.tracker_entity,
        step=step,
        logged=logged,
    )


class OpenTrackers:
    """Trackers of a run, opened by their `names`.

    What finds a tracker's run again is kept in `trackers/remote.json` of the run folder.

    Args:
        films: give them films of evaluations.

    Raises:
        UserError: one cannot begin, and nothing was trained yet. Later in a run this is a warning.
    """

    def __init__(self, names: Iterable[str], run: RunInfo, films: bool = False):
        self._open: dict[str, Tracker] = {}
        self._file = run.folder / "trackers" / "remote.json"
        self._videos = run.folder / "videos"
        self._films = films
        self._film: Film | None = None
        kept = _read(self._file)
        try:
            for name in names:
                remote = self._begin(name, dataclasses.replace(run, remote=kept.get(name, {})))
                if remote:
                    kept[name] = remote
                    _write(self._file, kept)
        except BaseException:
            self.close(finished=False)
            raise

    def _begin(self, name: str, run: RunInfo) -> dict[str, str]:
        """Open one tracker; return what finds its run again."""
        tracker = make_tracker(name)
        tracker.held = run.logged
        try:
            with unchanged_process():
                remote = dict(tracker.open(run))
        except Exception as error:
            if run.step:
                self._leave_out(name, error)
                return {}
            if isinstance(error, UserError):
                raise
            raise UserError(f"the tracker '{name}' cannot begin: {_reason(error)}") from error
        self._open[name] = tracker
        return remote

    def announce(self) -> list[str]:
        """Sentences of the trackers, such as addresses."""
        sentences: list[str] = []
        self._each(lambda tracker: sentences.extend(tracker.announce()))
        return sentences

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Log the metrics of an update, and the film of its evaluation if one was taken.

        Trackers that hold the step already get nothing.
        """
        film, self._film = self._film, None
        if film is not None and (path := self._write_film(film, step)):
            self._each(lambda tracker: tracker.log_video(step, path), step)
        self._each(lambda tracker: tracker.log(step, metrics), step)

    def watch(self, env: BatchEnv[Any]) -> Watch | None:
        """Callback that films an evaluation in `env` for the next `log`; None without films."""
        if not (self._films and self._open):
            return None
        film = self._film = Film(env)

        def watch(step: TimeStep, running: NDArray[np.bool_]) -> None:
            if self._films:
                try:
                    film.watch(step, running)
                except Exception as error:
                    self._end_films(error)

        return watch

    def _write_film(self, film: Film, step: int) -> Path | None:
        """Write a film into the run's videos."""
        path = self._videos / f"evaluation-{step}.gif"
        try:
            write_video(path, film.frames(), FRAMES_PER_SECOND)
        except Exception as error:
            self._end_films(error)
            return None
        return path

    def _end_films(self, error: Exception) -> None:
        """Warn that no more films are made."""
        self._films, self._film = False, None
        sentence = f"no more films of evaluations are made in this session, because one failed: {_reason(error)}"
        warnings.warn(TrackerFailed(sentence), stacklevel=2)

    def flush(self) -> None:
        """Have every tracker write what it buffers."""
        self._each(lambda tracker: tracker.flush())

    def close(self, finished: bool) -> None:
        """Close every tracker; nothing happens the second time."""
        self._each(lambda tracker: tracker.close(finished))
        self._open.clear()

    def _each(self, call: Callable[[Tracker], None], step: int | None = None) -> None:
        for name, tracker in list(self._open.items()):
            if step is not None and step <= tracker.held:
                continue
            try:
                with unchanged_process():
                    call(tracker)
            except Exception as error:
                del self._open[name]
                self._leave_out(name, error)

    def _leave_out(self, name: str, error: Exception) -> None:
        """Warn that a tracker gets no more."""
        sentence = (
            f"the tracker '{name}' failed and gets no more in this session; the training goes on, "
            f"and metrics.csv has everything: {_reason(error)}"
        )
        warnings.warn(TrackerFailed(sentence), stacklevel=2)


def check_film(experiment: Experiment, env: BatchEnv[Any]) -> None:
    """Raise BadParameter if films are asked for in an environment without a picture."""
    if experiment.training.tracker_video and type(env).draw is BatchEnv.draw:
        raise BadParameter(f"training.tracker_video is True, and '{experiment.environment}' has no picture")


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def _read(file: Path) -> dict[str, dict[str, str]]:
    """Read where the trackers' runs are; empty if it cannot be read."""
    with suppress(UnreadableFile, ValueError, RecursionError):
        kept = json.loads(read_bytes(file, MOST_BYTES))
        if isinstance(kept, dict) and all(isinstance(remote, dict) for remote in kept.values()):
            return kept
    return {}


def _write(file: Path, kept: Mapping[str, Mapping[str, str]]) -> None:
    file.parent.mkdir(exist_ok=True)
    write_atomically(file, json.dumps(kept, indent=2).encode())
