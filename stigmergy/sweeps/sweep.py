"""Sweep: runs of a config over a grid and seeds, in one folder, several at once."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stigmergy.cli.console import open_console
from stigmergy.cli.output_paths import check_folder
from stigmergy.cli.progress import Output
from stigmergy.envs.errors import BadParameter
from stigmergy.sweeps.display import LineDisplay, TableDisplay
from stigmergy.sweeps.plan import PLAN, merge, read_plan, write_plan
from stigmergy.sweeps.points import Point, Request, TrainCommand, build_points
from stigmergy.sweeps.scheduler import Progress, Scheduler
from stigmergy.training.experiment import DEFAULT_CONFIG
from stigmergy.training.runs.lock import NAME as LOCK
from stigmergy.training.runs.lock import RunLock
from stigmergy.training.runs.storage import make_folders, remove_folders
from stigmergy.training.system import count_cores

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
    made = make_folders(path)
    try:
        lock.take()
        recorded, points = merge(path, read_plan(path), request, points)  # as it is now, under the lock
        write_plan(path, recorded)
    except BaseException:
        lock.release()
        remove_folders(made)
        raise
    try:
        yield points
    finally:
        lock.release()


def _check_free(folder: Path) -> None:
    """Raise BadParameter if a folder without a plan holds anything else."""
    if folder.is_dir():
        others = sorted({entry.name for entry in folder.iterdir()} - {LOCK, f"{PLAN}.tmp"})
        if others:
            raise BadParameter(
                f"the folder '{folder}' holds '{others[0]}' and no {PLAN}, so it is not that of a sweep; choose another"
            )


def threads_of_each(jobs: int) -> int:
    """Threads of each run, where `jobs` share the cores of this machine."""
    return max(count_cores() // jobs, 1)


def train_points(folder: str, points: list[Point], jobs: int) -> tuple[Progress, int]:
    """Train the runs of a sweep, `jobs` at once, and show the progress.

    Returns the progress, and the signal that stopped the sweep or 0.
    """
    console, output = open_console(), Output()
    display = TableDisplay(console, Path(folder)) if console.is_terminal else LineDisplay(output)
    scheduler = Scheduler(Path(folder), points, jobs, display)
    with display:
        scheduler.run()
    return scheduler.progress, scheduler.stopped_by


def summary(folder: str, progress: Progress, stopped_by: int) -> list[str]:
    """Lines on the end of a sweep."""
    lines = [f"failed: {name}: {sentence}" for name, sentence in progress.failed.items()]
    finished = f"{len(progress.finished)} of {progress.total} runs are finished"
    if stopped_by:
        lines.append(f"stopped; {finished}; the same command goes on")
    elif progress.failed:
        lines.append(f"{finished}, {len(progress.failed)} failed; the same command tries those again")
    else:
        lines.append(f"{finished}; see them with: stigmergy plot {shlex.quote(folder)}/*=*")
    return lines
