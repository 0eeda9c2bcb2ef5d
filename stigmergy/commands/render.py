"""Command `stigmergy render`: an episode as GIF, MP4, PNG, or in a window."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro

from stigmergy.api.rendering import ENDINGS, Rendering, played, players, record
from stigmergy.cli.config_options import FramesPerSecond, NumberOfSteps, Seed
from stigmergy.cli.given_code import load_given_code
from stigmergy.cli.options import extend, parse, peek, peek_one, warn
from stigmergy.cli.output_paths import check_file
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.rendering.window import Window, check_display
from stigmergy.training.experiment import Experiment
from stigmergy.training.runs.restore import open_run
from stigmergy.training.runs.run import Run


@dataclass(frozen=True)
class Options:
    """Make a GIF, MP4 or PNG of an episode, or watch it in a window.

    `stigmergy render RUN` shows what a run has learnt; `stigmergy render --environment ID
    --algorithm NAME` a policy that needs no training.
    """

    run: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")] = ""
    """The run folder."""
    environment: str = ""
    """Without a run: the environment to show. With one: another one to play in, such as a scenario
    of the one that it was trained in."""
    algorithm: tuple[str, ...] = ("random",)
    """Without a run: algorithms that need no training, such as random or pibt; of several each
    plays the groups that it can, and prey=flee names one."""
    output: tuple[str, ...] = ()
    """Files ending in .gif, .mp4 or .png (a contact sheet); left out, a GIF in the run's videos
    folder."""
    window: bool = False
    """Show the episode in a window; then only the files of --output are written."""
    steps: NumberOfSteps = 256
    """Steps to show, fewer if the episode ends before."""
    seed: Seed = 1
    """Seed of the episode."""
    fps: FramesPerSecond = 8.0
    """Steps shown in a second."""
    follow: int | None = None
    """Number of an agent to put in the foreground, where the environment's picture can."""
    greedy: bool = False
    """Take the most likely actions instead of drawing them."""
    checkpoint: str = "last"
    """last, or best by evaluation."""
    plugin: tuple[str, ...] = ()
    """Files or modules that register more names; they stand for those of the run that are called
    the same, or that are gone."""
    trust: bool = False
    """Agree to execute the code that RUN names, its plugins or the module of its environment;
    needed once for each contents."""


def main(args: Sequence[str]) -> int:
    """Play, draw, write."""
    run, trained, experiment, options = subject(Options, "render", args)
    for output in options.output:
        check_file("output", output, ENDINGS)
    if options.window:
        check_display("write a file with --output instead")
    env = experiment.make_env(1)
    learners = players(run, trained, experiment, env, options.algorithm, options.seed, options.checkpoint, warn)
    film = record(env, learners, options.steps, options.seed, options.greedy, options.follow)
    rendering = Rendering(film, options.fps)
    if options.window:
        _watch(rendering, experiment.environment)
    for output in options.output or (() if options.window else (_default_output(run, experiment),)):
        rendering.write(output)
        print(f"wrote {output}")
    return 0


def subject(cls: type, command: str, args: Sequence[str]) -> tuple[Run | None, Experiment | None, Experiment, Any]:
    """Read the arguments of a command that plays.

    Returns the run and its experiment, if there is one, the experiment to play, and the options, an
    instance of `cls`.

    Raises:
        UserError: there is neither a run nor an environment, or the options cannot be read.
    """
    run, trained, experiment = _played(args, load_given_code(args))
    task = experiment.task if experiment else None
    options = parse(extend(cls, task=(task, "Config of the environment.")), command, args)
    if experiment is None:
        raise BadParameter("there is nothing to play; give a run folder, or --environment and --algorithm")
    _refuse_what_is_ignored(run, options, args, command)
    return run, trained, dataclasses.replace(experiment, task=getattr(options, "task", task)), options


def _refuse_what_is_ignored(run: Run | None, options: Any, args: Sequence[str], command: str) -> None:
    """Raise BadParameter for options that have no effect beside the others."""
    if run is None and options.run:
        raise BadParameter(f"the run folder comes first: stigmergy {command} {options.run} ...")
    if run is not None and peek(args, "algorithm"):
        raise BadParameter(
            f"--algorithm is for playing without a run, and '{options.run}' is played by what it has learnt; leave one of them out"
        )
    if run is None and peek(args, "checkpoint"):
        raise BadParameter("--checkpoint is for runs; give a run folder, or leave it out")


def _played(args: Sequence[str], given: Sequence[str]) -> tuple[Run | None, Experiment | None, Experiment | None]:
    environment = peek_one(args, "environment")
    if args and not args[0].startswith("-"):
        run, trained = open_run(args[0], "--trust" in args, given)
        return run, trained, played(trained, environment)
    return None, None, played(None, environment)


def _default_output(run: Run | None, experiment: Experiment) -> str:
    if run is None:
        return f"{experiment.environment.replace('/', ':').split(':')[-1]}.gif"
    run.videos.mkdir(exist_ok=True)
    return str(Path(run.videos) / "episode.gif")


def _watch(rendering: Rendering, title: str) -> None:
    window = Window(title, rendering.fps)
    for frame in rendering:
        if window.closed:
            break
        window.show(frame)
    window.close()
