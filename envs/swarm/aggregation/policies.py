"""The scripted yardstick of aggregation."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.scripted_policy import ScriptedPolicy
from ...core.spec import EnvSpec, GroupSpec
from .rules import AggregationParameters, State


class Gather(ScriptedPolicy):
    """Every agent heads for the middle of the box from where it believes to be, at full speed, and stops there.

    Nobody can see where the others are, so they meet where the way is shortest; from then on only the noise of one step's movement
    and view keeps them apart. It uses what agents see and no more. (The paper's optimum u = -y / |y| but for the last step, which
    is as long as it has to be.)
    """

    plays = ("swarm/aggregation",)

    def __init__(self, speed: float):
        """`speed` is the environment's: within that distance an agent steps right onto the middle."""
        self._speed = speed

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, parameters: AggregationParameters) -> "Gather":
        """The rule for a task with these parameters."""
        return cls(parameters.speed)

    def act(self, world: State, generator: Any = None) -> NDArray[np.float32]:
        """The velocities of all agents, `(num_envs, n, 2)`."""
        seen = world.position + world.error
        distance = np.hypot(seen[..., :1], seen[..., 1:])
        return (-seen / np.maximum(distance, max(self._speed, 1e-12))).clip(-1, 1).astype(np.float32)
