"""Kernels of flocking: beginnings, steps and rewards."""

import numpy as np
from numpy.typing import NDArray

from ...kernels import each_env, njit
from ..swarmbench.messages import speak
from ..swarmbench.pushing import push
from ..swarmbench.rewards import pay, set_origin
from ..swarmbench.state import clear_map, spread_agents
from ..swarmbench.symbols import AGENT
from .cost import formation_cost

INITIAL, COST, BEST, ROW, COLUMN = range(5)
"""Indices of `State.env_counters`: the cost at the beginning, now, and at its lowest; row and
column of the cheapest formation now."""
COUNTERS = 5


def hollow_square(side: int) -> NDArray[np.int32]:
    """Border of a square, `(4 * side - 4, 2)` row, column, ordered by rows; `side` is 2 or more."""
    cells = np.argwhere(np.ones((side, side), np.bool_)).astype(np.int32)
    return cells[((cells == 0) | (cells == side - 1)).any(axis=1)]


@each_env
def begin(state, k, formation, side, w, env):
    """Begin an episode: agents anywhere between the walls, but not in formation already."""
    height, width = state.occupant.shape[1:]
    state.env_counters[env, INITIAL] = 0
    while state.env_counters[env, INITIAL] == 0:
        clear_map(state, k, env)
        spread_agents(state, k, env, 1, height - 2, 1, width - 2, AGENT)
        begin_measuring(state, formation, side, w, env)


@njit(cache=True)
def begin_measuring(state, formation, side, w, env):
    """Take the present cells of the agents as those at the beginning."""
    cost = _measure(state, formation, side, w, env)
    state.env_counters[env, INITIAL] = cost
    state.env_counters[env, BEST] = cost
    for i in range(state.on.shape[1]):
        set_origin(state, env, i, 0.0)


@each_env
def advance(state, k, scratch, formation, side, w, reward, env):
    """Move the agents of an env, measure the cost anew, and pay the fall of the lowest cost.

    The potential is the lowest cost less the present one. With a weight of 1 a step pays the fall
    of the cost, or takes its rise, and the end gives back the rise since the lowest cost.
    """
    push(state, k, scratch, env)
    counters = state.env_counters[env]
    cost, before = _measure(state, formation, side, w, env), counters[BEST]
    counters[BEST] = min(before, cost)
    state.score[env] = counters[INITIAL] - counters[BEST]
    state.finished[env] = cost == 0
    for i in range(state.on.shape[1]):
        pay(state, k, reward, env, i, np.float64(before - counters[BEST]), np.float64(counters[BEST] - cost))
    speak(state, scratch, env)


@njit(cache=True)
def _measure(state, formation, side, w, env):
    """Note cost and place of the cheapest formation. Returns the cost."""
    cost, row, column = formation_cost(state.position, formation, side, w, env)
    state.env_counters[env, COST] = cost
    state.env_counters[env, ROW] = row
    state.env_counters[env, COLUMN] = column
    return state.env_counters[env, COST]
