"""The scripted yardstick of foraging."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.spec import EnvSpec, GroupSpec
from ...kernels import njit
from ..swarmbench.planning import Planner, step_down
from ..swarmbench.state import State
from .rules import LAYOUT, TO_FOOD, TO_NEST, ForagingParameters, Layouts, build_layouts


class Foragers(Planner):
    """Every agent walks the shortest way to the food and back to the nest, and steps aside for those who come the other way."""

    plays = ("swarm/foraging",)

    def __init__(self, message_size: int, layouts: Layouts):
        super().__init__(message_size)
        self._steps = layouts.steps

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, parameters: ForagingParameters) -> "Foragers":
        """Foragers who know the layouts of maps of this size."""
        return cls(parameters.message_size, build_layouts(parameters))

    def _plan(self, world: State, draws: NDArray[np.float32], moves: NDArray[np.int64]) -> None:
        _forage(world, self._steps, draws, moves)


@njit(cache=True)
def _forage(state: Any, steps: Any, draws: Any, moves: Any) -> None:
    copies, n = state.on.shape
    against = np.zeros(n, np.bool_)
    for c in range(copies):
        layout = state.tally[c, LAYOUT]
        for carrying in (False, True):
            for i in range(n):
                against[i] = state.on[c, i] != carrying
            goal = TO_NEST if carrying else TO_FOOD
            for i in range(n):
                if state.on[c, i] == carrying:
                    moves[c, i] = step_down(state, c, i, steps[layout, goal], draws[c, i], against)
