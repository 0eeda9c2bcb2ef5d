"""Scripted baseline of foraging."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.spec import EnvSpec, GroupSpec
from ...kernels import njit
from ..swarmbench.planning import Planner, step_down
from ..swarmbench.state import State
from .config import ForagingConfig
from .maps import Layouts, build_layouts
from .rules import LAYOUT, TO_FOOD, TO_NEST


class Foragers(Planner):
    """Agents walk the shortest path to the food and back to the nest.

    They step aside for agents that come the other way.
    """

    plays = ("swarm/foraging",)

    def __init__(self, message_size: int, layouts: Layouts):
        super().__init__(message_size)
        self._steps = layouts.steps

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, config: ForagingConfig) -> "Foragers":
        """Foragers with the layouts of maps of this size."""
        return cls(config.message_size, build_layouts(config.height, config.width))

    def _plan(self, state: State, draws: NDArray[np.float32], moves: NDArray[np.int64]) -> None:
        _forage(state, self._steps, draws, moves)


@njit(cache=True)
def _forage(state: Any, steps: Any, draws: Any, moves: Any) -> None:
    num_envs, n = state.on.shape
    against = np.zeros(n, np.bool_)
    for env in range(num_envs):
        layout = state.env_counters[env, LAYOUT]
        for carrying in (False, True):
            for i in range(n):
                against[i] = state.on[env, i] != carrying
            goal = TO_NEST if carrying else TO_FOOD
            for i in range(n):
                if state.on[env, i] == carrying:
                    moves[env, i] = step_down(state, env, i, steps[layout, goal], draws[env, i], against)
