"""Command `stigmergy list`: environments, algorithms and configs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from stigmergy.algorithms.core.registry import algorithms
from stigmergy.cli.console import open_console
from stigmergy.cli.options import parse
from stigmergy.envs.registration.registry import Registration, environments, load_given
from stigmergy.envs.registration.scenario import Scenario
from stigmergy.training.experiment import DEFAULT_CONFIG, shipped_configs


@dataclass(frozen=True)
class Options:
    """Show the environments, algorithms and configs there are."""

    plugin: tuple[str, ...] = ()
    """Files or modules that register more."""


def main(args: Sequence[str]) -> int:
    """Print one table for each kind."""
    options = parse(Options, "list", args)
    load_given(options.plugin)
    console = open_console()
    scenarios = [own for own in environments if isinstance(own.target, Scenario)]
    _print(console, "environments", [own for own in environments if own not in scenarios])
    _print(console, "scenarios of environments, in which bots play along", scenarios)
    _print(console, "algorithms", algorithms)
    table = Table("config", "", title="configs", title_justify="left", box=None)
    for name in shipped_configs():
        table.add_row(name, "the default experiment" if name == DEFAULT_CONFIG else "")
    console.print(table)
    return 0


def _print(console: Console, title: str, registrations: Iterable[Registration]) -> None:
    table = Table("name", "", title=title, title_justify="left", box=None)
    for registration in registrations:
        table.add_row(registration.name, registration.description)
    console.print(table)
    console.print()
