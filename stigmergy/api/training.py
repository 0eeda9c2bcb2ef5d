"""Training from Python: start, resume, extend."""

import os
import shlex
import signal
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from stigmergy.api.configs import Config, build
from stigmergy.api.runs import TrainedRun
from stigmergy.cli.output_paths import check_folder
from stigmergy.cli.progress import TerminalDisplay
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.registry import load_given
from stigmergy.training.callbacks import AnyCallback, Callbacks, Report
from stigmergy.training.experiment import Experiment
from stigmergy.training.runs.run_loop import Session
from stigmergy.training.runs.stop_signals import Stopped
from stigmergy.training.runs.storage import make_folders, remove_folders
from stigmergy.training.sessions import extension, opening
from stigmergy.training.sessions.observed import Display, run_observed
from stigmergy.training.sessions.start_or_resume import start_or_resume

Folder = str | os.PathLike[str]


def train(
    config: Config | None = None,
    overrides: Mapping[str, Any] | None = None,
    run: Folder | None = None,
    callbacks: Sequence[AnyCallback] = (),
    base: Folder | None = None,
    or_resume: bool = False,
    *,
    progress: bool = False,
    plugins: Sequence[str] = (),
    trust: bool = False,
) -> TrainedRun:
    """Train as `stigmergy train` does, and return the run.

    The files of the run are those that the command makes from the same config.

    Args:
        config: a YAML file, the name of a config of `stigmergy list`, or a mapping with its keys.
            Left out, the default experiment, or the defaults of an environment among the overrides.
        overrides: dotted key, such as `learner.learning_rate`, to its value.
        run: the run folder; left out, a new one under `runs/`.
        callbacks: objects of `Callback`, or functions that get the report of each update; one that
            returns True stops the training after the update.
        base: the folder of a run whose parameters the learners start with.
        or_resume: go on with the run in the folder if there is one, of the same config.
        progress: show progress as the command does.
        plugins: files and modules that register environments and algorithms.
        trust: agree to execute the code that a config file names.

    Returns:
        The run, finished, or stopped by a callback.

    Raises:
        UserError: a key, a value, the folder, or a callback is not allowed; see `BadParameter`.
        RunInUse: another process trains in the folder.
        Diverged: learning went to NaN or infinity; the last good checkpoint is kept.
        KeyboardInterrupt: Ctrl-C, once the state is saved. Another signal that stops a run, such as
            SIGTERM, has its usual effect then. Signals are heeded in the main thread alone.
    """
    given = Callbacks(callbacks)
    experiment, code = build(config, overrides, None if base is None else os.fspath(base), plugins, trust)
    folder = None if run is None else os.fspath(run)
    return _deliver(lambda show: train_experiment(experiment, folder, given, or_resume, show, trust, code), progress)


def resume(
    run: Folder,
    callbacks: Sequence[AnyCallback] = (),
    *,
    progress: bool = False,
    plugins: Sequence[str] = (),
    trust: bool = False,
) -> TrainedRun:
    """Continue a run as `stigmergy resume` does, and return it.

    A finished run is returned as it is.

    Args:
        callbacks, progress: as for `train`.
        plugins: files and modules that stand for plugins of the run that are called the same, or
            that are gone.
        trust: agree to execute the code that the run names.

    Raises:
        BadParameter: there is no run in the folder.
        RunInUse, UserError, Diverged, KeyboardInterrupt: as for `train`.
    """
    given = Callbacks(callbacks)
    load_given(plugins)
    return _deliver(lambda show: resume_run(os.fspath(run), given, show, trust, plugins), progress)


def extend(
    run: Folder,
    steps: int,
    schedules: str = "continue",
    callbacks: Sequence[AnyCallback] = (),
    *,
    progress: bool = False,
    plugins: Sequence[str] = (),
    trust: bool = False,
) -> TrainedRun:
    """Go on beyond the end of a finished run as `stigmergy extend` does, and return the run.

    Args:
        steps: environment steps to add, summed over the envs.
        schedules: for what changes over a run, such as an annealed learning rate. `continue`
            spreads it over the new length from here on, `restart` begins it again and runs it over
            the new updates, `hold` keeps the value of the last update.
        callbacks, progress, plugins, trust: as for `resume`.

    Raises:
        BadParameter: there is no run in the folder, it is not finished, it diverged, or an argument
            is not allowed.
        RunInUse, UserError, Diverged, KeyboardInterrupt: as for `train`.
    """
    given = Callbacks(callbacks)
    load_given(plugins)
    return _deliver(lambda show: extend_run(os.fspath(run), steps, schedules, given, show, trust, plugins), progress)


def train_experiment(
    experiment: Experiment,
    run: str | None,
    callbacks: Callbacks,
    or_resume: bool,
    display: Display,
    trust: bool = False,
    given: Sequence[str] = (),
) -> tuple[str, int]:
    """Train an experiment in the folder `run`, or in a new one under `runs/`.

    Args:
        or_resume: go on with the run that is in the folder.
        trust, given: as for `open_run`.

    Returns the run folder, and 0 or the signal that stopped the training. Raises as `train` does.
    """
    if or_resume and not run:
        raise BadParameter("a run is gone on with by its folder, so or_resume needs one; name it by run (--run)")
    if run:
        check_folder("run", run)
    folder, made = (run, []) if run else free_folder(experiment)
    display.choose(folder)
    try:
        if or_resume:
            return folder, run_observed(
                lambda report: start_or_resume(experiment, folder, report, trust, given, callbacks), display
            )
        return folder, run_observed(lambda report: (opening.start(experiment, folder, report, callbacks), []), display)
    finally:
        remove_folders(made)  # empty ones, where training could not start


def resume_run(
    folder: str,
    callbacks: Callbacks,
    display: Display,
    trust: bool = False,
    given: Sequence[str] = (),
    total_steps: int | None = None,
) -> tuple[str, int]:
    """Continue the run in `folder`, to more steps if `total_steps` is given.

    See `train_experiment` and `resume`.
    """

    def begin(report: Callable[[Report], None]) -> tuple[Session, list[str]]:
        if total_steps is not None:
            return extension.lengthen(folder, total_steps, "continue", report, trust, given, callbacks)
        session, sentences = opening.resume(folder, report, trust, given, callbacks)
        return session, [*sentences, *([_is_over(session)] if session.trainer.finished else [])]

    display.choose(folder)
    return folder, run_observed(begin, display)


def _is_over(session: Session) -> str:
    trainer, folder = session.trainer, shlex.quote(str(session.run_folder.folder))
    return (
        f"the run has made all its {trainer.steps} steps; to train on, give it more: "
        f"stigmergy extend {folder} --steps {trainer.steps}"
    )


def extend_run(
    folder: str,
    steps: int,
    schedules: str,
    callbacks: Callbacks,
    display: Display,
    trust: bool = False,
    given: Sequence[str] = (),
) -> tuple[str, int]:
    """Go on beyond the end of the run in `folder`; see `train_experiment` and `extend`."""
    display.choose(folder)
    return folder, run_observed(
        lambda report: extension.extend(folder, steps, schedules, report, trust, given, callbacks), display
    )


def free_folder(experiment: Experiment) -> tuple[str, list[Path]]:
    """Make a new folder under runs/, such as runs/lifelong-v0-ippo-1.

    Returns its path and the folders that were made for it. The folder is made here, so that no
    other process chooses it.
    """
    name = experiment.environment.replace("/", ":").split(":")[-1]
    stem = f"runs/{name}-{experiment.learner.algorithm}"
    for number in count(1):
        folder = Path(f"{stem}-{number}")
        if folder in (made := make_folders(folder)):
            return str(folder), made
    raise AssertionError("there is always a higher number")


def _deliver(work: Callable[[Display], tuple[str, int]], progress: bool) -> TrainedRun:
    """Do the work with a display, and return the run.

    A signal that stopped it is sent again, when the program's own handlers are back.
    """
    try:
        folder, number = work(TerminalDisplay() if progress else Display())
    except Stopped as stop:
        signal.raise_signal(stop.number)
        raise
    if number:
        signal.raise_signal(number)
    return TrainedRun(folder)
