"""Sessions of new runs, and of runs that exist."""

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial

from ..callbacks import Callbacks
from ..experiment import Experiment
from ..runs.restore import check_environment, fit, open_run
from ..runs.run import Run
from ..runs.run_files import collect_files
from ..runs.run_loop import Report, Session
from ..system import count_cores
from ..trackers.open_trackers import check_trackers
from ..trainer import Trainer
from ..trust.agreements import agree
from ..trust.plugins import find_code
from .base import find_bases


def start(
    experiment: Experiment,
    folder: str,
    report: Callable[[Report], None] | None = None,
    callbacks: Callbacks | None = None,
) -> Session:
    """Session for a new run in `folder`.

    The folder is made first and removed again if training cannot start.

    Args:
        report, callbacks: as for `Session`.

    Raises:
        BadParameter: the folder is taken, or the experiment cannot be trained.
        UserError: a tracker is unknown, not installed, not logged in, or cannot begin.
        RunInUse: another process trains in the folder.
        OSError: the folder cannot be written.
    """
    check_trackers(experiment)
    experiment = with_threads(experiment)
    kept = collect_files(experiment)
    run = Run.create(folder, kept.config, kept.files)
    try:
        for sources in find_code(kept.config, f"the run '{folder}'", run.folder):
            # The user gave the code, so the run's copy of it is executed again without asking.
            agree(sources)
        trainer = Trainer(experiment, partial(find_bases, experiment))
        identity = trainer.identify()
        run.begin(identity.digest)
        session = Session(trainer, run, identity.digest, report=report, callbacks=callbacks)
    except (Exception, SystemExit):
        run.abandon()
        raise
    except BaseException:
        run.lock.release()  # stopped: `resume` starts it
        raise
    session.notes = [*([identity.note] if identity.note else []), *session.notes]
    return session


def with_threads(experiment: Experiment) -> Experiment:
    """Experiment with the number of threads that 0 stands for here.

    The number is thus the same wherever the run resumes.
    """
    training = experiment.training
    return dataclasses.replace(
        experiment, training=dataclasses.replace(training, threads=training.threads or count_cores())
    )


def resume(
    folder: str,
    report: Callable[[Report], None] | None = None,
    trust: bool = False,
    given: Sequence[str] = (),
    callbacks: Callbacks | None = None,
) -> tuple[Session, list[str]]:
    """Session that continues the run in `folder`, and sentences on skipped checkpoints.

    Args:
        report, callbacks: as for `Session`.
        trust, given: as for `open_run`.

    Raises:
        BadParameter: there is no run in `folder`.
        NotAgreed: the run has code that the user has not agreed to.
        RunInUse: another process trains in it.
        UserError: no checkpoint can be read, or it belongs to another environment, or a tracker is
            not installed or not logged in.
    """
    return go_on(*open_run(folder, trust, given), report, callbacks)


def go_on(
    run: Run,
    experiment: Experiment,
    report: Callable[[Report], None] | None = None,
    callbacks: Callbacks | None = None,
) -> tuple[Session, list[str]]:
    """Session that continues an opened run, and sentences on skipped checkpoints.

    Raises as `resume` does. The lock of `run` is released if it cannot be continued.
    """
    check_trackers(experiment)
    run.lock.take()
    try:
        session, warnings = _resume(run, experiment, report, callbacks)
    except BaseException:
        run.lock.release()
        raise
    return session, [*_on_threads(experiment), *warnings]


def _resume(
    run: Run, experiment: Experiment, report: Callable[[Report], None] | None, callbacks: Callbacks | None
) -> tuple[Session, list[str]]:
    begins = not run.has_checkpoint()
    trainer = Trainer(experiment, partial(find_bases, experiment)) if begins else Trainer(experiment)
    digest = trainer.identify().digest
    if begins:
        run.begin(digest)
        return Session(trainer, run, digest, report=report, callbacks=callbacks), [
            f"the run '{run.folder}' had no checkpoint yet to go on from, so it starts again"
        ]
    run.tidy()
    state, warnings = run.load()
    warnings += check_environment(run, state, experiment, trainer.env)
    fit(run, lambda: trainer.load_state_dict(state))
    if not trainer.env.spec.resumable:
        warnings.append(f"'{experiment.environment}' cannot be saved, so its episodes start again; learning goes on")
    session = Session(trainer, run, digest, state["logs"], report, state.get("unfinished"), callbacks)
    return session, warnings


def _on_threads(experiment: Experiment) -> list[str]:
    """Sentences on the number of threads."""
    threads, cores = experiment.training.threads, count_cores()
    if not threads:
        return [
            f"the run does not say on how many threads it was trained; it goes on with the {cores} of this machine, "
            "and is exact where that is the same number"
        ]
    if threads > cores:
        return [f"the run goes on with its {threads} threads, so that it stays exact; this machine has {cores} cores"]
    return []
