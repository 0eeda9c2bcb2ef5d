"""Scripted baseline of the checkers task."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.scripted_policy import ScriptedPolicy
from ...grid.search import UNREACHABLE, distances_to
from ...kernels import njit
from ..corridor import MOVES, STAY
from .rules import APPLE, COLUMNS, LEMON, PLAIN, ROWS, SENSITIVE
from .state import State


class ClearTheWay(ScriptedPolicy):
    """The plain agent goes to the nearest lemon, the sensitive one to the nearest apple.

    The plain agent spares apples, the sensitive one lemons. Each follows shortest paths around the
    other agent and the food that it spares; an agent without a path waits. All apples go to the
    agent to which they are worth most. The policy eats more lemons than needed: its return is good,
    but not optimal.
    """

    plays = ("games/checkers",)

    def act(self, world: State, generator: Any = None) -> NDArray[np.int64]:
        """The actions of both agents, `(num_envs, 2)`."""
        action = np.full(world.bite.shape, STAY, np.int64)
        ringed = (ROWS + 2, COLUMNS + 2)
        obstacle, distance = np.zeros(ringed, np.uint8), np.zeros(ringed, np.int32)
        queue = np.zeros(obstacle.size, np.int32)
        for env in range(len(action)):
            food, cell = world.food[env], world.cell[env]
            for agent, wanted, spared in ((SENSITIVE, APPLE, LEMON), (PLAIN, LEMON, APPLE)):
                action[env, agent] = _step(food, cell, agent, wanted, spared, obstacle, distance, queue)
        return action


@njit(cache=True)
def _step(food, cell, agent, wanted, spared, obstacle, distance, queue):
    """First move of an agent's shortest path to the nearest `wanted` food, or STAY.

    The last three arguments are work space.
    """
    obstacle[:] = 1
    for row in range(ROWS):
        for column in range(COLUMNS):
            obstacle[row + 1, column + 1] = food[row, column] == spared
    other = 1 - agent
    obstacle[cell[other, 0] + 1, cell[other, 1] + 1] = 1
    distances_to(obstacle, cell[agent, 0] + 1, cell[agent, 1] + 1, distance, queue)
    target, nearest = (0, 0), UNREACHABLE
    for column in range(COLUMNS - 1, -1, -1):  # of equally near ones the rightmost
        for row in range(ROWS):
            if food[row, column] == wanted and distance[row + 1, column + 1] < nearest:
                target, nearest = (row + 1, column + 1), distance[row + 1, column + 1]
    if nearest == UNREACHABLE:
        return STAY
    distances_to(obstacle, target[0], target[1], distance, queue)
    row, column = cell[agent, 0] + 1, cell[agent, 1] + 1
    for move in range(STAY):
        if distance[row + MOVES[move, 0], column + MOVES[move, 1]] < distance[row, column]:
            return move
    return STAY
