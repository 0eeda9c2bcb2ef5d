"""Scheduler of a sweep: some runs at once, until each has ended or a signal stops them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from stigmergy.envs.errors import UserError
from stigmergy.sweeps.points import Point
from stigmergy.sweeps.processes import LOGS, RunProcess, stop_all
from stigmergy.training.runs.lock import RunInUse, UnseenOwner
from stigmergy.training.runs.run import Run
from stigmergy.training.runs.stop_signals import handled, stop_signals
from stigmergy.training.sessions.start_or_resume import is_finished

SECONDS_BETWEEN_LOOKS = 0.1
SECONDS_TO_LEAVE = 10.0
"""Time for processes to end after a failure of the sweep itself, before they are killed."""


@dataclass
class Progress:
    """Progress of a sweep, for its display."""

    total: int
    finished: list[str] = field(default_factory=list)
    """Names of runs."""
    pruned: list[str] = field(default_factory=list)
    """Names of runs that a study ended early."""
    failed: dict[str, str] = field(default_factory=dict)
    """Name of a run to its last sentence."""
    running: list[Point] = field(default_factory=list)
    in_use: dict[str, str] = field(default_factory=dict)
    """Name of a run that waits for another process which trains it, to the sentence on that."""
    stopping: bool = False


class Display(Protocol):
    """Display of a sweep."""

    def event(self, line: str) -> None:
        """Show a line that stays."""
        ...

    def update(self, progress: Progress) -> None:
        """Show the progress; called several times a second."""
        ...


class Scheduler:
    """Scheduler of `points` in `folder`, `jobs` of them at once.

    Attributes:
        progress: what has ended so far.
        stopped_by: the signal that stopped the sweep, or 0.
    """

    def __init__(self, folder: Path, points: Sequence[Point], jobs: int, display: Display):
        self._folder, self._jobs, self._display = folder, jobs, display
        self._waiting = list(points)
        self._running: dict[str, tuple[Point, RunProcess]] = {}
        self.progress = Progress(len(points))
        self.stopped_by = 0

    def run(self) -> None:
        """Train all runs that are not finished; returns when each has ended, or after a stop."""
        try:
            with handled(stop_signals(), self._ask_to_stop):
                self._skip_finished()
                while self._running or (self._has_more() and not self.stopped_by):
                    self._step()
                    time.sleep(SECONDS_BETWEEN_LOOKS)
        finally:
            stop_all([process for _, process in self._running.values()], SECONDS_TO_LEAVE)

    def _ask_to_stop(self, number: int) -> None:
        self.stopped_by = number
        self.progress.stopping = True
        for _, process in self._running.values():
            process.stop()

    def _skip_finished(self) -> None:
        for point in list(self._waiting):
            if finished(self._folder / point.name, point):
                self._waiting.remove(point)
                self.progress.finished.append(point.name)
        if self.progress.finished:
            self._display.event(f"{len(self.progress.finished)} of {self.progress.total} runs are finished already")

    def _has_more(self) -> bool:
        """True if there are runs to start."""
        return bool(self._waiting)

    def _refill(self) -> None:
        """Add to the waiting runs, where they are chosen while others run."""

    def _step(self) -> None:
        for name, (point, process) in list(self._running.items()):
            status = process.poll()
            if status is not None:
                del self._running[name]
                self._note_end(point, process, status)
        if not self.stopped_by:
            self._refill()
        while len(self._running) < self._jobs and not self.stopped_by and self._start_next():
            pass
        self.progress.running = [point for point, _ in self._running.values()]
        self._display.update(self.progress)

    def _start_next(self) -> bool:
        """Start the first run that no other process trains; False if there is none."""
        for point in list(self._waiting):
            folder = self._folder / point.name
            try:
                Run(folder).lock.check()
            except UnseenOwner as error:
                self._waiting.remove(point)
                self._note_failure(point, str(error))
                continue
            except RunInUse as error:
                if point.name not in self.progress.in_use:
                    self.progress.in_use[point.name] = str(error)
                    self._display.event(f"waiting for {point.name}: {error}")
                continue
            self._waiting.remove(point)
            self.progress.in_use.pop(point.name, None)
            self._running[point.name] = (
                point,
                RunProcess([*train_arguments(point), "--run", str(folder)], self._folder / LOGS / f"{point.name}.log"),
            )
            self._display.event(f"started {point.name}")
            if self.stopped_by:  # the signal came before the process was known
                self._running[point.name][1].stop()
            return True
        return False

    def _note_end(self, point: Point, process: RunProcess, status: int) -> None:
        if status == 0:
            self.progress.finished.append(point.name)
            self._display.event(
                f"finished {point.name} ({len(self.progress.finished)} of {self.progress.total}"
                + (f", {len(self.progress.failed)} failed)" if self.progress.failed else ")")
            )
        elif not self.stopped_by:
            self._note_failure(point, process.failure(), process.log)

    def _note_failure(self, point: Point, sentence: str, log: Path | None = None) -> None:
        self.progress.failed[point.name] = sentence + (f"; its log is '{log}'" if log else "")
        self._display.event(f"failed {point.name}: {self.progress.failed[point.name]}")


def train_arguments(point: Point) -> list[str]:
    """Arguments of the command that trains a run and goes on with it, up to its folder."""
    return ["train", *point.arguments, "--or-resume"]


def finished(folder: Path, point: Point) -> bool:
    """True if the run in `folder` has made all updates of its point."""
    run = Run(folder)
    try:
        return run.is_begun() and is_finished(run, point.experiment)
    except UserError:
        return False  # its process says what is wrong
