"""Command `stigmergy resume`: continue a run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

import tyro

from stigmergy.api.training import resume_run
from stigmergy.cli.given_code import load_given_code
from stigmergy.cli.options import parse
from stigmergy.cli.progress import exit_status
from stigmergy.training.callbacks import Callbacks


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
    given, more = load_given_code(args), options.training.total_steps
    return exit_status(lambda display: resume_run(options.run, Callbacks(), display, options.trust, given, more)[1])
