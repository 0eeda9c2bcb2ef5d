"""Kernels of transport: beginnings, steps and rewards."""

import numpy as np

from ...core.random_streams import below
from ...kernels import each_env, njit
from ..swarmbench.messages import speak
from ..swarmbench.pushing import COLUMN, ROW, push
from ..swarmbench.rewards import pay_up_to, set_origin
from ..swarmbench.state import BOXED, FREE, GONE, STATIC, clear_map, put_box, put_static, spread_agents
from ..swarmbench.symbols import AGENT, EMPTY
from .maps import GAP, PHASES, TEMPLATES

PROGRESS, ESCAPED = 0, 1
"""Indices of `State.env_counters`: moves of the box so far, and agents that have left."""
GAINED = np.array([0.0, 0.4, 0.475, 0.55, 0.625])
"""Shaping by the moves of the box so far. The first is worth more than the nearness that its agents
lose, who then stand on the wrong side."""
NEARNESS = 0.15
"""Shaping for standing where the box is pushed next."""
PRESSING = 0.15
"""Shaping for having just pushed at it, alone or behind others, whether or not it moved."""


@each_env
def begin(state, k, layouts, env):
    """Begin an episode: a template, each equally likely, and the agents anywhere inside."""
    height, width = state.occupant.shape[1:]
    template = below(state.stream[env], TEMPLATES)
    clear_map(state, k, env)
    for cell in range(GAP):
        put_static(state, k, env, layouts.gap[template, cell, 0], layouts.gap[template, cell, 1], EMPTY)
    put_box(state, k, env, template, layouts.corner[template, 0], layouts.corner[template, 1])
    spread_agents(state, k, env, 1, height - 2, 1, width - 2, AGENT)
    set_origins(state, layouts, env)


@njit(cache=True)
def set_origins(state, layouts, env):
    """Note the potentials of the agents at the beginning."""
    for i in range(state.on.shape[1]):
        near = layouts.nearness[state.box[env, 0], 0, state.position[env, i, 0], state.position[env, i, 1]]
        set_origin(state, env, i, NEARNESS * near)


@each_env
def advance(state, k, layouts, scratch, reward, env):
    """Advance an env; an agent that leaves is paid the share of the episode that is left."""
    n = state.on.shape[1]
    template = state.box[env, 0]
    for i in range(n):
        scratch.before[env, i] = state.position[env, i, 0] != GONE
    push(state, k, scratch, env)
    progress = PHASES
    if state.box[env, 0] != GONE:
        progress = abs(state.box[env, 1] - layouts.corner[template, 0]) + abs(
            state.box[env, 2] - layouts.corner[template, 1]
        )
    state.env_counters[env, PROGRESS] = progress
    worth = (k.horizon - state.elapsed[env]) / k.horizon
    for i in range(n):
        if not scratch.before[env, i]:
            continue
        r, q = state.position[env, i, 0], state.position[env, i, 1]
        gained = 0.0
        if r == GONE:
            state.env_counters[env, ESCAPED] += 1
            state.score[env] += worth
            gained = worth
        total = 1.0
        if progress < PHASES:
            total = GAINED[progress] + NEARNESS * layouts.nearness[template, progress, r, q] - state.origin[env, i]
            total += PRESSING * _presses(state, layouts.way[template, progress], env, i)
        pay_up_to(state, k, reward, env, i, gained, total)
    state.finished[env] = state.env_counters[env, ESCAPED] == n
    speak(state, scratch, env)


@njit(cache=True, inline="always")
def _presses(state, d, env, i):
    """True if agent i has just acted in direction d at the box, directly or through a row."""
    r, q = np.int64(state.position[env, i, 0]), np.int64(state.position[env, i, 1])
    ahead = 1 if state.moved[env, i] == d else STATIC
    while ahead > 0:
        r, q = r + ROW[d], q + COLUMN[d]
        inside = 0 <= r < state.occupant.shape[1] and 0 <= q < state.occupant.shape[2]
        ahead = np.int64(state.occupant[env, r, q]) if inside else FREE
    return ahead == BOXED
