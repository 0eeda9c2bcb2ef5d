"""Command `stigmergy resume`: continue a run."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import tyro

from stigmergy.cli.given_code import load_given_code
from stigmergy.cli.options import parse
from stigmergy.cli.progress import run_session
from stigmergy.envs.errors import BadParameter
from stigmergy.training.callbacks import Report
from stigmergy.training.runs.run_loop import Session
from stigmergy.training.sessions.extension import lengthened
from stigmergy.training.sessions.opening import resume


@dataclass(frozen=True)
class Length:
    """Length of a run."""

    total_steps: int | None = None
    """More environment steps than the run was to have, those that are made included: it goes on
    until then, and remembers it."""


@dataclass(frozen=True)
class Options:
    """Continue a run that was stopped, killed or crashed, as if it was never interrupted."""

    run: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """The run folder."""
    training: Length = field(default_factory=Length)
    """Length of the run."""
    plugin: tuple[str, ...] = ()
    """Files or modules that stand for plugins of the run that are called the same, or that are
    gone."""
    trust: bool = False
    """Agree to execute the code that RUN names, its plugins or the module of its environment;
    needed once for each contents."""


def main(args: Sequence[str]) -> int:
    """Resume; return 0, or 128 + signal after a stop."""
    options = parse(Options, "resume", args)
    given = load_given_code(args)

    def start(report: Callable[[Report], None]) -> tuple[Session, list[str]]:
        with lengthened(options.run, options.training.total_steps):
            session, sentences = resume(options.run, report, options.trust, given)
            return session, [*sentences, *_length(session, options)]

    return run_session(start, options.run)


def _length(session: Session, options: Options) -> list[str]:
    """Word the change of the run's length; raise BadParameter if it adds no update."""
    trainer, wanted = session.trainer, options.training.total_steps
    if wanted is None:
        if not trainer.finished:
            return []
        more = f"stigmergy resume {shlex.quote(options.run)} --training.total-steps {2 * trainer.steps}"
        return [f"the run has made all its {trainer.steps} steps; to train on, give it more: {more}"]
    if trainer.finished:
        session.run_folder.lock.release()
        raise BadParameter(
            f"training.total_steps is {wanted}; the run '{options.run}' has made {trainer.steps} already, in whole updates, so allowed is more"
        )
    return [
        f"the run goes on to {wanted} steps; what changes over a run, such as an annealed learning rate, is spread over the new length from here "
        "on, so it ends otherwise than a run that was to be so long from the beginning"
    ]
