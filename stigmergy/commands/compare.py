"""Command `stigmergy compare`: runs beside each other over seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import rich.table
import tyro
from rich.markup import escape

from stigmergy.analysis.comparison.compare import Comparison, compare
from stigmergy.analysis.comparison.figure import draw
from stigmergy.analysis.comparison.report import csv_text, heading, json_text, markdown, tables
from stigmergy.analysis.comparison.statistics import HELD
from stigmergy.cli.config_options import LimitOfSteps
from stigmergy.cli.console import open_console
from stigmergy.cli.options import parse
from stigmergy.cli.output_paths import check_file
from stigmergy.plotting.figures import FORMATS, load_matplotlib, save
from stigmergy.training.runs.storage import write_atomically

FIGURES = tuple(f".{name}" for name in FORMATS)
TEXTS = {".md": markdown, ".csv": csv_text, ".json": json_text}


@dataclass(frozen=True)
class Options:
    """Compare runs of one task over seeds: mean, IQM, differences, sample efficiency.

    Runs that differ in their seed alone are a group.
    """

    runs: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RUN|SWEEP")]
    """Run folders, or folders of runs such as a sweep. NAME=FOLDER puts runs into the group NAME,
    and NAME='runs/cnm-*' all that match."""
    metric: str = ""
    """A name from the runs' metrics.csv; left out, that of training.best_metric, in evaluations."""
    baseline: str = ""
    """The group that all others are compared with; left out, all pairs of up to four groups, and
    the first of more."""
    steps: LimitOfSteps = None
    """Environment steps at which the scores are taken; left out, the most that all runs have."""
    held: float = HELD
    """Share of all runs that the tolerance intervals hold."""
    finished_only: bool = False
    """Leave out runs that are not finished, which is said, in place of refusing them."""
    output: tuple[str, ...] = ()
    """Files of the result: .md for the tables, .png, .svg or .pdf for the figure, .csv for the
    score of each seed, .json for everything."""


def main(args: Sequence[str]) -> int:
    """Compare, print, write."""
    options = parse(Options, "compare", args)
    for path in options.output:
        check_file("output", path, (*TEXTS, *FIGURES))
    figures = [path for path in options.output if _ending(path) in FIGURES]
    if figures:
        load_matplotlib()
    comparison = compare(
        options.runs, options.metric, options.baseline, options.steps, options.held, options.finished_only
    )
    print_tables(comparison)
    for path in figures:
        save(draw(comparison), path)
    for path in options.output:
        if path not in figures:
            write_text(comparison, Path(path), figures)
        open_console().print(f"wrote {path}", highlight=False, markup=False, soft_wrap=True)
    return 0


def print_tables(comparison: Comparison) -> None:
    """Print the tables and notes of a comparison."""
    console = open_console()
    console.print(escape(heading(comparison)), highlight=False, soft_wrap=True)
    for table in tables(comparison):
        console.print()
        console.print(escape(table.title), style="bold", highlight=False, soft_wrap=True)
        shown = rich.table.Table(*map(escape, table.columns), box=None)
        for row in table.rows:
            shown.add_row(*map(escape, row))
        console.print(shown)
    console.print()
    for note in comparison.notes:
        console.print(escape(note), highlight=False, soft_wrap=True)


def write_text(comparison: Comparison, path: Path, figures: Sequence[str]) -> None:
    """Write a text of the comparison as the ending of its file says.

    Markdown has the first figure that lies in the folder of `path` or below it.
    """
    path.absolute().parent.mkdir(parents=True, exist_ok=True)
    if _ending(path) == ".md":
        folder = path.absolute().parent
        inside = [Path(figure).absolute() for figure in figures if Path(figure).absolute().is_relative_to(folder)]
        shown = next(
            (figure.relative_to(folder).as_posix() for figure in inside if figure.suffix.lower() != ".pdf"), ""
        )
        text = markdown(comparison, shown)
    else:
        text = TEXTS[_ending(path)](comparison)
    write_atomically(path, text.encode())


def _ending(path: str | Path) -> str:
    return Path(path).suffix.lower()
