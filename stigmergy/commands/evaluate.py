"""Command `stigmergy evaluate`: outcomes of a trained policy, beside baselines."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import tyro
from rich.table import Table

from stigmergy.analysis.outcome_files import ENDINGS, write_outcomes
from stigmergy.api.evaluation import cell, evaluate_run
from stigmergy.cli.config_options import LimitOfSteps, Number, Seed
from stigmergy.cli.console import open_console
from stigmergy.cli.given_code import load_given_code
from stigmergy.cli.options import extend, parse, peek_one, warn
from stigmergy.cli.output_paths import check_file
from stigmergy.training.evaluation import Outcomes, cut_sentence
from stigmergy.training.runs.restore import open_run


@dataclass(frozen=True)
class Options:
    """Play whole episodes with a run's policy and print means of outcomes with 95% intervals.

    `stigmergy evaluate RUN --help` shows the config of its environment too.
    """

    run: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """The run folder."""
    checkpoint: str = "last"
    """last, or best by evaluation."""
    episodes: Number = 64
    """Episodes, played side by side; each has maps and places of its own."""
    seed: Seed = 1000
    """Seed of the episodes; training and its evaluations draw from other streams."""
    greedy: bool = False
    """Take the most likely actions instead of drawing them."""
    against: tuple[str, ...] = ()
    """Algorithms that need no training, such as random and pibt, folders of other runs, or files
    of stigmergy export, to play the same episodes in the place of what was trained; prey=flee and
    prey=runs/b put one in the place of a single group."""
    max_steps: LimitOfSteps = None
    """Steps after which an episode is cut, which is said; left out, 1000 in an environment without
    a horizon."""
    output: str = ""
    """A file ending in .csv or .json for the outcomes of each player; the values of single episodes
    are in JSON alone."""
    environment: str = ""
    """Another environment to play in, such as a scenario of the one that it was trained in; what is
    observed and done has to be the same."""
    plugin: tuple[str, ...] = ()
    """Files or modules that register more names; they stand for those of the run that are called
    the same, or that are gone."""
    trust: bool = False
    """Agree to execute the code that RUN names, its plugins or the module of its environment;
    needed once for each contents."""


def main(args: Sequence[str]) -> int:
    """Evaluate and print a table."""
    if not args or args[0].startswith("-"):
        parse(Options, "evaluate", args)
    given = load_given_code(args)
    run, experiment = open_run(args[0], "--trust" in args, given)
    elsewhere = peek_one(args, "environment")
    changed = experiment.elsewhere(elsewhere) if elsewhere else experiment
    help = f"Config of {changed.environment}, for other maps or numbers."
    options = parse(extend(Options, task=(changed.task, help)), "evaluate", args)
    if options.output:
        check_file("output", options.output, ENDINGS)
    changed = dataclasses.replace(changed, task=getattr(options, "task", changed.task))
    results, limit = evaluate_run(
        run,
        experiment,
        changed,
        options.episodes,
        options.against,
        options.checkpoint,
        options.seed,
        options.greedy,
        options.max_steps,
        warn,
        options.trust,
        given,
    )
    if options.output:
        write_outcomes(options.output, changed.environment, options.seed, results)
    print_table(results, options.episodes)
    print_cut(results, limit)
    if options.output:
        open_console().print(f"wrote {options.output}", highlight=False, markup=False, soft_wrap=True)
    return 0


def print_table(results: Mapping[str, Outcomes], episodes: int) -> None:
    """Print a row for each outcome, a column for each player."""
    console = open_console()
    console.print(f"means over {episodes} episodes, with 95% intervals")
    table = Table("outcome", *results, box=None)
    columns = {player: outcomes.columns() for player, outcomes in results.items()}
    for name in dict.fromkeys(name for own in columns.values() for name in own):
        table.add_row(name, *(cell(own.get(name)) for own in columns.values()))
    console.print(table)


def print_cut(results: Mapping[str, Outcomes], limit: int | None) -> None:
    """Print a line for each player whose episodes were cut."""
    for player, outcomes in results.items():
        sentence = cut_sentence(outcomes, limit, "--max-steps")
        if sentence:
            open_console().print(f"{player}: {sentence}", highlight=False, markup=False, soft_wrap=True)
