"""Arguments of `stigmergy train`: from a config and options to an experiment."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import tyro

from stigmergy.api.configs import CHOICES, read_plain
from stigmergy.cli.given_code import load_given_code
from stigmergy.cli.options import extend, parse, peek, peek_one
from stigmergy.training.experiment import DEFAULT_CONFIG, Experiment, build_experiment


@dataclass(frozen=True)
class Options:
    """Train learners in an environment.

    `stigmergy train` runs the default experiment, `stigmergy train CONFIG` the one of a YAML file,
    yours or one of `stigmergy list`. Every key of the config is an option too:
    `--learner.learning-rate 1e-3`.
    """

    config: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="CONFIG")] = DEFAULT_CONFIG
    """A YAML file, or the name of a config that comes with the package."""
    environment: str = ""
    """Id of the environment, such as pathfinding/lifelong-v0 or
    pettingzoo:mpe2.simple_spread_v3."""
    algorithm: str = ""
    """Name of the algorithm of all groups that the config does not choose one for."""
    plugin: tuple[str, ...] = ()
    """Files (my_file.py) or modules (my_package.module) that register environments and
    algorithms."""
    trust: bool = False
    """Agree to execute the code that CONFIG names, its plugins or the module of its environment;
    needed once for each contents."""
    run: str = ""
    """The run folder; left out, a new one under runs/."""
    base: str = ""
    """The folder of a run whose parameters the learners start with, also on other maps and tasks
    where the networks fit; optimizers, experience and schedules are new."""
    or_resume: bool = False
    """Go on with the run in the folder of --run if there is one, of the same config; do nothing if
    it is finished. The command can thus be repeated until it ends with status 0."""


def read_arguments(
    args: Sequence[str], config: Mapping[str, Any] | None = None
) -> tuple[Experiment, Any, tuple[str, ...]]:
    """Experiment of the arguments, their options, and the code that they name.

    Args:
        config: keys that stand for the file which the arguments name.

    Raises UserError.
    """
    given = load_given_code(args)
    experiment = build_experiment(base_config(args, given, config))
    options = parse(options_class(experiment), "train", args)
    overridden = dataclasses.replace(
        experiment,
        task=getattr(options, "task", experiment.task),
        learner=dataclasses.replace(
            experiment.learner,
            config=getattr(options, "learner", experiment.learner.config),
            base=options.base or experiment.learner.base,
        ),
        training=options.training,
    )
    return overridden, options, given


def options_of(args: Sequence[str], config: Mapping[str, Any] | None = None) -> type:
    """Options of `stigmergy train` for the environment and algorithm that the arguments choose.

    Args:
        config: as for `read_arguments`.

    Raises UserError.
    """
    return options_class(build_experiment(base_config(args, load_given_code(args), config)))


def base_config(
    args: Sequence[str], code: Sequence[str] = (), config: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Config before the overrides of single keys.

    Environment and algorithm are chosen. The config's plugins are loaded, and the code of runs that
    it names; those of the arguments, `code`, are so already.
    """
    given = config if config is not None else args[0] if args and not args[0].startswith("-") else None
    choices = {key: peek_one(args, key) for key in CHOICES}
    return read_plain(given, choices, peek_one(args, "base"), peek(args, "plugin"), "--trust" in args, code)


def options_class(experiment: Experiment) -> type:
    """Options of `train` with those of the experiment's parts."""
    return extend(
        Options,
        task=(experiment.task, f"Config of {experiment.environment}."),
        learner=(experiment.learner.config, f"Config of {experiment.learner.algorithm}."),
        training=(experiment.training, "The trainer."),
    )
