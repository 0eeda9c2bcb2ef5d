"""The rules of the clean-up task: apples grow the faster the cleaner the river is, and not at all beyond a share of dirt.

A step: apples grow by the share of dirt after the step before (who stands there eats at once), one cell of the river may get dirty, agents move and
eat, beams, who was away comes back. Cleaning is simultaneous: dirt that two beams reach was cleaned by both agents.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import below, uniform
from ...kernels import njit, over_copies, prange
from ..grid_engine.avatars import begin_agents, come_back, draw_order, end_step, start_step, turn_or_move
from ..grid_engine.beams import action_of, pulls_trigger, shoot_beam
from ..grid_engine.sanctions import fire_sanctions, note_opportunities
from ..grid_engine.state import NOBODY
from .maps import APPLE, CLEAN, DIRT, TREE

CLEAN_BEAM = 1
DIRTY, DIRTY_STEPS, ALIVE = range(3)
"""Columns of `State.numbers`: dirty cells, their sum over steps, and apples."""
EATEN, CLEANED, CLEANED_NOW, FED, WASHED = range(5)
"""Columns of `State.tally`: apples eaten, cells cleaned in the episode and in the last step, and for how many more steps the last meal and the last
cleaning count for guilt."""
CLEANERS = 0
"""Column of `State.told`."""


class River(NamedTuple):
    """What grows and gets dirty where and how, which no step changes."""

    tree: NDArray[np.int16]  # (trees, 2) row and column of each place where apples grow
    water: NDArray[np.int16]  # (w, 2) of each cell that may be dirty
    dirty_at_first: int
    streams: int  # cells that count as clean water beside those
    apple_chance: float
    depletion: float
    restoration: float
    under_agents: bool
    dirt_chance: float
    dirt_delay: int
    dirt_until: float
    dirt_retries: bool
    shared: bool
    guilt: int


@over_copies
def begin_copies(state, k, scratch, cells, river, where):
    """Lay the map, without apples, and place the agents."""
    for c in prange(where.shape[0]):
        if where[c]:
            _begin_copy(state, k, scratch, cells, river.dirty_at_first, np.int64(c))


@njit(cache=True)
def _begin_copy(state, k, scratch, cells, dirty_at_first, c):
    state.cell[c, :, :] = cells
    state.numbers[c, :] = 0
    state.numbers[c, DIRTY] = dirty_at_first
    state.tally[c, :, :] = 0
    state.told[c, :, :] = 0
    begin_agents(state, k, scratch, c)


@over_copies
def advance_copies(state, k, river, scratch, reward, opportunity, sanction, target, where):
    """One step."""
    for c in prange(where.shape[0]):
        if where[c]:
            _advance_copy(state, k, river, scratch, reward, opportunity, sanction, target, np.int64(c))


@njit(cache=True)
def _advance_copy(state, k, river, scratch, reward, opportunity, sanction, target, c):
    note_opportunities(state, k, scratch, opportunity, c)
    start_step(state, k, c)
    cell, occupant, position = state.cell[c], state.occupant[c], state.position[c]
    count, tally, out = state.numbers[c], state.tally[c], state.out[c]
    dirt = share_of_dirt(count[DIRTY], river)
    chance = growth(dirt, river)
    if chance > 0:
        grow_apples(state.stream[c], cell, occupant, river, chance, count, tally, out, reward[c])
    if state.elapsed[c] >= river.dirt_delay and dirt < river.dirt_until:
        count[DIRTY] += get_dirty(state.stream[c], cell, river, count[DIRTY])
    order = scratch.order[c]
    draw_order(state.stream[c], order)
    for turn in range(order.shape[0]):
        i = order[turn]
        if out[i] > 0 or state.frozen[c, i] > 0 or scratch.action[c, i] == 0:
            continue
        moved = turn_or_move(cell, occupant, k.solid, k.torus, position, state.facing[c], i, scratch.action[c, i])
        if moved and cell[position[i, 0], position[i, 1]] == APPLE:
            cell[position[i, 0], position[i, 1]] = TREE
            count[ALIVE] -= 1
            eat(tally, out, river, reward[c], i)
    clean(  # before sanctions: who is removed in this step has cleaned, as in the reference
        cell,
        occupant,
        state.beam[c],
        position,
        state.facing[c],
        state.cooling[c],
        out,
        state.frozen[c],
        scratch.action[c],
        order,
        count,
        tally,
        k,
        scratch.path[c],
        scratch.todo[c],
    )
    fire_sanctions(state, k, scratch, reward, opportunity, sanction, target, c)
    come_back(state, k, scratch, c)
    count[DIRTY_STEPS] += count[DIRTY]
    settle_guilt(tally, state.told[c], state.guilty[c], river.guilt)
    end_step(state, k, reward, c)


@njit(cache=True)
def share_of_dirt(dirty, river):
    """How much of the river is dirty, 0 to 1; 0 where there is no river."""
    cells = river.water.shape[0] + river.streams
    return dirty / cells if cells > 0 else 0.0


@njit(cache=True)
def growth(dirt, river):
    """The chance per step that an apple grows at a tree without one."""
    share = (dirt - river.depletion) / (river.restoration - river.depletion)
    return river.apple_chance * min(share, 1.0)


@njit(cache=True)
def grow_apples(stream, cell, occupant, river, chance, count, tally, out, reward):
    """Let apples grow; the number of bare trees until the next that gets one is drawn from its geometric distribution, which
    costs a fraction of drawing for each tree.
    """
    trees = river.tree
    sure = chance >= 1.0
    scale = 0.0 if sure else 1.0 / np.log1p(-chance)
    bare = river.tree.shape[0] - count[ALIVE]
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
            count[ALIVE] += 1
        elif river.under_agents:
            eat(tally, out, river, reward, i)


@njit(cache=True)
def _wait(stream, scale, most):
    """How many fail before the next success, at most `most`; `scale` is 1 / log(1 - chance)."""
    wait = np.log(1.0 - uniform(stream)) * scale
    return most if wait >= most else int(wait)


@njit(cache=True)
def eat(tally, out, river, reward, i):
    """Agent i has eaten an apple."""
    tally[i, EATEN] += 1
    tally[i, FED] = river.guilt + 1  # `settle_guilt` takes one off at the end of this step
    if not river.shared:
        reward[i] += 1.0
        return
    for j in range(reward.shape[0]):
        if out[j] == 0:
            reward[j] += 1.0


@njit(cache=True)
def get_dirty(stream, cell, river, dirty):
    """Perhaps let one clean cell of the river, drawn among all, get dirty; returns how many did."""
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
def clean(cell, occupant, beam, position, facing, cooling, out, frozen, action, order, count, tally, k, path, todo):
    """All cleaning beams of a step of one copy, whose rows these are; what they hit is clean once all have shot."""
    b, width, todos = CLEAN_BEAM, cell.shape[1], 0
    wanted = action_of(k, b)
    for turn in range(order.shape[0]):
        i = order[turn]
        tally[i, CLEANED_NOW] = 0
        asked = 0 if frozen[i] > 0 else action[i]
        if not pulls_trigger(cooling[i], out[i], asked, wanted, b, k.cooldown[b]):
            continue
        for p in range(shoot_beam(cell, occupant, beam, position[i], facing[i], k, b, path)):
            if cell[path[p, 0], path[p, 1]] == DIRT:
                tally[i, CLEANED_NOW] += 1
                todo[todos] = path[p, 0] * width + path[p, 1]
                todos += 1
    for t in range(todos):
        row, col = todo[t] // width, todo[t] % width
        if cell[row, col] == DIRT:
            cell[row, col] = CLEAN
            count[DIRTY] -= 1


@njit(cache=True)
def settle_guilt(tally, told, guilty, guilt):
    """Add up who cleaned, tell everyone how many others did, and say who is guilty until the next step."""
    cleaners = 0
    for i in range(tally.shape[0]):
        if tally[i, CLEANED_NOW] > 0:
            cleaners += 1
            tally[i, CLEANED] += tally[i, CLEANED_NOW]
            tally[i, WASHED] = guilt + 1
        tally[i, FED] = max(tally[i, FED] - 1, 0)
        tally[i, WASHED] = max(tally[i, WASHED] - 1, 0)
        guilty[i] = tally[i, FED] > 0 and tally[i, WASHED] == 0
    for i in range(tally.shape[0]):
        told[i, CLEANERS] = cleaners - (tally[i, CLEANED_NOW] > 0)
