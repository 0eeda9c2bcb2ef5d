"""Kernels of foraging: beginnings, steps and rewards."""

from ...core.random_streams import below
from ...kernels import each_env, njit
from ..swarmbench.messages import speak
from ..swarmbench.pushing import COLUMN, ROW, push
from ..swarmbench.rewards import pay, set_origin
from ..swarmbench.state import clear_map, put_static, show, spread_agents
from ..swarmbench.symbols import AGENT, AGENT_OFF, FOOD, NEST
from .maps import LAYOUTS

LAYOUT, PICKED = 0, 1
"""Indices of `State.env_counters`: the layout of the map, and pieces of food picked up."""
TO_FOOD, TO_NEST = 0, 1


@each_env
def begin(state, k, layouts, env):
    """Begin an episode: a layout, each equally likely, and the agents anywhere on free cells."""
    height, width = state.occupant.shape[1:]
    layout = below(state.stream[env], LAYOUTS)
    clear_map(state, k, env)
    state.env_counters[env, LAYOUT] = layout
    for r in range(height):
        for q in range(width):
            put_static(state, k, env, r, q, layouts.ground[layout, r, q])
    spread_agents(state, k, env, 1, height - 2, 1, width - 2, AGENT_OFF)
    for i in range(state.on.shape[1]):
        state.on[env, i] = False
    set_origins(state, layouts, env)


@njit(cache=True)
def set_origins(state, layouts, env):
    """Note the potentials of the agents at the beginning."""
    for i in range(state.on.shape[1]):
        set_origin(state, env, i, potential(state, layouts, env, i))


@njit(cache=True, inline="always")
def potential(state, layouts, env, i):
    """Progress of agent i: 0 farthest from the food, 1/2 beside it, 1 beside the nest with food."""
    r, q = state.position[env, i, 0], state.position[env, i, 1]
    layout = state.env_counters[env, LAYOUT]
    if state.on[env, i]:
        return 0.5 + 0.5 * layouts.nearness[layout, TO_NEST, r, q]
    return 0.5 * layouts.nearness[layout, TO_FOOD, r, q]


@each_env
def advance(state, k, layouts, scratch, reward, env):
    """Advance an env: agents beside food take a piece, those beside the nest leave theirs."""
    n = state.on.shape[1]
    push(state, k, scratch, env)
    before = state.score[env]
    for i in range(n):
        if _beside(state, k, env, i, FOOD) and not state.on[env, i]:
            state.on[env, i] = True
            state.env_counters[env, PICKED] += 1
            show(state, k, env, i, AGENT)
        if state.on[env, i] and _beside(state, k, env, i, NEST):
            state.on[env, i] = False
            state.score[env] += 1
            show(state, k, env, i, AGENT_OFF)
    for i in range(n):
        pay(state, k, reward, env, i, state.score[env] - before, potential(state, layouts, env, i))
    speak(state, scratch, env)


@njit(cache=True, inline="always")
def _beside(state, k, env, i, symbol):
    r, q = state.position[env, i, 0] + k.radius, state.position[env, i, 1] + k.radius
    found = False
    for d in range(4):
        found |= state.symbol[env, r + ROW[d], q + COLUMN[d]] == symbol
    return found
