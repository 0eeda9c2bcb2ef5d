"""Scripted players of coins, for `..policies`: functions from the state to actions.

Actions are those of both players, `(num_envs, 2)`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import hash_below
from ...kernels import each_env
from ..grid_engine.bots import first_step_to, move_towards
from ..grid_engine.maps import WALL
from ..grid_engine.state import State
from .config import PLAYERS
from .rules import COIN
from .state import OTHERS

FAR = 10_000


def cooperate(state: State, config: Any) -> NDArray[np.int64]:
    """Go to the nearest coin of the own colour, around the other's."""
    return _actions(state, np.zeros(state.facing.shape, np.bool_))


def defect(state: State, config: Any) -> NDArray[np.int64]:
    """Go to the nearest coin of either colour."""
    return _actions(state, np.ones(state.facing.shape, np.bool_))


def tit_for_tat(state: State, config: Any) -> NDArray[np.int64]:
    """Defect while the other has taken more of this player's coins than this one of the other's."""
    others = state.agent_counters[:, :, OTHERS]
    return _actions(state, others[:, ::-1] > others)


def grim(state: State, config: Any) -> NDArray[np.int64]:
    """Cooperate until the other has taken one of this player's coins, and then never again."""
    return _actions(state, state.agent_counters[:, ::-1, OTHERS] > 0)


def _actions(state: State, defects: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Actions of players that defect or cooperate, `(num_envs, 2)`."""
    num_envs, height, width = state.cell.shape
    action = np.zeros((num_envs, PLAYERS), np.int64)
    solid = np.zeros(256, np.bool_)
    solid[WALL] = True
    queue, came = np.zeros((num_envs, height * width), np.int32), np.zeros(state.cell.shape, np.int16)
    goal, blocked = np.zeros(state.cell.shape, np.bool_), np.zeros(state.cell.shape, np.int8)
    _play(state, np.ascontiguousarray(defects), solid, queue, came, goal, blocked, action)
    return action


@each_env
def _play(state, defects, solid, queue, came, goal, blocked, action, env):
    """Write the actions of both players of the env."""
    cell, occupant, goals = state.cell[env], state.occupant[env], goal[env]
    height, width = cell.shape
    for i in range(PLAYERS):
        if state.out[env, i] > 0:
            continue
        coins = 0
        for row in range(height):
            for col in range(width):
                coin = cell[row, col] - COIN
                goals[row, col] = coin == i or (coin >= 0 and defects[env, i])
                blocked[env, row, col] = 1 if coin >= 0 and not goals[row, col] else occupant[row, col]
                coins += goals[row, col]
        if coins == 0:
            continue
        row, col = int(state.position[env, i, 0]), int(state.position[env, i, 1])
        first = hash_below(state.stream[env], i, state.elapsed[env] % 1024, 4)
        way, _ = first_step_to(cell, blocked[env], solid, False, goals, row, col, first, FAR, queue[env], came[env])
        action[env, i] = move_towards(state.facing[env, i], way)
