"""Command `stigmergy render`: an episode as GIF, MP4, PNG, or in a window."""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import tyro

from stigmergy.algorithms.core.learner import Learner
from stigmergy.api.evaluation import baseline
from stigmergy.cli.config_options import FramesPerSecond, NumberOfSteps, Seed
from stigmergy.cli.given_code import load_given_code
from stigmergy.cli.options import extend, parse, peek, peek_one, warn
from stigmergy.cli.output_paths import check_file
from stigmergy.envs.core.env import BatchEnv
from stigmergy.envs.core.system_memory import check_memory
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.make import is_bridged
from stigmergy.envs.rendering.video import write_video
from stigmergy.envs.rendering.window import Window, check_display
from stigmergy.envs.tools.play import play
from stigmergy.training.evaluation import Players
from stigmergy.training.experiment import Experiment, build_experiment
from stigmergy.training.film import Film
from stigmergy.training.runs.restore import open_run, restore_learners
from stigmergy.training.runs.run import Run
from stigmergy.training.trainer import build_learners

SMALLEST_PICTURE = 3 * 64 * 64
"""Bytes of the smallest picture; pictures are kept if states cannot be."""
Frames = Iterable[np.ndarray]


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
        check_file("output", output, (".gif", ".mp4", ".png"))
    if options.follow is not None and is_bridged(experiment.environment):
        raise BadParameter(
            f"'{experiment.environment}' draws its own pictures, which follow no agent; leave --follow out"
        )
    if options.window:
        check_display("write a file with --output instead")
    env = experiment.make_env(1)
    _check_length(env, options.steps)
    learners = players(run, trained, experiment, env, options)
    show = record(env, learners, options)
    if options.window:
        _watch(show, f"{experiment.environment}", options.fps)
    for output in options.output or (() if options.window else (_default_output(run, experiment),)):
        write_video(output, show(), options.fps)
        print(f"wrote {output}")
    return 0


def _check_length(env: BatchEnv, steps: int) -> None:
    """Raise BadParameter if the states of so many steps do not fit in memory.

    The episode may end earlier.
    """
    shown = min(steps, env.spec.horizon or steps) + 1
    size = sum(field.nbytes for field in env.state) if env.spec.resumable else SMALLEST_PICTURE
    check_memory(f"a recording of {shown:,} steps", shown * size, "fewer steps need less")


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
        return run, trained, trained.elsewhere(environment) if environment else trained
    return None, None, build_experiment({"environment": environment, "algorithm": "random"}) if environment else None


def players(
    run: Run | None, trained: Experiment | None, experiment: Experiment, env: BatchEnv, options: Any
) -> dict[str, Learner]:
    """Load the players: those of the run, or without one the algorithms of `options.algorithm`.

    Raises:
        UserError: they cannot play.
    """
    if run and trained:
        learners, warnings = restore_learners(run, trained, env, options.checkpoint)
        for sentence in warnings:
            warn(sentence)
        return learners
    learners = build_learners(experiment, env, options.seed)
    for name in options.algorithm:
        learners |= baseline(experiment, env, name, options.seed, warn)
    return learners


def record(env: BatchEnv, learners: dict[str, Learner], options: Any) -> Any:
    """Play an episode once and return a function that gives its frames.

    The function can be called several times.
    """
    drawing = {} if options.follow is None else {"follow": options.follow}
    for learner in learners.values():
        learner.reseed(options.seed)
    players = Players(env, learners, options.greedy)
    film = Film(env, **drawing)
    for step in islice(play(env, players.act, options.seed), options.steps + 1):
        film.add()
        if step.last[0]:
            break
    # An environment without a picture thus fails before a file is begun.
    film.draw()
    return film.frames


def _default_output(run: Run | None, experiment: Experiment) -> str:
    if run is None:
        return f"{experiment.environment.replace('/', ':').split(':')[-1]}.gif"
    run.videos.mkdir(exist_ok=True)
    return str(Path(run.videos) / "episode.gif")


def _watch(show: Any, title: str, fps: float) -> None:
    window = Window(title, fps)
    for frame in show():
        if window.closed:
            break
        window.show(frame)
    window.close()
