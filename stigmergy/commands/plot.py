"""`stigmergy plot`: the course of training of runs beside each other."""

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from stigmergy.courses import WINDOW, course_chart, simplex_chart
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.video import write_png
from stigmergy.options import parse
from stigmergy.training.run import Run


@dataclass(frozen=True)
class Options:
    """Draw metrics over training from runs, one PNG each: a line for each group of runs, with its mean and 95% interval over them."""

    runs: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """Run folders; the runs of one algorithm are a group. NAME=FOLDER puts one into the group NAME, and NAME='runs/cnm-*' all that match."""
    metrics: tuple[str, ...] = ("episode/return",)
    """Names from the runs' metrics.csv, such as episode/return and episode/dirt_fraction."""
    simplex: bool = False
    """Draw the shares of red, green and blue berries in a triangle as well (allelopathic harvest)."""
    window: int = WINDOW
    """Updates over which courses are smoothed."""
    output: str = "."
    """The folder of the pictures."""


def main(args: Sequence[str]) -> int:
    """Read, draw, write."""
    options = parse(Options, "plot", args)
    groups = grouped(options.runs)
    folder = Path(options.output)
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {name.replace("/", "_"): course_chart(groups, name, "", options.window) for name in options.metrics}
    if options.simplex:
        pictures["simplex"] = simplex_chart(groups, "share of berries by colour over training", options.window)
    for name, picture in pictures.items():
        write_png(folder / f"{name}.png", picture)
        print(f"wrote {folder / f'{name}.png'}")
    return 0


def grouped(runs: Sequence[str]) -> dict[str, list[str]]:
    """Group name to run folders. Raises BadParameter if nothing is there."""
    groups: dict[str, list[str]] = {}
    for given in runs:
        name, equals, pattern = ("", "", "") if Path(given).is_dir() else given.partition("=")
        folders = sorted(glob.glob(pattern)) if equals else [given]
        if not folders:
            raise BadParameter(f"'{given}' names no folder that exists")
        for folder in folders:
            group = name if equals else str(Run.open(folder).config().get("algorithm"))
            groups.setdefault(group, []).append(folder)
    if not groups:
        raise BadParameter("there are no runs to plot; give run folders")
    return groups
