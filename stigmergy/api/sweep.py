"""Sweeps from Python: runs of a config over a grid and seeds."""

import os
import signal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from typing import Any

import yaml

from stigmergy.api.configs import Config, to_plain
from stigmergy.api.runs import TrainedRun
from stigmergy.api.train_arguments import options_of, read_arguments
from stigmergy.api.training import Folder
from stigmergy.cli.options import option_types
from stigmergy.cli.progress import Output
from stigmergy.envs.core.validation import check_within
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.interop.from_pettingzoo import BRIDGE_PREFIX
from stigmergy.envs.utils.yaml_text import parse_yaml, write_yaml
from stigmergy.sweeps.points import PARTS, Point, Request, TrainCommand, as_option
from stigmergy.sweeps.scheduler import Progress
from stigmergy.sweeps.sweep import default_folder, open_sweep, summary, threads_of_each, train_points
from stigmergy.sweeps.values import Grid, Words, as_words, grid_of, read_seeds
from stigmergy.training.experiment import check_keys, flatten
from stigmergy.training.runs.storage import write_atomically
from stigmergy.training.trust.plugins import plugins_of

CONFIG = "config.yaml"
"""File in the folder of a sweep that holds a config which was given as a mapping."""


class Sweep:
    """Runs of a sweep, by the values of the keys that it varies.

    A value of one key stands for itself, such as `runs[3]`. Values of several keys are a tuple in
    the order of `keys`, such as `runs[0.001, 3]`. They are values of the resolved config, with
    lists as tuples.

    Attributes:
        folder: path of the folder of the sweep.
        keys: dotted keys that the sweep varies: those of the grid, then `training.seed`.
        total: number of runs that were asked for.
        runs: values to the finished run.
        failures: values to the last sentence of a run that failed, with the path of its log.
    """

    def __init__(self, folder: str, points: Sequence[Point], progress: Progress, trust: bool = False):
        self.folder = Path(folder)
        self.keys: tuple[str, ...] = tuple(points[0].values)
        self.total = len(points)
        finished = set(progress.finished)
        self.runs: dict[Any, TrainedRun] = {
            _place(point): TrainedRun(self.folder / point.name, trust) for point in points if point.name in finished
        }
        self.failures: dict[Any, str] = {
            _place(point): progress.failed[point.name] for point in points if point.name in progress.failed
        }

    def __fspath__(self) -> str:
        return str(self.folder)

    def __repr__(self) -> str:
        failed = f", {len(self.failures)} failed" if self.failures else ""
        return f"Sweep('{self.folder}': {len(self.runs)} of {self.total} runs are finished{failed})"


def sweep(
    config: Config | None = None,
    grid: Mapping[str, Iterable[Any]] | None = None,
    seeds: Iterable[Any] = range(3),
    folder: Folder | None = None,
    overrides: Mapping[str, Any] | None = None,
    jobs: int = 1,
    *,
    plugins: Sequence[str] = (),
    trust: bool = False,
    progress: bool = False,
) -> Sweep:
    """Train a config over a grid and seeds as `stigmergy sweep` does, and return the runs.

    Each run is trained by a process of its own. Called again, it goes on: what is finished is not
    trained again, the rest is resumed.

    Args:
        config: a YAML file, the name of a config of `stigmergy list`, or a mapping with its keys.
        grid: dotted key, such as `learner.learning_rate`, or `environment` or `algorithm`, to its
            values; several make the product.
        seeds: whole numbers, or texts such as `"0..9"`; empty for the seed of the config.
        folder: of the sweep; left out, `sweeps/CONFIG`. A config that is a mapping needs one.
        overrides: dotted key to its value, in every run.
        jobs: runs at once, which share the cores of this machine.
        plugins: files and modules that register environments and algorithms.
        trust: agree to execute the code that a config file names.
        progress: show progress as the command does.

    Returns:
        The runs that are finished, and the sentences of those that failed, which is no error.

    Raises:
        BadParameter: a key, a value, the folder, seeds or jobs are not allowed; nothing is trained.
        UserError: there is no such environment, or a plugin cannot be imported; see `train`.
        RunInUse: another process works on the sweep.
        KeyboardInterrupt: Ctrl-C, once every run has saved a checkpoint; see `train` for others.
    """
    given = _read_config(config, folder)
    varied = grid_of(_mapping("grid", grid))
    shared = _overridden(given, varied, _mapping("overrides", overrides), plugins, trust)
    request = Request(given.name, tuple(shared), varied, tuple(read_seeds(_listed(seeds))))
    if isinstance(jobs, bool) or not isinstance(jobs, Integral):
        raise BadParameter(f"jobs is {jobs!r}; allowed is a whole number of 1 or more")
    check_within("jobs", jobs, 1)
    points, found, stopped_by = train_sweep(given.folder, request, given.command, int(jobs), progress, given.text)
    if stopped_by:
        signal.raise_signal(stopped_by)
    return Sweep(given.folder, points, found, trust)


def train_command(config: Mapping[str, Any] | None = None) -> TrainCommand:
    """Readers of the arguments of `stigmergy train`.

    Args:
        config: keys that stand for the file which the arguments name.
    """
    return TrainCommand(lambda args: read_arguments(args, config)[0], lambda args: options_of(args, config))


def train_sweep(
    folder: str, request: Request, train: TrainCommand, jobs: int, shown: bool, config: str | None = None
) -> tuple[list[Point], Progress, int]:
    """Train the runs that are not finished, `jobs` at once.

    Args:
        shown: show progress and what the sweep ends with.
        config: text of the request's config, which is written for the processes of the runs.

    Returns the points, what has ended, and the signal that stopped the sweep or 0. Raises as
    `open_sweep` does.
    """
    output = Output()
    with open_sweep(folder, request, train, threads_of_each(jobs)) as points:
        if config is not None and request.config:
            write_atomically(Path(request.config), config.encode())
        if shown:
            output.say(f"sweep folder: {folder}")
        progress, stopped_by = train_points(folder, points, jobs, shown)
    for line in summary(folder, progress, stopped_by) if shown else ():
        output.say(line)
    return points, progress, stopped_by


@dataclass(frozen=True)
class _Given:
    """Config of a sweep: a name, or a mapping that becomes a file of that name."""

    name: str | None
    folder: str
    keys: Mapping[str, Any] | None = None
    plugins: tuple[str, ...] = ()
    """Those that the mapping names."""

    @property
    def text(self) -> str | None:
        """Text of the file."""
        return None if self.keys is None else write_yaml(dict(self.keys))

    @property
    def command(self) -> TrainCommand:
        """Readers of arguments of runs with the config."""
        return train_command(self.keys)


def _read_config(config: Config | None, folder: Folder | None) -> _Given:
    place = None if folder is None else os.fspath(folder)
    if not isinstance(config, Mapping):
        name = None if config is None else os.fspath(config)
        return _Given(name, place or default_folder(name))
    if not place:
        raise BadParameter("the config of the sweep is a mapping, which has no name for a folder; give a folder")
    check_keys(config, "given")
    plain = to_plain(config)
    plugins = plugins_of(plain, "the config")
    try:
        text = write_yaml({key: value for key, value in plain.items() if key != "plugins"})
    except yaml.YAMLError as error:
        raise BadParameter(f"the config 'given' has a value that YAML does not hold: {error}") from error
    return _Given(str(Path(place, CONFIG)), place, parse_yaml(text, "the config 'given'"), tuple(plugins))


def _overridden(
    given: _Given, grid: Grid, overrides: Mapping[str, Any], plugins: Sequence[str], trust: bool
) -> list[str]:
    """Options of `stigmergy train` that all runs share."""
    values: dict[str, Words] = {}
    for name, value in flatten(to_plain(overrides)).items():
        key = name.replace("_", "-")
        if key not in PARTS and "." not in key:
            raise BadParameter(f"overrides has the key '{name}'; allowed are environment, algorithm, and dotted keys")
        if key in values:
            raise BadParameter(f"overrides has the key '{key}' twice; leave one out")
        values[key] = as_words(value)
    bridged = (given.keys or {}).get("environment")
    if isinstance(bridged, str) and bridged.startswith(BRIDGE_PREFIX) and not {*values, *grid} & {"environment"}:
        values["environment"] = (bridged,)  # its module is code that the caller names
    code = [*given.plugins, *plugins]
    shared = [*(["--plugin", *code] if code else []), *(["--trust"] if trust else [])]
    shared += [f"--{key}={' '.join(values[key])}" for key in PARTS if key in values]
    chosen = [f"--{key}={' '.join(grid[key][0])}" for key in PARTS if key in grid]
    types = option_types(given.command.options([*([given.name] if given.name else []), *shared, *chosen]))
    for key, words in values.items():
        if key not in PARTS:
            shared += as_option(key, words, types.get(f"--{key}"), "overrides has")
    return shared


def _mapping(name: str, value: Any) -> dict[str, Any]:
    """Argument that is a mapping from keys. Raises BadParameter."""
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise BadParameter(f"{name} is {value!r}; give a mapping from dotted keys, such as learner.learning_rate")
    return {key: to_plain(item) for key, item in value.items()}


def _listed(seeds: Any) -> Iterable[Any]:
    if isinstance(seeds, str):
        return [seeds]
    if not isinstance(seeds, Iterable):
        raise BadParameter(f"seeds is {seeds!r}; give several, such as range(3)")
    return seeds


def _place(point: Point) -> Any:
    values = tuple(_hashable(value) for value in point.values.values())
    return values[0] if len(values) == 1 else values


def _hashable(value: Any) -> Any:
    return tuple(_hashable(item) for item in value) if isinstance(value, (list, tuple)) else value
