"""Command `stigmergy plot`: learning curves of runs."""

import glob
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro

from stigmergy.cli.config_options import Number
from stigmergy.cli.options import parse, warn
from stigmergy.cli.output_paths import check_folder
from stigmergy.envs.errors import BadParameter
from stigmergy.plotting.figures import Format, load_matplotlib, save
from stigmergy.plotting.learning_curves import WINDOW, learning_curve_chart, simplex_chart
from stigmergy.training.runs.run import Run

LONGEST = 40
"""Characters of a value in the name of a group."""
SHAPES = ("num_envs", "rollout_length")
"""Settings of the trainer that affect learning. The others set its length and its output."""


@dataclass(frozen=True)
class Options:
    """Draw metrics over training, a figure each: mean and 95% interval of each group of runs."""

    runs: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """Run folders; runs that differ in their seed alone are a group, named after the algorithm and
    what tells it from the others. NAME=FOLDER puts one into the group NAME, and NAME='runs/cnm-*'
    all that match."""
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


def grouped(runs: Sequence[str]) -> dict[str, list[str]]:
    """Group name to run folders. Raises BadParameter if there are no runs."""
    groups: dict[str, list[str]] = {}
    unnamed: list[str] = []
    for given in runs:
        name, equals, pattern = ("", "", "") if Path(given).is_dir() else given.partition("=")
        folders = sorted(glob.glob(pattern)) if equals else [given]
        if not folders:
            raise BadParameter(f"'{given}' names no folder that exists")
        if equals:
            groups.setdefault(name, []).extend(folders)
        else:
            unnamed += folders
    for name, folders in alike(unnamed).items():
        groups.setdefault(name, []).extend(folders)
    if not groups:
        raise BadParameter("there are no runs to plot; give run folders")
    return groups


def alike(folders: Sequence[str]) -> dict[str, list[str]]:
    """Group runs of one kind: name to folders.

    A kind is named after its algorithm, and by the differing settings if kinds share it.
    """
    kinds: dict[str, list[str]] = {}
    configs: dict[str, dict[str, Any]] = {}
    for folder in folders:
        config = _kind(folder)
        key = repr(sorted(config.items()))
        kinds.setdefault(key, []).append(folder)
        configs[key] = config
    named: dict[str, list[str]] = {}
    for key, own in kinds.items():
        rivals = [other for other in configs.values() if other.get("algorithm") == configs[key].get("algorithm")]
        differing = [name for name in configs[key] if name != "algorithm" and _differ(rivals, name)]
        details = ", ".join(f"{name.removeprefix('task.')} {_short(configs[key].get(name))}" for name in differing)
        name = f"{configs[key].get('algorithm')} ({details})" if details else str(configs[key].get("algorithm"))
        named.setdefault(name, []).extend(own)
    return named


def mixtures(groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Sentences on groups whose runs have different tasks, or learn them in different ways."""
    sentences = []
    for group, folders in groups.items():
        configs = [_kind(folder) for folder in folders]
        names = dict.fromkeys(name for config in configs for name in config)
        differing = [name for name in names if _differ(configs, name)]
        if differing:
            values = [_short(config[differing[0]]) for config in configs if differing[0] in config]
            sentences.append(
                f"the group '{group}' averages runs that differ in {', '.join(differing)} ({differing[0]}: {', '.join(dict.fromkeys(values))})"
            )
    return sentences


def _differ(configs: Sequence[Mapping[str, Any]], name: str) -> bool:
    """True if a value differs between runs.

    Runs of another version may lack it; it then had its default.
    """
    return len({repr(config[name]) for config in configs if name in config}) > 1


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _kind(folder: str) -> dict[str, Any]:
    """Environment, task, algorithms and settings of a run, by dotted names.

    They are equal in runs that differ in their seed alone.
    """
    config = Run.open(folder).config()
    kept = {
        name: config[name] for name in ("environment", "task", "algorithm", "learner", "learners") if name in config
    }
    flat = _flat("", kept)
    training = config.get("training") or {}
    return flat | {f"training.{name}": training[name] for name in SHAPES if name in training}


def _flat(prefix: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {prefix.removesuffix("."): value}
    return {key: item for name, part in value.items() for key, item in _flat(f"{prefix}{name}.", part).items()}
