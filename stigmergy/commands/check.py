"""`stigmergy check`: the conformance card of an environment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import tyro
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from stigmergy.envs.conformance import check
from stigmergy.envs.factory import build_dataclass, parameters_of
from stigmergy.envs.registry import load_plugin
from stigmergy.options import extend, parse, peek


@dataclass(frozen=True)
class Options:
    """Test whether an environment, yours too, keeps the contract that learners and PettingZoo rely on.

    `stigmergy check ID --help` shows its parameters too.
    """

    environment: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="ID")]
    """Its id, such as pathfinding/lifelong-v0 or pettingzoo:mpe2.simple_spread_v3."""
    plugin: tuple[str, ...] = ()
    """Files or modules that register more names."""


def main(args: Sequence[str]) -> int:
    """Print the card; returns 1 if something has to be mended."""
    for plugin in peek(args, "plugin"):
        load_plugin(plugin)
    cls = Options
    if args and not args[0].startswith("-"):
        task_class = parameters_of(args[0])
        task = build_dataclass(task_class, {}, args[0]) if task_class else None
        cls = extend(Options, task=(task, f"Parameters of {args[0]}."))
    options = parse(cls, "check", args)
    card = check(options.environment, getattr(options, "task", None))
    table = Table("", "", "", title=f"{card.id}", title_justify="left", box=None, show_header=False)
    for finding in card.findings:
        table.add_row("[green]ok[/]" if finding.passed else "[red]MEND[/]", finding.topic, escape(finding.sentence))
    Console().print(table)
    return 0 if card.passed else 1
