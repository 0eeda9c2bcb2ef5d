"""`stigmergy resume`: go on with a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import tyro

from stigmergy.given import load_given_code
from stigmergy.options import parse
from stigmergy.progress import run_session
from stigmergy.training.session import resume


@dataclass(frozen=True)
class Options:
    """Go on with a run that was stopped, killed or crashed; it ends as if it had never been interrupted."""

    run: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """The run folder."""
    plugin: tuple[str, ...] = ()
    """Files or modules that stand for plugins of the run that are called the same, or that are gone."""
    trust: bool = False
    """Agree to execute the code that RUN names, its plugins or the module of its environment; needed once for each contents."""


def main(args: Sequence[str]) -> int:
    """Resume; returns 0, or 128 + signal after a stop."""
    options = parse(Options, "resume", args)
    given = load_given_code(args)
    return run_session(lambda report: resume(options.run, report, options.trust, given), options.run)
