"""Points of a sweep: each a run of `stigmergy train` with arguments of its own."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from stigmergy.cli.extra_options import open_parts
from stigmergy.cli.hints import nearest_option
from stigmergy.cli.options import option_types
from stigmergy.envs.errors import BadParameter, UserError
from stigmergy.sweeps.names import run_name
from stigmergy.sweeps.values import MOST_RUNS, SEED, Grid, Words
from stigmergy.training.evaluation import check_best_metric
from stigmergy.training.experiment import Experiment, flatten
from stigmergy.training.trainer import build_learners

PARTS = ("environment", "algorithm")
"""Keys of a grid that are no options of a part."""
RESERVED = {"run": "--folder names the folder of all runs", "or-resume": "every run of a sweep goes on by itself"}
"""Options of `stigmergy train` that a sweep sets."""
THREADS = "training.threads"


@dataclass(frozen=True)
class TrainCommand:
    """Readers of the arguments of `stigmergy train`, without training."""

    experiment: Callable[[Sequence[str]], Experiment]
    """Experiment of the arguments. Raises UserError."""
    options: Callable[[Sequence[str]], type]
    """Dataclass of the options for the environment and algorithm that the arguments choose. Raises
    UserError."""


@dataclass(frozen=True)
class Request:
    """Request for runs of a config over a grid and seeds."""

    config: str | None
    """Config of `stigmergy train`, or None."""
    options: tuple[str, ...]
    """Options that all runs share, as `stigmergy train` takes them."""
    grid: Grid
    seeds: tuple[int, ...]

    @property
    def shared(self) -> list[str]:
        """Arguments that all runs share."""
        return [*([self.config] if self.config else []), *self.options]

    @property
    def varied(self) -> list[str]:
        """Dotted keys that differ between runs, as a config has them."""
        return [*(key.replace("-", "_") for key in self.grid), *([SEED] if self.seeds else [])]


@dataclass(frozen=True)
class Point:
    """Run of a sweep."""

    name: str
    """Its folder in the folder of the sweep."""
    arguments: tuple[str, ...]
    """Of `stigmergy train`, without the run folder."""
    experiment: Experiment
    values: Mapping[str, Any] = field(default_factory=dict)
    """Dotted keys that the sweep varies, to the values of this run."""

    @property
    def config(self) -> dict[str, Any]:
        """Resolved config by dotted keys."""
        return flatten(self.experiment.to_dict(), keep_empty=True)


def build_points(request: Request, train: TrainCommand, threads: int) -> list[Point]:
    """Build the points of the product of grid and seeds; seeds vary slowest.

    Args:
        threads: of each run whose threads are not given.

    Raises:
        UserError: a key does not exist, is given by an option as well, or a value does not fit.
    """
    _check_request(request)
    points = []
    for values in _product(request.grid):
        points += list(_with_seeds(request, values, train, threads))
    order = {seed: k for k, seed in enumerate(request.seeds)}
    return sorted(points, key=lambda point: order.get(point.experiment.training.seed, 0))


def _check_request(request: Request) -> None:
    given = {option_key(option) for option in request.options if option.startswith("--")}
    for name, reason in RESERVED.items():
        if name in given or name in request.grid:
            raise BadParameter(f"a sweep takes no --{name}: {reason}")
    for key in request.grid:
        if key in given:
            raise BadParameter(
                f"the grid has the key '{key}', and the option --{key} gives it one value; leave one out"
            )
    if request.seeds and (SEED in request.grid or SEED in given):
        where = "the grid" if SEED in request.grid else f"the option --{SEED}"
        raise BadParameter(f"the seed is given by --seeds and by {where}; leave one out")
    if not request.grid and not request.seeds:
        raise BadParameter("there is nothing to sweep; give --seeds 0..4, or --grid learner.learning-rate=1e-3,3e-4")
    number = max(len(request.seeds), 1)
    for values in request.grid.values():
        number *= len(values)
    if number > MOST_RUNS:
        raise BadParameter(f"the sweep has {number} runs; allowed are up to {MOST_RUNS}")


def option_key(option: str) -> str:
    """Key of an option, such as `learner.normalize-value` of `--learner.no-normalize-value=x`."""
    prefix, dot, leaf = option.partition("=")[0].removeprefix("--").replace("_", "-").rpartition(".")
    return f"{prefix}{dot}{leaf.removeprefix('no-')}"


def _product(grid: Grid) -> Iterator[dict[str, Words]]:
    for values in product(*grid.values()):
        yield dict(zip(grid, values))


def _with_seeds(request: Request, values: dict[str, Words], train: TrainCommand, threads: int) -> Iterator[Point]:
    """Points of one combination of values."""
    arguments = _arguments(request, values, train)
    experiment = train.experiment([*arguments, *(f"--{SEED}={seed}" for seed in request.seeds[:1])])
    if not experiment.training.threads:
        arguments.append(f"--{THREADS}={threads}")
        experiment = dataclasses.replace(experiment, training=dataclasses.replace(experiment.training, threads=threads))
    _check_buildable(experiment)
    for seed in request.seeds or (None,):
        own, seeded = list(arguments), experiment
        if seed is not None:
            own.append(f"--{SEED}={seed}")
            seeded = dataclasses.replace(experiment, training=dataclasses.replace(experiment.training, seed=seed))
        config = flatten(seeded.to_dict(), keep_empty=True)
        named = {key: config.get(key, values.get(key.replace("_", "-"))) for key in request.varied}
        yield Point(run_name(named), tuple(own), seeded, named)


def _arguments(request: Request, values: dict[str, Words], train: TrainCommand) -> list[str]:
    """Arguments of the runs with these values.

    Raises BadParameter if an option does not exist for their environment and algorithm.
    """
    chosen = [f"--{key}={' '.join(values[key])}" for key in PARTS if key in values]
    arguments = [*request.shared, *chosen]
    options = train.options(arguments)
    types, further = option_types(options), open_parts(options)
    known = {option_key(option) for option in types}
    where = (
        f", which {' in '.join(' '.join(values[key]) for key in reversed(PARTS) if key in values)} lacks"
        if chosen
        else ""
    )
    for key in values:
        if key not in PARTS and "." not in key:
            raise BadParameter(
                f"the grid has the key '{key}'; allowed are environment, algorithm, and options of a part, such as "
                f"learner.learning-rate.{_nearest_key(key, types)}"
            )
    for key in [*values, *(option_key(option) for option in request.options if option.startswith("--"))]:
        if key in known or ("." in key and key.partition(".")[0] in further):
            continue
        if key in values:
            missing = where or ", which does not exist"
            raise BadParameter(f"the grid has the key '{key}'{missing}.{_nearest_key(key, types)}")
        raise BadParameter(f"`stigmergy sweep` has no option --{key}{where}.{nearest_option(f'--{key}', list(types))}")
    for key, words in values.items():
        if key not in PARTS:
            arguments += as_option(key, words, types.get(f"--{key}"))
    return arguments


def _nearest_key(key: str, types: Mapping[str, Any]) -> str:
    """Hint for a key of a grid."""
    dotted = [option for option in types if "." in option or option.removeprefix("--") in PARTS]
    return nearest_option(f"--{key}", dotted).replace("'--", "'")


def as_option(key: str, words: Words, hint: Any, source: str = "the grid has") -> list[str]:
    """Option of one value: a flag for a truth value, several words for a list.

    Raises BadParameter for another value of a flag; its sentence begins with `source`.
    """
    if hint is bool:
        if words not in (("true",), ("false",)):
            raise BadParameter(f"{source} the value '{' '.join(words)}' of '{key}'; allowed are true and false")
        prefix, dot, leaf = key.rpartition(".")
        return [f"--{key}" if words == ("true",) else f"--{prefix}{dot}no-{leaf}"]
    return [f"--{key}={words[0]}"] if len(words) == 1 else [f"--{key}", *words]


def _check_buildable(experiment: Experiment) -> None:
    """Raise UserError if the environment or its learners cannot be built.

    The networks are built on the CPU, because another machine may train them. A failure of foreign
    code is left to the run.
    """
    training = dataclasses.replace(experiment.training, device="cpu")
    with suppress(_Foreign):
        try:
            env = experiment.make_env(1)
            check_best_metric(training.best_metric, env)
            build_learners(dataclasses.replace(experiment, training=training), env, training.seed)
        except UserError:
            raise
        except (Exception, SystemExit) as error:
            raise _Foreign from error


class _Foreign(Exception):
    """Failure of code that is not the user's parameters."""
