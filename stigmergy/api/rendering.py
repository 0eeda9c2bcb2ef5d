"""Rendering of an episode to frames, and to a GIF, MP4 or PNG."""

import base64
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stigmergy.algorithms.core.learner import Learner
from stigmergy.api.configs import override_task
from stigmergy.api.evaluation import baseline
from stigmergy.cli.given_code import load_given_code
from stigmergy.cli.output_paths import check_file
from stigmergy.envs.core.env import BatchEnv
from stigmergy.envs.core.system_memory import check_memory
from stigmergy.envs.core.validation import check_within
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.make import is_bridged
from stigmergy.envs.rendering.video import write_video
from stigmergy.envs.tools.play import play
from stigmergy.training.evaluation import Players
from stigmergy.training.experiment import Experiment, build_experiment
from stigmergy.training.film import Film
from stigmergy.training.runs.restore import open_run, restore_learners
from stigmergy.training.runs.run import Run
from stigmergy.training.trainer import build_learners

ENDINGS = (".gif", ".mp4", ".png")
SMALLEST_PICTURE = 3 * 64 * 64
"""Bytes of the smallest picture; pictures are kept if states cannot be."""
Warn = Callable[[str], None]


class Rendering:
    """Frames of an episode, drawn when they are asked for; a notebook shows them as a GIF.

    Attributes:
        fps: steps shown in a second.
    """

    def __init__(self, film: Film, fps: float):
        self.fps = fps
        self._film = film

    def __len__(self) -> int:
        return len(self._film)

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        """Frames `(height, width, 3)` uint8, in order."""
        return self._film.frames()

    def __repr__(self) -> str:
        return f"Rendering({len(self)} frames at {self.fps:g} per second)"

    def _repr_html_(self) -> str:
        with tempfile.TemporaryDirectory() as folder:
            file = self.write(Path(folder) / "episode.gif")
            content = base64.b64encode(file.read_bytes()).decode()
        return f'<img alt="{self!r}" src="data:image/gif;base64,{content}">'

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write a `.gif`, an `.mp4`, or a `.png`, which is a contact sheet; return the path.

        Raises:
            BadParameter: another ending, or a folder that is not there.
        """
        check_file("output", os.fspath(path), ENDINGS)
        write_video(Path(path), self, self.fps)
        return Path(path)


def render(
    run: str | os.PathLike[str] | None = None,
    output: str | os.PathLike[str] | None = None,
    *,
    environment: str | None = None,
    algorithm: str | Sequence[str] = "random",
    overrides: Mapping[str, Any] | None = None,
    steps: int = 256,
    seed: int = 1,
    fps: float = 8.0,
    follow: int | None = None,
    greedy: bool = False,
    checkpoint: str = "last",
    plugins: Sequence[str] = (),
    trust: bool = False,
) -> Rendering:
    """Play an episode and draw it, as `stigmergy render` does.

    Args:
        run: the run folder; left out, `environment` is played by `algorithm`.
        output: a file ending in .gif, .mp4 or .png to write; left out, none is written.
        environment: with a run, another environment to play in.
        algorithm: without a run, policies that need no training; of several each plays the groups
            that it can, and `prey=flee` names one.
        overrides: dotted keys of the environment, such as `task.num_agents`, to their values.
        steps: steps to show, fewer if the episode ends before.
        seed: seed of the episode.
        fps: steps shown in a second.
        follow: number of an agent to put in the foreground, where the picture can.
        greedy: take the most likely actions instead of drawing them.
        checkpoint: `last`, or `best` by evaluation.
        plugins, trust: as for `stigmergy.resume`.

    Raises:
        UserError: there is no such run or environment, the policy does not fit, or a value is not
            allowed.
    """
    check_within("steps", steps, 1)
    if not fps > 0:
        raise BadParameter(f"fps is {fps}; allowed is a number above 0")
    if output is not None:
        check_file("output", os.fspath(output), ENDINGS)
    given = load_given_code([*(["--plugin", *plugins] if plugins else []), *filter(None, ["--", environment])])
    opened, trained = (None, None) if run is None else open_run(os.fspath(run), trust, given)
    experiment = played(trained, environment)
    if experiment is None:
        raise BadParameter("there is nothing to play; give a run folder, or an environment and an algorithm")
    experiment = override_task(experiment, overrides or {})
    names = [algorithm] if isinstance(algorithm, str) else algorithm
    env = experiment.make_env(1)
    learners = players(opened, trained, experiment, env, names, seed, checkpoint, warnings.warn)
    rendering = Rendering(record(env, learners, steps, seed, greedy, follow), fps)
    if output is not None:
        rendering.write(output)
    return rendering


def played(trained: Experiment | None, environment: str | None) -> Experiment | None:
    """Experiment to play: that of a run, in `environment` if that is given; None without both."""
    if trained:
        return trained.elsewhere(environment) if environment else trained
    return build_experiment({"environment": environment, "algorithm": "random"}) if environment else None


def players(
    run: Run | None,
    trained: Experiment | None,
    experiment: Experiment,
    env: BatchEnv[Any],
    algorithms: Sequence[str],
    seed: int,
    checkpoint: str,
    warn: Warn,
) -> dict[str, Learner]:
    """Load the players: those of the run, or without one `algorithms`.

    Raises:
        UserError: they cannot play.
    """
    if run and trained:
        learners, sentences = restore_learners(run, trained, env, checkpoint)
        for sentence in sentences:
            warn(sentence)
        return learners
    learners = build_learners(experiment, env, seed)
    for name in algorithms:
        learners |= baseline(experiment, env, name, seed, warn)
    return learners


def record(
    env: BatchEnv[Any], learners: Mapping[str, Learner], steps: int, seed: int, greedy: bool, follow: int | None
) -> Film:
    """Play an episode once and keep what its frames are drawn from.

    Raises:
        BadParameter: the environment cannot be drawn, cannot follow an agent, or so many steps do
            not fit in memory.
    """
    if follow is not None and is_bridged(env.spec.id):
        raise BadParameter(f"'{env.spec.id}' draws its own pictures, which follow no agent; leave follow out")
    _check_length(env, steps)
    for learner in learners.values():
        learner.reseed(seed)
    acting = Players(env, learners, greedy)
    film = Film(env, **({} if follow is None else {"follow": follow}))
    for step in islice(play(env, acting.act, seed), steps + 1):
        film.add()
        if step.last[0]:
            break
    # An environment without a picture thus fails before a file is begun.
    film.draw()
    return film


def _check_length(env: BatchEnv[Any], steps: int) -> None:
    """Raise BadParameter if the states of so many steps do not fit in memory.

    The episode may end earlier.
    """
    shown = min(steps, env.spec.horizon or steps) + 1
    size = sum(field.nbytes for field in env.state) if env.spec.resumable else SMALLEST_PICTURE
    check_memory(f"a recording of {shown:,} steps", shown * size, "fewer steps need less")
