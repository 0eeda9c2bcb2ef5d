"""The rules of the commons: apples grow again the faster the more of them are left around, and never where none is.

How the grid's cells change: an APPLE that is eaten is FRESH; when the next step begins, and every later one, its bare cell takes note of the live apples
around it (BARE + their number), and in the step after that it may sprout with the chance that goes with what was noted. So, as in Melting Pot,
an apple is back two steps after it was eaten at the earliest. What sprouts appears after moves and beams. `State.age` is the number of live apples
around each site, kept up to date whenever one appears or goes, not counted anew.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import below, uniform
from ...kernels import njit, over_copies, prange
from ..grid_engine.avatars import begin_agents, come_back, draw_order, end_step, start_step, turn_or_move
from ..grid_engine.maps import FLOOR, WALL
from ..grid_engine.sanctions import fire_sanctions, note_opportunities
from ..grid_engine.state import NOBODY

APPLE, TILE, FRESH, BARE = 2, 3, 4, 5
"""Codes of cells; BARE + k for k live apples around, as noted when the last step began, up to the longest list of chances."""
LEGEND = {"#": WALL, " ": FLOOR, "P": FLOOR, "Q": FLOOR, "A": APPLE, "T": TILE}
ALIVE, ALIVE_STEPS = range(2)
"""Columns of `State.numbers`: live apples, and their sum over steps."""
EATEN, GREEDY, GUILT = range(3)
"""Columns of `State.tally`: apples eaten, those eaten with few around, and steps that guilt lasts."""


class Orchard(NamedTuple):
    """Where apples grow and how, which no step changes; m is the most neighbours that a site has."""

    site: NDArray[np.int16]  # (sites, 2) row and column of each
    site_at: NDArray[np.int16]  # (H, W) the number of the site in a cell, or -1
    near: NDArray[np.int16]  # (sites, m, 2) row and column of the sites around each
    nears: NDArray[np.int16]  # (sites,) how many those are
    inside: NDArray[np.int16]  # (q, 2) cells on which the first agents begin
    chance: NDArray[np.float64]  # (counts,) that an apple grows again, by the live ones around it
    under_agents: bool
    greedy_below: int
    guilt: int
    putative_cooperators: int
    tile_cost: float


class Sprouts(NamedTuple):
    """Work space, one row a copy."""

    sprout: NDArray[np.int16]  # (num_envs, sites) the sites on which an apple appears at the end of the step


def find_near(sites: NDArray[np.int16], radius: float) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """The sites within `radius` of each of `sites` (s, 2), as rows and columns `(s, m, 2)`, and how many those are `(s,)`."""
    apart = ((sites[:, None, :].astype(np.int64) - sites[None, :, :]) ** 2).sum(axis=2)
    close = (apart <= radius * radius + 1e-9) & (apart > 0)
    nears = close.sum(axis=1).astype(np.int16)
    near = np.zeros((len(sites), max(int(nears.max(initial=0)), 1), 2), np.int16)
    for s in range(len(sites)):
        near[s, : nears[s]] = sites[close[s]]
    return near, nears


@over_copies
def begin_copies(state, k, scratch, cells, orchard, where):
    """Lay the map with all its apples and place the agents."""
    for c in prange(where.shape[0]):
        if where[c]:
            _begin_copy(state, k, scratch, cells, orchard, np.int64(c))


@njit(cache=True)
def _begin_copy(state, k, scratch, cells, orchard, c):
    state.cell[c, :, :] = cells
    for s in range(orchard.site.shape[0]):
        state.age[c, orchard.site[s, 0], orchard.site[s, 1]] = orchard.nears[s]
    state.numbers[c, ALIVE], state.numbers[c, ALIVE_STEPS] = orchard.site.shape[0], 0
    state.tally[c, :, :] = 0
    begin_agents(state, k, scratch, c)
    inside = orchard.inside.shape[0]
    if inside > 0:
        first = below(state.stream[c], inside)
        for i in range(min(inside, state.facing.shape[1])):
            row, col = orchard.inside[(first + i) % inside]
            state.occupant[c, state.position[c, i, 0], state.position[c, i, 1]] = NOBODY
            state.position[c, i, 0], state.position[c, i, 1] = row, col
            state.occupant[c, row, col] = i + 1


@over_copies
def advance_copies(state, k, orchard, scratch, sprouts, reward, opportunity, sanction, target, where):
    """One step."""
    for c in prange(where.shape[0]):
        if where[c]:
            _advance_copy(state, k, orchard, scratch, sprouts, reward, opportunity, sanction, target, np.int64(c))


@njit(cache=True)
def _advance_copy(state, k, orchard, scratch, sprouts, reward, opportunity, sanction, target, c):
    note_opportunities(state, k, scratch, opportunity, c)
    start_step(state, k, c)
    cell, age, tally = state.cell[c], state.age[c], state.tally[c]
    forgive(tally, state.guilty[c])
    sprouting = draw_sprouts(state.stream[c], cell, age, orchard.site, orchard.chance, sprouts.sprout[c])
    order = scratch.order[c]
    draw_order(state.stream[c], order)
    position = state.position[c]
    for turn in range(order.shape[0]):
        i = order[turn]
        if state.out[c, i] > 0 or state.frozen[c, i] > 0 or scratch.action[c, i] == 0:
            continue
        if turn_or_move(cell, state.occupant[c], k.solid, k.torus, position, state.facing[c], i, scratch.action[c, i]):
            code = cell[position[i, 0], position[i, 1]]
            if code == APPLE:
                reward[c, i] += 1.0
                eat(cell, age, state.numbers[c], tally, state.guilty[c], orchard, position[i, 0], position[i, 1], i)
            elif code == TILE and i < orchard.putative_cooperators:
                reward[c, i] -= orchard.tile_cost
    fire_sanctions(state, k, scratch, reward, opportunity, sanction, target, c)
    come_back(state, k, scratch, c)
    if sprouting > 0:
        _grow(state, orchard, sprouts.sprout[c], sprouting, reward, c)
    state.numbers[c, ALIVE_STEPS] += state.numbers[c, ALIVE]
    end_step(state, k, reward, c)


@njit(cache=True)
def forgive(tally, guilty):
    """Let guilt wear off."""
    for i in range(guilty.shape[0]):
        if tally[i, GUILT] > 0:
            tally[i, GUILT] -= 1
        guilty[i] = tally[i, GUILT] > 0


@njit(cache=True)
def draw_sprouts(stream, cell, age, site, chance, sprout):
    """Draw which bare sites will have an apple at the end of the step, into `sprout`, and let all bare ones note what is around them.

    Returns:
        How many.
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
    """Tell the sites around a cell of one live apple more or less."""
    s = orchard.site_at[row, col]
    for m in range(orchard.nears[s]):
        age[orchard.near[s, m, 0], orchard.near[s, m, 1]] += by


@njit(cache=True)
def eat(cell, age, count, tally, guilty, orchard, row, col, i):
    """Agent i of one copy eats the apple at (row, col)."""
    tally[i, EATEN] += 1
    if age[row, col] < orchard.greedy_below:
        tally[i, GREEDY] += 1
        tally[i, GUILT] = orchard.guilt
        guilty[i] = True
    cell[row, col] = FRESH
    count[ALIVE] -= 1
    change_around(age, orchard, row, col, -1)


@njit(cache=True)
def _grow(state, orchard, sprout, sprouting, reward, c):
    """Let what sprouts appear, and be eaten by who stands there."""
    cell, age, occupant, position = state.cell[c], state.age[c], state.occupant[c], orchard.site
    for t in range(sprouting):
        row, col = position[sprout[t], 0], position[sprout[t], 1]
        if orchard.under_agents or occupant[row, col] == NOBODY:
            cell[row, col] = APPLE
            state.numbers[c, ALIVE] += 1
            change_around(age, orchard, row, col, 1)
    for t in range(sprouting):
        row, col = position[sprout[t], 0], position[sprout[t], 1]
        i = occupant[row, col] - 1
        if i >= 0 and cell[row, col] == APPLE:
            reward[c, i] += 1.0
            eat(cell, age, state.numbers[c], state.tally[c], state.guilty[c], orchard, row, col, i)
