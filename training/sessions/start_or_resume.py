"""Idempotent training: start a run, go on with it, or find that it is finished."""

from collections.abc import Callable, Sequence

from ...envs.errors import BadParameter
from ..callbacks import Callbacks
from ..experiment import Experiment
from ..runs.checkpoint import list_checkpoints
from ..runs.run import Run
from ..runs.run_loop import Report, Session
from .opening import resume, start
from .same_config import open_same


def start_or_resume(
    experiment: Experiment,
    folder: str,
    report: Callable[[Report], None] | None = None,
    trust: bool = False,
    given: Sequence[str] = (),
    callbacks: Callbacks | None = None,
) -> tuple[Session | None, list[str]]:
    """Session of `experiment` in `folder`, new or resumed, and sentences for the user.

    The session is None if the run is finished; a sentence then says so.

    Args:
        report, callbacks: as for `Session`.
        trust, given: as for `open_run`.

    Raises:
        BadParameter: the run in `folder` is of another experiment; the key and both values are
            named.
        RunInUse: another process trains in it.
        UserError: as `start` and `resume` raise it.
    """
    run = Run(folder)
    if not run.is_begun():
        try:
            return start(experiment, folder, report, callbacks), []
        except BadParameter:
            if not run.is_begun():
                raise
            # Another process has made the run since.
    run.lock.check()
    known = open_same(experiment, run, trust)
    if is_finished(run, known):
        return None, [f"the run '{folder}' is finished: it has made all its {known.training.total_steps} steps"]
    return resume(folder, report, trust, given, callbacks)


def is_finished(run: Run, experiment: Experiment) -> bool:
    """True if the run has made all updates of `experiment`, its own, with their evaluations.

    Raises UserError if no checkpoint can be read.
    """
    wanted, newest = experiment.training.num_updates, list_checkpoints(run.checkpoints)[:1]
    if not newest or int(newest[0].stem) < wanted:
        return False
    state, _ = run.load()
    return state["progress"]["update"] >= wanted and "unfinished" not in state
