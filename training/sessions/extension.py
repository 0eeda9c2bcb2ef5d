"""Extension of runs: more steps than a run was to have, with its schedules chosen."""

import dataclasses
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ...envs.core.validation import nearest
from ...envs.errors import BadParameter
from ...envs.utils.yaml_text import write_yaml
from ..callbacks import Callbacks
from ..config import TrainingConfig
from ..runs.checkpoint import list_checkpoints
from ..runs.provenance import describe_machine
from ..runs.restore import open_run
from ..runs.run import Run
from ..runs.run_loop import Report, Session
from ..runs.storage import write_atomically
from .opening import go_on
from .start_or_resume import is_finished

SCHEDULES = {
    "continue": "is spread over the new length from here on, so the run ends otherwise than one that was to be so long "
    "from the beginning",
    "restart": "begins again and runs over the new updates",
    "hold": "stays as it was in the last update",
}
"""Choice for the schedules of an extended run to the end of a sentence on them."""


def extend(
    folder: str,
    steps: int,
    schedules: str = "continue",
    report: Callable[[Report], None] | None = None,
    trust: bool = False,
    given: Sequence[str] = (),
    callbacks: Callbacks | None = None,
) -> tuple[Session, list[str]]:
    """Session that goes on beyond the end of a finished run, and sentences for the user.

    Args:
        steps: environment steps to add, summed over the envs.
        schedules: for what changes over a run, such as an annealed learning rate. `continue`
            spreads it over the new length, `restart` begins it again and runs it over the new
            updates, `hold` keeps the value of the last update.
        report, callbacks: as for `Session`.
        trust, given: as for `open_run`.

    Raises:
        BadParameter: there is no run in `folder`, it is not finished, it diverged, or an argument
            is not allowed.
        RunInUse: another process trains in it.
        UserError: as `resume` raises it.
    """
    if steps < 1:
        raise BadParameter(f"steps is {steps}; allowed is 1 or more")
    run, experiment = open_run(folder, trust, given)
    run.lock.check()
    diverged = run.meta().get("diverged")
    if diverged:
        raise BadParameter(f"the run '{folder}' cannot be extended, because it failed: {diverged}")
    training = experiment.training
    if not is_finished(run, experiment):
        raise BadParameter(
            f"the run '{folder}' is not finished: it has made {_updates(run)} of its {training.num_updates} updates; "
            f"finish it by `stigmergy resume {shlex.quote(folder)}`, then extend it"
        )
    made = training.num_updates * training.num_envs * training.rollout_length
    return lengthen(folder, made + steps, schedules, report, trust, given, callbacks)


def lengthen(
    folder: str,
    total_steps: int,
    schedules: str = "continue",
    report: Callable[[Report], None] | None = None,
    trust: bool = False,
    given: Sequence[str] = (),
    callbacks: Callbacks | None = None,
) -> tuple[Session, list[str]]:
    """Session that continues a run to `total_steps`, those made included; see `extend`.

    The run need not be finished. Its config keeps the new length, and its `meta.json` a note.

    Raises:
        BadParameter: the run is to be as long already, or has no update to make.
    """
    if schedules not in SCHEDULES:
        raise BadParameter(
            f"schedules is '{schedules}'; allowed is {', '.join(SCHEDULES)}.{nearest(schedules, list(SCHEDULES))}"
        )
    run, experiment = open_run(folder, trust, given)
    training, update = experiment.training, _updates(run)
    steps = update * training.num_envs * training.rollout_length
    if total_steps <= training.total_steps:
        raise BadParameter(
            f"training.total_steps is {total_steps}; the run '{folder}' is to have {training.total_steps} already, so allowed is more"
        )
    changes = {"total_steps": total_steps, **_schedule(training, schedules)}
    longer = dataclasses.replace(training, **changes)
    if longer.num_updates <= update:
        raise BadParameter(
            f"training.total_steps is {total_steps}; the run '{folder}' has made {steps} already, in whole updates, so allowed is more"
        )
    run.lock.take()
    try:
        with _changed(run, changes, {"from_steps": steps, "to_steps": total_steps, "schedules": schedules}):
            session, sentences = go_on(run, dataclasses.replace(experiment, training=longer), report, callbacks)
    except BaseException:
        run.lock.release()
        raise
    said = f"the run goes on to {total_steps} steps; what changes over a run, such as an annealed learning rate, {SCHEDULES[schedules]}"
    return session, [*sentences, said]


def _updates(run: Run) -> int:
    return max((int(path.stem) for path in list_checkpoints(run.checkpoints)), default=0)


def _schedule(training: TrainingConfig, schedules: str) -> dict[str, int]:
    """Start and length of the schedules of the extended run."""
    if schedules == "continue":
        return {"schedule_start": 0, "schedule_length": 0}
    if schedules == "restart":
        return {"schedule_start": training.num_updates, "schedule_length": 0}
    length = training.schedule_length or training.num_updates - training.schedule_start
    return {"schedule_start": training.schedule_start, "schedule_length": length}


@contextmanager
def _changed(run: Run, changes: dict[str, int], note: dict[str, Any]) -> Iterator[None]:
    """Change the training part of the run's config, and note the extension in its `meta.json`.

    If the block fails, both are as before.
    """
    config_file, meta_file = run.folder / "config.yaml", run.folder / "meta.json"
    before = {path: path.read_bytes() for path in (meta_file, config_file) if path.is_file()}
    config = run.config()
    config["training"] = (config.get("training") or {}) | changes
    if meta_file in before:
        meta = run.meta()
        earlier = [own for own in meta.get("extensions", []) if own.get("from_steps", 0) < note["from_steps"]]
        run.annotate(extensions=[*earlier, note | describe_machine(meta.get("fingerprint"))])
    try:
        write_atomically(config_file, write_yaml(config).encode())
        yield
    except BaseException:
        for path, content in before.items():
            write_atomically(path, content)
        raise
