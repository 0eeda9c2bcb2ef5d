"""Command `stigmergy evaluate`: outcomes of a trained policy, beside baselines."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import tyro
from rich.table import Table

from stigmergy.algorithms.core.learner import Learner, derive_seed
from stigmergy.algorithms.core.make import build_config, learner_class
from stigmergy.analysis.outcome_files import ENDINGS, write_outcomes
from stigmergy.cli.config_options import LimitOfSteps, Number, Seed
from stigmergy.cli.console import open_console
from stigmergy.cli.given_code import load_given_code
from stigmergy.cli.options import extend, parse, peek_one, warn
from stigmergy.cli.output_paths import check_file
from stigmergy.envs.core.env import BatchEnv
from stigmergy.envs.core.scripted_policy import in_world
from stigmergy.envs.errors import BadParameter
from stigmergy.training.confidence_intervals import mean_and_interval, with_interval
from stigmergy.training.evaluation import Outcomes, cut_sentence, evaluate, step_limit
from stigmergy.training.experiment import Experiment, LearnerConfig
from stigmergy.training.runs.restore import open_run, restore_learners
from stigmergy.training.runs.run import Run
from stigmergy.training.runs.run_files import is_policy_file, is_run
from stigmergy.training.system import count_cores, set_threads
from stigmergy.training.trainer import build_learners


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
    set_threads(min(experiment.training.threads, count_cores()))
    changed = dataclasses.replace(changed, task=getattr(options, "task", changed.task))
    env = changed.make_env(options.episodes)
    learners, warnings = restore_learners(run, experiment, env, options.checkpoint)
    for sentence in warnings:
        warn(sentence)
    results = {label(run, changed, env): _play(env, learners, options)}
    for name in options.against:
        if is_run(split(name)[1]):
            open_run(split(name)[1], options.trust, given)
        results[name] = _play(env, learners | baseline(changed, env, name, options.seed), options)
    if options.output:
        write_outcomes(options.output, changed.environment, options.seed, results)
    print_table(results, options.episodes)
    print_cut(results, step_limit(env.spec, options.max_steps))
    if options.output:
        open_console().print(f"wrote {options.output}", highlight=False, markup=False, soft_wrap=True)
    return 0


def baseline(experiment: Experiment, env: BatchEnv, name: str, seed: int) -> dict[str, Learner]:
    """Replace learners by an untrained algorithm: group name to the learner that plays it.

    A plain `name` plays the groups that it can, in place of learners that learn; scripted policies
    stay. `group=name` plays that group.

    Raises:
        UnknownName: there is no such algorithm.
        BadParameter: there is no such group, or the algorithm plays none of them.
    """
    group, algorithm = split(name)
    cls = learner_class(algorithm)
    if cls.learns:
        warn(f"'{name}' is a learner that nobody has trained; it plays with the networks that it begins with")
    named = [group] if group else [own.name for own in env.spec.groups if cls.plays(in_world(env.spec, own)[1])]
    if not named:
        raise BadParameter(
            f"the algorithm '{algorithm}' plays none of the groups of '{env.spec.id}', which are {', '.join(own.name for own in env.spec.groups)}"
        )
    learning = [own for own in named if group or learner_class(experiment.learner_config(own).algorithm).learns]
    learner_config = LearnerConfig(algorithm, build_config(algorithm, {}))
    here = {own.name: experiment.learner_config(own.name) for own in env.spec.groups}
    changed = dataclasses.replace(experiment, learners={**here, **dict.fromkeys(learning or named, learner_config)})
    players = build_learners(changed, env, derive_seed(seed, name))
    return {own: players[own] for own in learning or named}


def split(name: str) -> tuple[str, str]:
    """Split `group=algorithm` into the group and the algorithm.

    The group is empty for a plain algorithm, and for a folder of a run with = in its name.
    """
    if "=" not in name or is_run(name) or is_policy_file(name):
        return "", name
    group, _, algorithm = name.partition("=")
    return group, algorithm


def label(run: Run, experiment: Experiment, env: BatchEnv) -> str:
    """Name the column of a run by its algorithms and its folder."""
    return f"{' + '.join(dict.fromkeys(experiment.players(env).values()))} ({run.folder.name})"


def _play(env: BatchEnv, learners: Mapping[str, Learner], options: Options) -> Outcomes:
    return evaluate(env, learners, options.seed, options.greedy, step_limit(env.spec, options.max_steps))


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


def cell(values: np.ndarray | None) -> str:
    """Mean and interval of one value an episode, as text; empty if there are no values."""
    return "" if values is None else with_interval(*mean_and_interval(values))
