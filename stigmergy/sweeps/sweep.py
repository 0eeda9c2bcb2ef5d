"""Sweep: runs of a config over a grid and seeds, in one folder, several at once."""

import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from stigmergy.cli.console import open_console
from stigmergy.cli.output_paths import check_folder
from stigmergy.cli.progress import Output
from stigmergy.envs.errors import BadParameter
from stigmergy.sweeps.display import LineDisplay, SilentDisplay, TableDisplay
from stigmergy.sweeps.plan import PLAN, merge, read_plan, write_plan
from stigmergy.sweeps.points import Point, Request, TrainCommand, build_points
from stigmergy.sweeps.scheduler import Progress, Scheduler
from stigmergy.sweeps.study import (
    JOURNAL,
    StudyPlan,
    StudyRequest,
    StudyScheduler,
    best_of,
    check_installed,
    check_study,
    open_study,
)
from stigmergy.sweeps.values import Words
from stigmergy.training.experiment import DEFAULT_CONFIG
from stigmergy.training.runs.lock import NAME as LOCK
from stigmergy.training.runs.lock import RunLock
from stigmergy.training.runs.storage import make_folders, remove_folders
from stigmergy.training.system import count_cores

T = TypeVar("T")

FOLDERS = "sweeps"
"""Folder of sweeps whose folder is not given."""


def default_folder(config: str | None) -> str:
    """Folder of a sweep of that config: the same for the same command."""
    return f"{FOLDERS}/{Path(config or DEFAULT_CONFIG).name.removesuffix('.yaml')}"


@contextmanager
def open_sweep(folder: str, request: Request, train: TrainCommand, threads: int) -> Iterator[list[Point]]:
    """Plan the request into `folder`, which is locked within the block; give its points.

    Nothing is written before the whole request is known to be right.

    Args:
        threads: of each run, unless the options or an earlier plan in the folder say another
            number.

    Raises:
        UserError: the request is wrong, or contradicts the plan in the folder, or something else is
            there.
        RunInUse: another process works on the sweep.
    """
    check_folder("folder", folder)
    path = Path(folder)
    lock = RunLock(path, "sweep")
    lock.check()
    old = read_plan(path)
    if old is None:
        _check_free(path)
    points = build_points(request, train, (old.threads if old else None) or threads)
    merge(path, old, request, points)

    def plan() -> list[Point]:
        recorded, points_now = merge(path, read_plan(path), request, points)  # as it is now, under the lock
        write_plan(path, recorded)
        return points_now

    with _locked(path, plan) as planned:
        yield planned


@contextmanager
def _locked(folder: Path, prepare: Callable[[], T]) -> Iterator[T]:
    """Make and lock the folder of a sweep within the block; give what `prepare` returns.

    If `prepare` fails, nothing is left.
    """
    made, lock = make_folders(folder), RunLock(folder, "sweep")
    try:
        lock.take()
        prepared = prepare()
    except BaseException:
        lock.release()
        remove_folders(made)
        raise
    try:
        yield prepared
    finally:
        lock.release()


def _check_free(folder: Path) -> None:
    """Raise BadParameter if a folder without a plan holds anything else."""
    if folder.is_dir():
        others = sorted({entry.name for entry in folder.iterdir()} - {LOCK, f"{PLAN}.tmp", JOURNAL})
        if others:
            raise BadParameter(
                f"the folder '{folder}' holds '{others[0]}' and no {PLAN}, so it is not that of a sweep; choose another"
            )


def threads_of_each(jobs: int) -> int:
    """Threads of each run, where `jobs` share the cores of this machine."""
    return max(count_cores() // jobs, 1)


def train_points(folder: str, points: list[Point], jobs: int, shown: bool) -> tuple[Progress, int]:
    """Train the runs of a sweep, `jobs` at once, and show the progress if it is to be `shown`.

    Returns the progress, and the signal that stopped the sweep or 0.
    """
    display = _open_display(Path(folder)) if shown else SilentDisplay()
    scheduler = Scheduler(Path(folder), points, jobs, display)
    with display:
        scheduler.run()
    return scheduler.progress, scheduler.stopped_by


def train_study(folder: str, wanted: StudyRequest, train: TrainCommand, jobs: int) -> tuple[Progress, int, str]:
    """Train the trials of a study that are left, `jobs` at once, and show the progress.

    Returns the progress, the signal that stopped the study or 0, and a sentence on the best trial.

    Raises:
        UserError: as `open_sweep`.
    """
    check_installed()
    check_folder("folder", folder)
    path = Path(folder)
    RunLock(path, "sweep").check()
    old = read_plan(path)
    if old is None:
        _check_free(path)
    threads = (old.threads if old else None) or threads_of_each(jobs)
    points = check_study(wanted, train, threads)
    StudyPlan(path, wanted, points)
    with (
        _locked(path, lambda: StudyPlan(path, wanted, points)) as plan,
        open_study(path, wanted, jobs, points[0].experiment.training.seed) as study,
    ):

        def make_point(values: Mapping[str, Words], number: int) -> Point:
            point = wanted.point(values, number, train, threads)
            plan.add(point)
            return point

        display = _open_display(path)
        scheduler = StudyScheduler(path, study, wanted, make_point, jobs, display)
        with display:
            scheduler.run()
        return scheduler.progress, scheduler.stopped_by, best_of(study, wanted.metric)


def _open_display(folder: Path) -> TableDisplay | LineDisplay:
    console = open_console()
    return TableDisplay(console, folder) if console.is_terminal else LineDisplay(Output())


def summary(folder: str, progress: Progress, stopped_by: int) -> list[str]:
    """Lines on the end of a sweep."""
    lines = [f"failed: {name}: {sentence}" for name, sentence in progress.failed.items()]
    pruned = f", {len(progress.pruned)} pruned" if progress.pruned else ""
    finished = f"{len(progress.finished)} of {progress.total} runs are finished{pruned}"
    if stopped_by:
        lines.append(f"stopped; {finished}; the same command goes on")
    elif progress.failed:
        lines.append(f"{finished}, {len(progress.failed)} failed; the same command tries those again")
    else:
        study = (Path(folder) / JOURNAL).exists()
        command = f"plot {shlex.quote(folder)}/trial-*" if study else f"compare {shlex.quote(folder)}"
        lines.append(f"{finished}; see them with: stigmergy {command}")
    return lines
