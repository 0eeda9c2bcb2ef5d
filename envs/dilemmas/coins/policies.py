"""How the scripted players of `..policies` play coins: both players' actions from the state, `(num_envs, 2)`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import hash_below
from ...kernels import njit, over_copies, prange
from ..grid_engine.bots import move_towards, way_to
from ..grid_engine.maps import WALL
from ..grid_engine.state import State
from .rules import COIN, OTHERS, PLAYERS

FAR = 10_000


def cooperate(state: State, parameters: Any) -> NDArray[np.int64]:
    """Goes for the nearest coin of its own colour, around the other's."""
    return _actions(state, np.zeros(state.facing.shape, np.bool_))


def defect(state: State, parameters: Any) -> NDArray[np.int64]:
    """Goes for the nearest coin, whosever it is."""
    return _actions(state, np.ones(state.facing.shape, np.bool_))


def tit_for_tat(state: State, parameters: Any) -> NDArray[np.int64]:
    """Cooperates, but defects as long as the other has taken more of this player's coins than it has of the other's: coin for coin."""
    others = state.tally[:, :, OTHERS]
    return _actions(state, others[:, ::-1] > others)


def grim(state: State, parameters: Any) -> NDArray[np.int64]:
    """Cooperates until the other has taken one of this player's coins, and then never again."""
    return _actions(state, state.tally[:, ::-1, OTHERS] > 0)


def _actions(state: State, defects: NDArray[np.bool_]) -> NDArray[np.int64]:
    """What players do that defect or cooperate, `(num_envs, 2)`."""
    copies, height, width = state.cell.shape
    action = np.zeros((copies, PLAYERS), np.int64)
    solid = np.zeros(256, np.bool_)
    solid[WALL] = True
    queue, came = np.zeros((copies, height * width), np.int32), np.zeros(state.cell.shape, np.int16)
    goal, blocked = np.zeros(state.cell.shape, np.bool_), np.zeros(state.cell.shape, np.int8)
    _play(state, np.ascontiguousarray(defects), solid, queue, came, goal, blocked, action)
    return action


@over_copies
def _play(state, defects, solid, queue, came, goal, blocked, action):
    for c in prange(action.shape[0]):
        _play_copy(state, defects[c], solid, queue[c], came[c], goal[c], blocked[c], action[c], np.int64(c))


@njit(cache=True)
def _play_copy(state, defects, solid, queue, came, goal, blocked, action, c):
    cell, occupant = state.cell[c], state.occupant[c]
    height, width = cell.shape
    for i in range(PLAYERS):
        if state.out[c, i] > 0:
            continue
        coins = 0
        for row in range(height):
            for col in range(width):
                coin = cell[row, col] - COIN
                goal[row, col] = coin == i or (coin >= 0 and defects[i])
                blocked[row, col] = 1 if coin >= 0 and not goal[row, col] else occupant[row, col]
                coins += goal[row, col]
        if coins == 0:
            continue
        row, col = int(state.position[c, i, 0]), int(state.position[c, i, 1])
        first = hash_below(state.stream[c], i, state.elapsed[c] % 1024, 4)
        way, _ = way_to(cell, blocked, solid, False, goal, row, col, first, FAR, queue, came)
        action[i] = move_towards(state.facing[c, i], way)
