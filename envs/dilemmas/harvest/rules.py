"""Kernels of the commons: apples grow again faster among others, and never where none is left.

Changes of cells: an APPLE that is eaten leaves FRESH. At the beginning of the next step, and of
every later one, its bare cell records the number of live apples around it (BARE + that number). In
the step after that an apple may appear there with the probability of the recorded number. So, as in
Melting Pot, an apple is back two steps after it was eaten at the earliest. New apples appear after
moves and beams. `State.age` is the number of live apples around each site; it is updated whenever
one appears or goes.
"""

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import below, uniform
from ...kernels import each_env, njit
from ..grid_engine.avatars import begin_agents, come_back, draw_order, end_step, start_step, turn_or_move
from ..grid_engine.maps import FLOOR, WALL, lay_map
from ..grid_engine.sanctions import fire_sanctions, note_opportunities
from ..grid_engine.state import NOBODY
from .state import ALIVE, ALIVE_STEPS, EATEN, GREEDY, GUILT

APPLE, TILE, FRESH, BARE = 2, 3, 4, 5
"""Codes of cells.

BARE + k is a bare site with k live apples around it when the last step began, where k is at most
the number of chances less 1.
"""
LEGEND = {"#": WALL, " ": FLOOR, "P": FLOOR, "Q": FLOOR, "A": APPLE, "T": TILE}


def find_near(sites: NDArray[np.int16], radius: float) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Sites within `radius` of each of `sites` (sites, 2).

    Returns:
        Rows and columns `(sites, neighbours, 2)`, and the number of neighbours `(sites,)`.
    """
    apart = ((sites[:, None, :].astype(np.int64) - sites[None, :, :]) ** 2).sum(axis=2)
    close = (apart <= radius * radius + 1e-9) & (apart > 0)
    nears = close.sum(axis=1).astype(np.int16)
    near = np.zeros((len(sites), max(int(nears.max(initial=0)), 1), 2), np.int16)
    for s in range(len(sites)):
        near[s, : nears[s]] = sites[close[s]]
    return near, nears


@each_env
def begin(state, k, scratch, cells, orchard, env):
    """Lay the map with all its apples and place the agents."""
    lay_map(state.cell[env], cells)
    for s in range(orchard.site.shape[0]):
        state.age[env, orchard.site[s, 0], orchard.site[s, 1]] = orchard.nears[s]
    state.env_counters[env, ALIVE], state.env_counters[env, ALIVE_STEPS] = orchard.site.shape[0], 0
    state.agent_counters[env, :, :] = 0
    begin_agents(state, k, scratch, env)
    inside = orchard.inside.shape[0]
    if inside > 0:
        first = below(state.stream[env], inside)
        for i in range(min(inside, state.facing.shape[1])):
            row, col = orchard.inside[(first + i) % inside]
            state.occupant[env, state.position[env, i, 0], state.position[env, i, 1]] = NOBODY
            state.position[env, i, 0], state.position[env, i, 1] = row, col
            state.occupant[env, row, col] = i + 1


@each_env
def advance(state, k, orchard, scratch, sprouts, reward, opportunity, sanction, target, env):
    """Advance the env by one step."""
    note_opportunities(state, k, scratch, opportunity, env)
    start_step(state, k, env)
    cell, age, env_counters, agent_counters = (
        state.cell[env],
        state.age[env],
        state.env_counters[env],
        state.agent_counters[env],
    )
    guilty, position, order = state.guilty[env], state.position[env], scratch.order[env]
    forgive(agent_counters, guilty)
    sprouting = draw_sprouts(state.stream[env], cell, age, orchard.site, orchard.chance, sprouts.sprout[env])
    draw_order(state.stream[env], order)
    for turn in range(order.shape[0]):
        i = order[turn]
        action = scratch.action[env, i]
        if state.out[env, i] > 0 or state.frozen[env, i] > 0 or action == 0:
            continue
        if turn_or_move(cell, state.occupant[env], k.solid, k.torus, position, state.facing[env], i, action):
            code = cell[position[i, 0], position[i, 1]]
            if code == APPLE:
                reward[env, i] += 1.0
                eat(cell, age, env_counters, agent_counters, guilty, orchard, position[i, 0], position[i, 1], i)
            elif code == TILE and i < orchard.putative_cooperators:
                reward[env, i] -= orchard.tile_cost
    fire_sanctions(state, k, scratch, reward, opportunity, sanction, target, env)
    come_back(state, k, scratch, env)
    if sprouting > 0:
        _grow(state, orchard, sprouts.sprout[env], sprouting, reward, env)
    env_counters[ALIVE_STEPS] += env_counters[ALIVE]
    end_step(state, k, reward, env)


@njit(cache=True)
def forgive(agent_counters, guilty):
    """Run the steps of guilt."""
    for i in range(guilty.shape[0]):
        if agent_counters[i, GUILT] > 0:
            agent_counters[i, GUILT] -= 1
        guilty[i] = agent_counters[i, GUILT] > 0


@njit(cache=True)
def draw_sprouts(stream, cell, age, site, chance, sprout):
    """Draw the bare sites that will have an apple at the end of the step, into `sprout`.

    All bare sites record the number of live apples around them.

    Returns:
        The number of sites drawn.
    """
    count, most = 0, chance.shape[0] - 1
    for s in range(site.shape[0]):
        row, col = site[s, 0], site[s, 1]
        code = cell[row, col]
        if code == APPLE:
            continue
        if code >= BARE:
            p = chance[code - BARE]
            if p > 0 and uniform(stream) < p:
                sprout[count] = s
                count += 1
        cell[row, col] = BARE + min(int(age[row, col]), most)
    return count


@njit(cache=True)
def change_around(age, orchard, row, col, by):
    """Change the number of live apples around the sites that are near a cell."""
    s = orchard.site_at[row, col]
    for m in range(orchard.nears[s]):
        age[orchard.near[s, m, 0], orchard.near[s, m, 1]] += by


@njit(cache=True)
def eat(cell, age, env_counters, agent_counters, guilty, orchard, row, col, i):
    """Let agent i eat the apple at (row, col)."""
    agent_counters[i, EATEN] += 1
    if age[row, col] < orchard.greedy_below:
        agent_counters[i, GREEDY] += 1
        agent_counters[i, GUILT] = orchard.guilt
        guilty[i] = True
    cell[row, col] = FRESH
    env_counters[ALIVE] -= 1
    change_around(age, orchard, row, col, -1)


@njit(cache=True)
def _grow(state, orchard, sprout, sprouting, reward, env):
    """Let new apples appear; agents that stand there eat them."""
    cell, age, occupant, position = state.cell[env], state.age[env], state.occupant[env], orchard.site
    for t in range(sprouting):
        row, col = position[sprout[t], 0], position[sprout[t], 1]
        if orchard.under_agents or occupant[row, col] == NOBODY:
            cell[row, col] = APPLE
            state.env_counters[env, ALIVE] += 1
            change_around(age, orchard, row, col, 1)
    for t in range(sprouting):
        row, col = position[sprout[t], 0], position[sprout[t], 1]
        i = occupant[row, col] - 1
        if i >= 0 and cell[row, col] == APPLE:
            reward[env, i] += 1.0
            eat(cell, age, state.env_counters[env], state.agent_counters[env], state.guilty[env], orchard, row, col, i)
