"""Command `stigmergy sanctions`: counts of sanctions between agents, their rates and justice."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from rich.table import Table

from stigmergy.analysis.sanction_counts import Sanctions, count_sanctions, sanctioning_agents, write
from stigmergy.api.evaluation import baseline, cell, label
from stigmergy.api.rendering import players
from stigmergy.cli.config_options import LimitOfSteps, Number, Seed
from stigmergy.cli.console import open_console
from stigmergy.cli.options import warn
from stigmergy.cli.output_paths import check_folder
from stigmergy.commands.evaluate import print_cut
from stigmergy.commands.render import subject
from stigmergy.plotting.figures import Format, load_matplotlib
from stigmergy.training.evaluation import step_limit
from stigmergy.training.system import count_cores, set_threads

TABLE = {
    "opportunities": "opportunities",
    "sanctions": "sanctions",
    "rate": "rate",
    "hits_given": "hits given",
    "hits_received": "hits received",
}


@dataclass(frozen=True)
class Options:
    """Play whole episodes and count opportunities for sanctions, sanctions, and their targets.

    `stigmergy sanctions RUN` is about what a run has learnt, `stigmergy sanctions --environment ID
    --algorithm NAME` about policies that need no training.
    """

    run: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")] = ""
    """The run folder."""
    environment: str = ""
    """Without a run: the environment to play in. With one: another one, such as a scenario of the
    one that it was trained in."""
    algorithm: tuple[str, ...] = ("random",)
    """Without a run: algorithms that need no training, such as punish; of several each plays the
    groups that it can, and prey=flee names one."""
    checkpoint: str = "last"
    """last, or best by evaluation."""
    episodes: Number = 64
    """Episodes, played side by side; each has maps and places of its own."""
    seed: Seed = 1000
    """Seed of the episodes; training and its evaluations draw from other streams."""
    greedy: bool = False
    """Take the most likely actions instead of drawing them."""
    against: tuple[str, ...] = ()
    """Algorithms that need no training, to play the same episodes in the place of what was trained;
    each has tables of its own."""
    format: Format = "png"
    """File ending of the figure; svg and pdf are made of lines and letters, for papers."""
    max_steps: LimitOfSteps = None
    """Steps after which an episode is cut, which is said; left out, 1000 in an environment without
    a horizon."""
    output: str = ""
    """A folder for sanctions.csv, who_sanctions_whom.csv and who_sanctions_whom.png; those of
    --against NAME lie in its folder NAME."""
    plugin: tuple[str, ...] = ()
    """Files or modules that register more names; they stand for those of the run that are called
    the same, or that are gone."""
    trust: bool = False
    """Agree to execute the code that RUN names, its plugins or the module of its environment;
    needed once for each contents."""


def main(args: Sequence[str]) -> int:
    """Play, count, print, write."""
    run, trained, experiment, options = subject(Options, "sanctions", args)
    if options.output:
        check_folder("output", options.output)
        load_matplotlib()
    set_threads(min(experiment.training.threads, count_cores()))
    env = experiment.make_env(options.episodes)
    sanctioning_agents(env.spec)  # before a checkpoint is read
    learners = players(run, trained, experiment, env, options.algorithm, options.seed, options.checkpoint, warn)
    limit = step_limit(env.spec, options.max_steps)
    folder = Path(options.output)
    name = label(run, experiment, env) if run else " + ".join(options.algorithm)
    shown = {name: (folder, learners)}
    for other in options.against:
        own = learners | baseline(experiment, env, other, options.seed, warn)
        shown[other] = folder / other.replace("/", "_"), own
    for name, (where, own) in shown.items():
        counted = count_sanctions(env, own, options.seed, options.greedy, limit)
        title = f"{name} in {experiment.environment}"
        print_sanctions(counted, title, options.episodes)
        print_cut({name: counted.outcomes}, limit)
        if options.output:
            paths = write(counted, where, f"hits per episode: {title}", options.format)
            open_console().print(f"wrote {', '.join(map(str, paths))}", soft_wrap=True)
    return 0


def print_sanctions(sanctions: Sanctions, title: str, episodes: int) -> None:
    """Print a row for each agent and one for their mean, then the environment's own outcomes."""
    console = open_console()
    console.print(f"{title}: means over {episodes} episodes", highlight=False)
    columns = sanctions.columns()
    table = Table("agent", *TABLE.values(), box=None)
    for i, agent in enumerate(sanctions.agents):
        table.add_row(agent, *(_number(columns[name][i]) for name in TABLE))
    chances = sanctions.opportunities.sum()
    rate = sanctions.taken.sum() / chances if chances else np.nan
    means = {name: values.mean() for name, values in columns.items()} | {"rate": rate}
    table.add_row("mean", *(_number(means[name]) for name in TABLE))
    console.print(table)
    measured = sanctions.metrics()
    if measured:
        outcomes = Table("outcome", "mean with 95% interval", box=None)
        for name, values in measured.items():
            outcomes.add_row(name, "" if np.isnan(values).all() else cell(values))
        console.print(outcomes)


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.4g}"
