"""Kernels of synchronization: beginnings, steps and rewards."""

import numpy as np

from ...core.random_streams import below
from ...kernels import each_env, njit
from ..swarmbench.messages import speak
from ..swarmbench.pushing import push
from ..swarmbench.rewards import pay, set_origin
from ..swarmbench.state import clear_map, show, spread_agents
from ..swarmbench.symbols import AGENT, AGENT_OFF

SWITCH = 5
"""The move behind the five that all tasks have."""
LAST, SCORED = 0, 1
"""Indices of `State.env_counters`: the common state scored last (1 all on, 0 all off, UNSET none
yet), and 1 if the last step scored."""
COUNTERS = 2
UNSET = -1
WORTH = 0.5
"""Potential of full agreement, in points."""


@each_env
def begin(state, k, env):
    """Begin an episode: agents anywhere between the walls, each light on with probability 1/2."""
    height, width = state.occupant.shape[1:]
    clear_map(state, k, env)
    spread_agents(state, k, env, 1, height - 2, 1, width - 2, AGENT)
    state.env_counters[env, LAST] = UNSET
    for i in range(state.on.shape[1]):
        state.on[env, i] = below(state.stream[env], 2) == 1
        show(state, k, env, i, AGENT if state.on[env, i] else AGENT_OFF)
    potential = WORTH * agreement(state, env)
    for i in range(state.on.shape[1]):
        set_origin(state, env, i, potential)


@each_env
def advance(state, k, scratch, reward, env):
    """Move the agents of an env, switch lights, score a new common state, and pay."""
    push(state, k, scratch, env)
    n = state.on.shape[1]
    for i in range(n):
        if scratch.move[env, i] == SWITCH:
            state.on[env, i] = not state.on[env, i]
            show(state, k, env, i, AGENT if state.on[env, i] else AGENT_OFF)
    lit = count_lit(state, env)
    common = 1 if lit == n else 0 if lit == 0 else UNSET
    scored = common != UNSET and common != state.env_counters[env, LAST]
    if scored:
        state.env_counters[env, LAST] = common
        state.score[env] += 1
    state.env_counters[env, SCORED] = scored
    potential = WORTH * agreement(state, env)
    for i in range(n):
        pay(state, k, reward, env, i, np.float64(scored), potential)
    speak(state, scratch, env)


@njit(cache=True)
def count_lit(state, env):
    """Number of lights that are on."""
    lit = 0
    for i in range(state.on.shape[1]):
        lit += state.on[env, i]
    return lit


@njit(cache=True)
def agreement(state, env):
    """Share of lights that are as the next point wants them, or of the majority before a point."""
    share = count_lit(state, env) / state.on.shape[1]
    if state.env_counters[env, LAST] == UNSET:
        return max(share, 1.0 - share)
    return 1.0 - share if state.env_counters[env, LAST] == 1 else share
