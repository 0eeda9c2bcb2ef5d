"""Films of episodes: the states of one env while it is played, or its pictures."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..envs.core.env import BatchEnv
from ..envs.core.timestep import TimeStep
from ..envs.errors import BadParameter
from ..envs.tools.recording import Recording, frames

MOST_FRAMES = 256
"""Frames of a film made by `watch`."""


class Film:
    """Film of one env of `env`, taken while it is played.

    States are kept, and drawn in the end by an environment of their own. Where a state does not
    hold everything, as with a bridged environment, pictures are kept.

    Args:
        env_index: the env.
        drawing: options of the environment's `draw`, such as `follow`.
    """

    def __init__(self, env: BatchEnv[Any], env_index: int = 0, **drawing: Any):
        self._env, self._index, self._drawing = env, env_index, drawing
        self._recording = Recording.of(env) if env.spec.resumable else None
        self._drawn: list[NDArray[np.uint8]] = []

    def __len__(self) -> int:
        return len(self._drawn) if self._recording is None else len(self._recording)

    def add(self) -> None:
        """Add the present state. Raises BadParameter if it has to be drawn and cannot be."""
        if self._recording is None:
            self._drawn.append(self.draw())
        else:
            self._recording.add(self._env, self._index)

    def watch(self, step: TimeStep, running: NDArray[np.bool_]) -> None:
        """Add the state after a step of an evaluation, up to the end of the episode.

        Further states than `MOST_FRAMES` are left out.
        """
        if running[self._index] and len(self) < MOST_FRAMES:
            self.add()

    def draw(self) -> NDArray[np.uint8]:
        """Draw the present state. Raises BadParameter if that is impossible."""
        try:
            return self._env.draw(self._index, **self._drawing)
        except NotImplementedError as error:
            raise BadParameter(str(error)) from error
        except TypeError as error:
            if "follow" not in str(error):
                raise
            raise BadParameter(
                f"the picture of '{self._env.spec.id}' cannot follow an agent; leave --follow out"
            ) from error

    def frames(self) -> Iterator[NDArray[np.uint8]]:
        """Pictures in order, each `(height, width, 3)`; they can be asked for several times."""
        return iter(self._drawn) if self._recording is None else frames(self._recording, **self._drawing)
