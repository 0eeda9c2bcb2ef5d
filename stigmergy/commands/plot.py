"""Command `stigmergy plot`: learning curves of runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from stigmergy.analysis.comparison.run_groups import grouped, mixtures
from stigmergy.cli.config_options import Number
from stigmergy.cli.options import parse, warn
from stigmergy.cli.output_paths import check_folder
from stigmergy.plotting.figures import Format, load_matplotlib, save
from stigmergy.plotting.learning_curves import WINDOW, learning_curve_chart, simplex_chart


@dataclass(frozen=True)
class Options:
    """Draw metrics over training, a figure each: mean and 95% interval of each group of runs."""

    runs: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """Run folders, or folders of runs such as a sweep; runs that differ in their seed alone are a
    group, named after the algorithm and what tells it from the others. NAME=FOLDER puts one into
    the group NAME, and NAME='runs/cnm-*' all that match."""
    metrics: tuple[str, ...] = ("episode/return",)
    """Names from the runs' metrics.csv, such as episode/return and episode/dirt_fraction."""
    simplex: bool = False
    """Draw the shares of red, green and blue berries in a triangle as well (allelopathic
    harvest)."""
    window: Number = WINDOW
    """Updates over which learning curves are smoothed."""
    output: str = "."
    """The folder of the figures."""
    format: Format = "png"
    """File ending of the figures; svg and pdf are made of lines and letters, for papers."""


def main(args: Sequence[str]) -> int:
    """Read, draw, write."""
    options = parse(Options, "plot", args)
    check_folder("output", options.output)
    load_matplotlib()
    groups = grouped(options.runs)
    for sentence in mixtures(groups):
        warn(sentence)
    folder = Path(options.output)
    figures = {
        name.replace("/", "_"): learning_curve_chart(groups, name, "", options.window) for name in options.metrics
    }
    if options.simplex:
        figures["simplex"] = simplex_chart(groups, "share of berries by colour over training", options.window)
    for name, figure in figures.items():
        path = folder / f"{name}.{options.format}"
        save(figure, path)
        print(f"wrote {path}")
    return 0
