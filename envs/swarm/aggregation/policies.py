"""Scripted baseline of aggregation."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.scripted_policy import ScriptedPolicy
from ...core.spec import EnvSpec, GroupSpec
from .config import AggregationConfig
from .state import State


class Gather(ScriptedPolicy):
    """Agents head for the middle of the box by their observations, at full speed, and stop there.

    No agent can see the others, so they meet where paths are shortest; from then on only the noise
    of one step's movement and observation keeps them apart. The policy reads observations alone.
    (The paper's optimum u = -y / |y| but for the last step, which is as long as it has to be.)
    """

    plays = ("swarm/aggregation",)

    def __init__(self, speed: float):
        """`speed` is that of the config; from within it an agent steps right onto the middle."""
        self._speed = speed

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, config: AggregationConfig) -> "Gather":
        """The policy for a task with this config."""
        return cls(config.speed)

    def act(self, world: State, generator: Any = None) -> NDArray[np.float32]:
        """Velocities of all agents, `(num_envs, n, 2)`."""
        seen = world.position + world.error
        distance = np.hypot(seen[..., :1], seen[..., 1:])
        return (-seen / np.maximum(distance, max(self._speed, 1e-12))).clip(-1, 1).astype(np.float32)
