"""Command `stigmergy train`: from a config and overrides to a run."""

from collections.abc import Sequence

from stigmergy.api.train_arguments import read_arguments
from stigmergy.api.training import train_experiment
from stigmergy.cli.progress import exit_status
from stigmergy.training.callbacks import Callbacks


def main(args: Sequence[str]) -> int:
    """Train; return 0, or 128 + signal after a stop."""
    experiment, options, given = read_arguments(args)
    run, trust = options.run or None, options.trust
    return exit_status(
        lambda display: train_experiment(experiment, run, Callbacks(), options.or_resume, display, trust, given)[1]
    )
