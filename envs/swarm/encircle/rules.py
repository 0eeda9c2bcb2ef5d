"""Kernels of encircle: beginnings, steps and rewards."""

import numpy as np

from ...core.random_streams import below
from ...kernels import each_env, njit
from ..swarmbench.messages import speak
from ..swarmbench.pushing import push
from ..swarmbench.rewards import pay, set_origin
from ..swarmbench.state import FREE, GONE, clear_map, put_body, spread_agents
from ..swarmbench.symbols import AGENT, PREY
from .prey import LOOK, come_back, flee, is_caught

CAUGHT_ROW, CAUGHT_COLUMN, FIRST = range(3)
"""Indices of `State.env_counters`: row and column where the last step caught a prey (row GONE if it
did not), and the steps until the first catch, or 0."""
COUNTERS = 3
WORTH = 0.5
"""Potential of a surrounded prey, in points."""


@each_env
def begin(state, k, last_row, last_column, env):
    """Begin an episode: the prey in the lower right quarter, the agents in the upper left one."""
    height, width = state.occupant.shape[1:]
    clear_map(state, k, env)
    top, left = height // 2 + 1, width // 2 + 1
    row, column = top + below(state.stream[env], height - 1 - top), left + below(state.stream[env], width - 1 - left)
    put_body(state, k, env, state.on.shape[1], row, column, PREY)
    spread_agents(state, k, env, 1, last_row, 1, last_column, AGENT)
    state.env_counters[env, CAUGHT_ROW] = GONE
    potential = WORTH * closeness(state, env)
    for i in range(state.on.shape[1]):
        set_origin(state, env, i, potential)


@each_env
def advance(state, k, scratch, reward, env):
    """Move the agents of an env, then catch the prey or let it flee, and pay."""
    push(state, k, scratch, env)
    n = state.on.shape[1]
    caught = is_caught(state, env)
    state.env_counters[env, CAUGHT_ROW] = GONE
    if caught:
        state.score[env] += 1
        state.env_counters[env, CAUGHT_ROW] = state.position[env, n, 0]
        state.env_counters[env, CAUGHT_COLUMN] = state.position[env, n, 1]
        if state.env_counters[env, FIRST] == 0:
            state.env_counters[env, FIRST] = state.elapsed[env] + 1
        come_back(state, k, env)
    else:
        flee(state, k, env)
    potential = WORTH * closeness(state, env)
    for i in range(n):
        pay(state, k, reward, env, i, np.float64(caught), potential)
    speak(state, scratch, env)


@njit(cache=True)
def closeness(state, env):
    """Mean over cells beside the prey of 1 if taken, else 1 / (1 + steps of the nearest agent)."""
    n = state.on.shape[1]
    total = 0.0
    for m in range(4):
        r, q = state.position[env, n, 0] + LOOK[m, 0], state.position[env, n, 1] + LOOK[m, 1]
        nearest = 0
        if state.occupant[env, r, q] == FREE:
            nearest = state.occupant.shape[1] + state.occupant.shape[2]
            for i in range(n):
                nearest = min(nearest, abs(state.position[env, i, 0] - r) + abs(state.position[env, i, 1] - q))
        total += 1.0 / (1.0 + nearest)
    return total / 4
