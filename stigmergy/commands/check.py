"""Command `stigmergy check`: the conformance card of an environment, or of a learner."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import tyro
from rich.markup import escape
from rich.table import Table

from stigmergy.algorithms.core.make import build_config
from stigmergy.algorithms.core.registry import algorithms
from stigmergy.cli.console import open_console
from stigmergy.cli.given_code import load_given_code
from stigmergy.cli.options import extend, parse, peek_one
from stigmergy.envs.registration.make import build_dataclass, config_class
from stigmergy.envs.registration.registry import environments
from stigmergy.envs.tools.conformance import Card, check
from stigmergy.training.conformance import check_learner

TEAM_TASK = "games/switch-v0"
"""Task for learners: agents terminate at their goal, and all get the same reward. It thus has
something to check for every kind of learner."""


@dataclass(frozen=True)
class Options:
    """Test an environment or a learner for the contract of the trainer and of PettingZoo.

    `stigmergy check NAME --help` shows its config too.
    """

    name: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="NAME")]
    """The id of an environment, such as pathfinding/lifelong-v0 or
    pettingzoo:mpe2.simple_spread_v3, or the name of a learner, such as ippo."""
    plugin: tuple[str, ...] = ()
    """Files or modules that register more names."""


@dataclass(frozen=True)
class LearnerOptions(Options):
    """Test if a learner acts, learns, resumes and observes as it declares, and nothing else."""

    environment: str = TEAM_TASK
    """Environment in which it plays the first group."""


def main(args: Sequence[str]) -> int:
    """Print the card; return 1 if a check failed."""
    load_given_code(args)
    name = args[0] if args and not args[0].startswith("-") else ""
    is_learner = name in algorithms and name not in environments
    card = _check_learner(name, args) if is_learner else _check_environment(name, args)
    table = Table("", "", "", title=f"{card.id}", title_justify="left", box=None, show_header=False)
    for finding in card.findings:
        table.add_row("[green]ok[/]" if finding.passed else "[red]FAIL[/]", finding.topic, escape(finding.sentence))
    open_console().print(table)
    return 0 if card.passed else 1


def _check_environment(name: str, args: Sequence[str]) -> Card:
    cls = extend(Options, task=(_config(name, {}), f"Config of {name}.")) if name else Options
    options = parse(cls, "check", args)
    return check(options.name, getattr(options, "task", None))


def _check_learner(name: str, args: Sequence[str]) -> Card:
    environment = peek_one(args, "environment") or TEAM_TASK
    task = _config(environment, {"num_agents": 3, "shared_reward": True} if environment == TEAM_TASK else {})
    cls = extend(
        LearnerOptions,
        task=(task, f"Config of {environment}."),
        learner=(build_config(name, {}), f"Config of {name}."),
    )
    options = parse(cls, "check", args)
    config = getattr(options, "learner", build_config(name, {}))
    return check_learner(name, config, environment, getattr(options, "task", task))


def _config(environment: str, values: dict[str, Any]) -> Any:
    """Config of an environment, or None if it has none."""
    cls = config_class(environment)
    return build_dataclass(cls, values, environment) if cls else None
