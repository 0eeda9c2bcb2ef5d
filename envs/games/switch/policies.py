"""Scripted baseline of the switch task."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.scripted_policy import ScriptedPolicy
from ..corridor import DOWN, LEFT, RIGHT, STAY, UP
from .rules import COLUMNS, CORRIDOR, GOALS
from .state import State

MIDDLE = 1


class TakeTurns(ScriptedPolicy):
    """Agents from the left go first, along shortest paths; those from the right wait for them.

    Episodes are played from their start. With two agents the return is optimal.
    """

    plays = ("games/switch",)

    def act(self, world: State, generator: Any = None) -> NDArray[np.int64]:
        """The actions of all agents, `(num_envs, n)`. Agents that have arrived stay."""
        row, column = world.cell[:, :, 0], world.cell[:, :, 1]
        goal = GOALS[: row.shape[1]]
        rightward = goal[:, 1] == COLUMNS - 1
        far_side = np.where(rightward, column > CORRIDOR[1], column < CORRIDOR[0])
        to_middle = np.where(row < MIDDLE, DOWN, UP)
        along = np.where(rightward, RIGHT, LEFT)
        # In the far room first along the middle row to the end, past the agents that wait there.
        action = np.where(~far_side & (row != MIDDLE), to_middle, along)
        action = np.where(column == goal[:, 1], np.where(row < goal[:, 0], DOWN, UP), action)
        waits = ~rightward & (rightward & (column <= CORRIDOR[1])).any(axis=1, keepdims=True)
        return np.where(waits | (world.arrived > 0), STAY, action)
