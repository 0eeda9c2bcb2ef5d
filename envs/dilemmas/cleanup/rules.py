"""Kernels of the clean-up task: apples grow faster in a cleaner river, and not beyond some dirt.

A step has the order: apples grow by the share of dirt after the step before (an agent that stands
there eats at once), one cell of the river may get dirty, agents move and eat, beams, removed agents
come back. Cleaning is simultaneous: both agents have cleaned dirt that two beams reach.
"""

import numpy as np

from ...core.random_streams import below, uniform
from ...kernels import each_env, njit
from ..grid_engine.avatars import begin_agents, come_back, draw_order, end_step, start_step, turn_or_move
from ..grid_engine.beams import action_of, pulls_trigger, shoot_beam
from ..grid_engine.maps import lay_map
from ..grid_engine.sanctions import fire_sanctions, note_opportunities
from ..grid_engine.state import NOBODY
from .maps import APPLE, CLEAN, DIRT, TREE
from .state import ALIVE, CLEANED, CLEANED_NOW, CLEANERS, DIRTY, DIRTY_STEPS, EATEN, FED, WASHED

CLEAN_BEAM = 1


@each_env
def begin(state, k, scratch, cells, river, env):
    """Lay the map, without apples, and place the agents."""
    lay_map(state.cell[env], cells)
    state.env_counters[env, :] = 0
    state.env_counters[env, DIRTY] = river.dirty_at_first
    state.agent_counters[env, :, :] = 0
    state.extra_observation[env, :, :] = 0
    begin_agents(state, k, scratch, env)


@each_env
def advance(state, k, river, scratch, reward, opportunity, sanction, target, env):
    """Advance the env by one step."""
    note_opportunities(state, k, scratch, opportunity, env)
    start_step(state, k, env)
    cell, occupant, position = state.cell[env], state.occupant[env], state.position[env]
    env_counters, agent_counters, out = state.env_counters[env], state.agent_counters[env], state.out[env]
    dirt = share_of_dirt(env_counters[DIRTY], river)
    chance = growth(dirt, river)
    if chance > 0:
        grow_apples(state.stream[env], cell, occupant, river, chance, env_counters, agent_counters, out, reward[env])
    if state.elapsed[env] >= river.dirt_delay and dirt < river.dirt_until:
        env_counters[DIRTY] += get_dirty(state.stream[env], cell, river, env_counters[DIRTY])
    order = scratch.order[env]
    draw_order(state.stream[env], order)
    for turn in range(order.shape[0]):
        i = order[turn]
        if out[i] > 0 or state.frozen[env, i] > 0 or scratch.action[env, i] == 0:
            continue
        moved = turn_or_move(cell, occupant, k.solid, k.torus, position, state.facing[env], i, scratch.action[env, i])
        if moved and cell[position[i, 0], position[i, 1]] == APPLE:
            cell[position[i, 0], position[i, 1]] = TREE
            env_counters[ALIVE] -= 1
            eat(agent_counters, out, river, reward[env], i)
    clean(  # before sanctions: an agent that is removed in this step has cleaned, as in the reference
        cell,
        occupant,
        state.beam[env],
        position,
        state.facing[env],
        state.cooling[env],
        out,
        state.frozen[env],
        scratch.action[env],
        order,
        env_counters,
        agent_counters,
        k,
        scratch.path[env],
        scratch.todo[env],
    )
    fire_sanctions(state, k, scratch, reward, opportunity, sanction, target, env)
    come_back(state, k, scratch, env)
    env_counters[DIRTY_STEPS] += env_counters[DIRTY]
    settle_guilt(agent_counters, state.extra_observation[env], state.guilty[env], river.guilt)
    end_step(state, k, reward, env)


@njit(cache=True)
def share_of_dirt(dirty, river):
    """Share of dirty river, 0 to 1; 0 without a river."""
    cells = river.water.shape[0] + river.streams
    return dirty / cells if cells > 0 else 0.0


@njit(cache=True)
def growth(dirt, river):
    """Probability per step that an apple grows at a tree without one."""
    share = (dirt - river.depletion) / (river.restoration - river.depletion)
    return river.apple_chance * min(share, 1.0)


@njit(cache=True)
def grow_apples(stream, cell, occupant, river, chance, env_counters, agent_counters, out, reward):
    """Let apples grow.

    The number of bare trees before the next that gets one is drawn from its geometric distribution,
    which costs a fraction of a draw for each tree.
    """
    trees = river.tree
    sure = chance >= 1.0
    scale = 0.0 if sure else 1.0 / np.log1p(-chance)
    bare = river.tree.shape[0] - env_counters[ALIVE]
    wait = 0 if sure else _wait(stream, scale, bare)
    for t in range(trees.shape[0]):
        if wait >= bare:
            return
        row, col = trees[t, 0], trees[t, 1]
        if cell[row, col] == APPLE:
            continue
        bare -= 1
        if wait > 0:
            wait -= 1
            continue
        wait = 0 if sure else _wait(stream, scale, bare)
        i = occupant[row, col] - 1
        if i == NOBODY - 1:
            cell[row, col] = APPLE
            env_counters[ALIVE] += 1
        elif river.under_agents:
            eat(agent_counters, out, river, reward, i)


@njit(cache=True)
def _wait(stream, scale, most):
    """Failures before the next success, at most `most`; `scale` is 1 / log(1 - chance)."""
    wait = np.log(1.0 - uniform(stream)) * scale
    return most if wait >= most else int(wait)


@njit(cache=True)
def eat(agent_counters, out, river, reward, i):
    """Count and pay an apple that agent i has eaten."""
    agent_counters[i, EATEN] += 1
    agent_counters[i, FED] = river.guilt + 1  # `settle_guilt` takes one off at the end of this step
    if not river.shared:
        reward[i] += 1.0
        return
    for j in range(reward.shape[0]):
        if out[j] == 0:
            reward[j] += 1.0


@njit(cache=True)
def get_dirty(stream, cell, river, dirty):
    """Make one clean cell of the river dirty by chance; return the number of cells, 0 or 1."""
    clear = river.water.shape[0] - dirty
    if clear == 0:
        return 0
    chance = river.dirt_chance
    if river.dirt_retries:
        chance = 1.0 - (1.0 - chance) ** clear
    if uniform(stream) >= chance:
        return 0
    while True:
        w = below(stream, river.water.shape[0])
        row, col = river.water[w, 0], river.water[w, 1]
        if cell[row, col] == CLEAN:
            cell[row, col] = DIRT
            return 1


@njit(cache=True)
def clean(
    cell,
    occupant,
    beam,
    position,
    facing,
    cooling,
    out,
    frozen,
    action,
    order,
    env_counters,
    agent_counters,
    k,
    path,
    todo,
):
    """Shoot all cleaning beams of a step; dirt that they hit is clean once all have shot."""
    b, width, todos = CLEAN_BEAM, cell.shape[1], 0
    wanted = action_of(k, b)
    for turn in range(order.shape[0]):
        i = order[turn]
        agent_counters[i, CLEANED_NOW] = 0
        asked = 0 if frozen[i] > 0 else action[i]
        if not pulls_trigger(cooling[i], out[i], asked, wanted, b, k.cooldown[b]):
            continue
        for p in range(shoot_beam(cell, occupant, beam, position[i], facing[i], k, b, path)):
            if cell[path[p, 0], path[p, 1]] == DIRT:
                agent_counters[i, CLEANED_NOW] += 1
                todo[todos] = path[p, 0] * width + path[p, 1]
                todos += 1
    for t in range(todos):
        row, col = todo[t] // width, todo[t] % width
        if cell[row, col] == DIRT:
            cell[row, col] = CLEAN
            env_counters[DIRTY] -= 1


@njit(cache=True)
def settle_guilt(agent_counters, extra, guilty, guilt):
    """Count agents that cleaned, show each the number of others, and set guilt."""
    cleaners = 0
    for i in range(agent_counters.shape[0]):
        if agent_counters[i, CLEANED_NOW] > 0:
            cleaners += 1
            agent_counters[i, CLEANED] += agent_counters[i, CLEANED_NOW]
            agent_counters[i, WASHED] = guilt + 1
        agent_counters[i, FED] = max(agent_counters[i, FED] - 1, 0)
        agent_counters[i, WASHED] = max(agent_counters[i, WASHED] - 1, 0)
        guilty[i] = agent_counters[i, FED] > 0 and agent_counters[i, WASHED] == 0
    for i in range(agent_counters.shape[0]):
        extra[i, CLEANERS] = cleaners - (agent_counters[i, CLEANED_NOW] > 0)
