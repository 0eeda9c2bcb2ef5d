"""Command `stigmergy train`: from a config and overrides to a run."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Annotated, Any

import tyro

from stigmergy.cli.given_code import load_given_code
from stigmergy.cli.options import extend, parse, peek, peek_one
from stigmergy.cli.output_paths import check_folder
from stigmergy.cli.progress import run_session
from stigmergy.envs.errors import BadParameter
from stigmergy.training.callbacks import Report
from stigmergy.training.experiment import DEFAULT_CONFIG, Experiment, build_experiment, read_config
from stigmergy.training.runs.run_loop import Session
from stigmergy.training.runs.storage import make_folders, remove_folders
from stigmergy.training.sessions.base import agree_to_runs
from stigmergy.training.sessions.opening import start
from stigmergy.training.sessions.start_or_resume import start_or_resume
from stigmergy.training.trust.plugins import load_code, plugins_of


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


def main(args: Sequence[str]) -> int:
    """Train; return 0, or 128 + signal after a stop."""
    overridden, options, given = read_arguments(args)
    if options.run:
        check_folder("run", options.run)
    if options.or_resume:
        return _train_or_resume(overridden, options, given)
    folder, made = (options.run, []) if options.run else free_folder(overridden)
    try:
        return run_session(lambda report: (start(overridden, folder, report), []), folder)
    finally:
        remove_folders(made)  # empty ones, where training could not start


def read_arguments(args: Sequence[str]) -> tuple[Experiment, Any, tuple[str, ...]]:
    """Experiment of the arguments, their options, and the code that they name.

    Raises UserError.
    """
    given = load_given_code(args)
    experiment = build_experiment(base_config(args, given))
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


def options_of(args: Sequence[str]) -> type:
    """Options of `stigmergy train` for the environment and algorithm that the arguments choose.

    Raises UserError.
    """
    return options_class(build_experiment(base_config(args, load_given_code(args))))


def _train_or_resume(experiment: Experiment, options: Any, given: Sequence[str]) -> int:
    if not options.run:
        raise BadParameter("--or-resume goes on with the run in a folder; name the folder by --run")

    def begin(report: Callable[[Report], None]) -> tuple[Session | None, list[str]]:
        return start_or_resume(experiment, options.run, report, options.trust, given)

    return run_session(begin, options.run)


def base_config(args: Sequence[str], code: Sequence[str] = ()) -> dict[str, Any]:
    """Config before the overrides of single keys.

    Environment and algorithm are chosen. The config's plugins are loaded, and the code of runs that
    it names; those of the arguments, `code`, are so already.
    """
    given = args[0] if args and not args[0].startswith("-") else None
    environment, algorithm = peek_one(args, "environment"), peek_one(args, "algorithm")
    plain = read_config(given or DEFAULT_CONFIG) if given or not environment else {}
    plain = _choose(plain, "environment", "task", environment)
    plain = _choose(plain, "algorithm", "learner", algorithm)
    base = peek_one(args, "base")
    agree_to_runs(plain | ({"base": base} if base else {}), "--trust" in args, code)
    plugins = peek(args, "plugin")
    if given and Path(given).is_file():  # configs of the package need no agreement
        own = load_code(plain, f"the config '{given}'", Path(given).parent, "--trust" in args, code)
        listed = plugins_of(plain, given)
        plugins = [*(source.name for source in own if source.name in listed), *plugins]
    return plain | {
        "plugins": [str(Path(plugin).resolve()) if plugin.endswith(".py") else plugin for plugin in plugins]
    }


def _choose(plain: Mapping[str, Any], key: str, its_options: str, name: str | None) -> dict[str, Any]:
    """Replace the config's environment or algorithm; another one comes with its own defaults."""
    if name is None or name == plain.get(key):
        return dict(plain)
    return {other: value for other, value in plain.items() if other not in (key, its_options)} | {key: name}


def options_class(experiment: Experiment) -> type:
    """Options of `train` with those of the experiment's parts."""
    return extend(
        Options,
        task=(experiment.task, f"Config of {experiment.environment}."),
        learner=(experiment.learner.config, f"Config of {experiment.learner.algorithm}."),
        training=(experiment.training, "The trainer."),
    )


def free_folder(experiment: Experiment) -> tuple[str, list[Path]]:
    """Make a new folder under runs/, such as runs/lifelong-v0-ippo-1.

    Returns its path and the folders that were made for it. The folder is made here, so that no
    other process chooses it.
    """
    name = experiment.environment.replace("/", ":").split(":")[-1]
    stem = f"runs/{name}-{experiment.learner.algorithm}"
    for number in count(1):
        folder = Path(f"{stem}-{number}")
        if folder in (made := make_folders(folder)):
            return str(folder), made
    raise AssertionError("there is always a higher number")
