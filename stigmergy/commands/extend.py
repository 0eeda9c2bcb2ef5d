"""Command `stigmergy extend`: go on beyond the end of a finished run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import tyro

from stigmergy.api.training import extend_run
from stigmergy.cli.config_options import NumberOfSteps
from stigmergy.cli.given_code import load_given_code
from stigmergy.cli.options import parse
from stigmergy.cli.progress import exit_status
from stigmergy.training.callbacks import Callbacks


@dataclass(frozen=True)
class Options:
    """Go on beyond the end of a finished run; its config keeps the new length.

    If it is stopped or killed, `stigmergy resume RUN` goes on to the new end.
    """

    run: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """The run folder."""
    steps: NumberOfSteps
    """Environment steps to add, summed over the envs; the last update is made whole."""
    schedules: Literal["continue", "restart", "hold"] = "continue"
    """For what changes over a run, such as an annealed learning rate or epsilon: `continue` spreads
    it over the new length from here on, `restart` begins it again and runs it over the new updates,
    `hold` keeps the value of the last update."""
    plugin: tuple[str, ...] = ()
    """Files or modules that stand for plugins of the run that are called the same, or that are
    gone."""
    trust: bool = False
    """Agree to execute the code that RUN names, its plugins or the module of its environment;
    needed once for each contents."""


def main(args: Sequence[str]) -> int:
    """Extend; return 0, or 128 + signal after a stop."""
    options = parse(Options, "extend", args)
    run, steps, schedules = options.run, options.steps, options.schedules
    given = load_given_code(args)
    return exit_status(lambda display: extend_run(run, steps, schedules, Callbacks(), display, options.trust, given)[1])
