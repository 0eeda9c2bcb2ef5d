"""Command `stigmergy schelling`: the Schelling diagram of an environment.

It tests if the environment is a social dilemma, with two scripted policies.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.table import Table

from stigmergy.analysis.schelling import Schelling, measure, plot
from stigmergy.cli.config_options import Number, Seed
from stigmergy.cli.console import open_console
from stigmergy.cli.given_code import load_given_code
from stigmergy.cli.options import extend, parse
from stigmergy.cli.output_paths import check_folder
from stigmergy.envs.registration.make import build_dataclass, config_class
from stigmergy.plotting.figures import Format, load_matplotlib, save
from stigmergy.training.confidence_intervals import with_interval


@dataclass(frozen=True)
class Options:
    """Measure what it pays to cooperate and to defect, by how many of the others cooperate.

    `stigmergy schelling ID --help` shows the config of the environment too.
    """

    environment: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="ID")]
    """Its id, such as dilemmas/harvest-v0; it has one group of agents."""
    cooperator: str = "cooperate"
    """The scripted policy of those who cooperate; `stigmergy list` names them."""
    defector: str = "defect"
    """The scripted policy of those who do not."""
    episodes: Number = 64
    """Episodes for each number of cooperators, played side by side."""
    seed: Seed = 1000
    """Seed of the episodes."""
    output: str = ""
    """A folder for schelling.csv and the figure schelling.png."""
    format: Format = "png"
    """File ending of the figure; svg and pdf are made of lines and letters, for papers."""
    plugin: tuple[str, ...] = ()
    """Files or modules that register more names."""


def main(args: Sequence[str]) -> int:
    """Measure, print, write."""
    load_given_code(args)
    cls, task = Options, None
    if args and not args[0].startswith("-"):
        task_class = config_class(args[0])
        task = build_dataclass(task_class, {}, args[0]) if task_class else None
        cls = extend(Options, task=(task, f"Config of {args[0]}."))
    options = parse(cls, "schelling", args)
    if options.output:
        check_folder("output", options.output)
        load_matplotlib()
    diagram = measure(
        options.environment,
        getattr(options, "task", task),
        options.cooperator,
        options.defector,
        options.episodes,
        options.seed,
    )
    print_diagram(diagram, options.cooperator, options.defector, options.episodes)
    if options.output:
        write(diagram, Path(options.output), options.format)
    return 0


def print_diagram(diagram: Schelling, cooperator: str, defector: str, episodes: int) -> None:
    """Print a row for each number of other cooperators, then the conclusions."""
    console = open_console()
    console.print(f"{diagram.environment}: mean returns over {episodes} episodes, with 95% intervals")
    table = Table("other cooperators", f"a cooperator ({cooperator})", f"a defector ({defector})", box=None)
    for number, (one, other) in enumerate(zip(diagram.cooperator, diagram.defector)):
        table.add_row(str(number), with_interval(*one), with_interval(*other))
    console.print(table)
    for sentence, one, other, holds in diagram.findings:
        console.print(
            f"[{'green' if holds else 'red'}]{'yes' if holds else 'no '}[/]  {sentence}: {one:.4g} and {other:.4g}"
        )


def write(diagram: Schelling, folder: Path, format: str = "png") -> None:
    """Write the numbers and the figure."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "schelling.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["player", "cooperators", "mean", "low", "high"])
        for player, line in (
            ("cooperator", diagram.cooperator),
            ("defector", diagram.defector),
            ("everyone", diagram.everyone),
        ):
            rows.writerows([player, number, *own] for number, own in enumerate(line))
    figure = folder / f"schelling.{format}"
    save(plot(diagram), figure)
    open_console().print(f"wrote {folder / 'schelling.csv'} and {figure}")
