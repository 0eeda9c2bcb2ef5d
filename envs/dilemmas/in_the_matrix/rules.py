"""The rules of matrix games on a grid: collecting resources, interacting by beam, being paid later.

Source: Melting Pot 2.4.1, lua/levels/the_matrix/components.lua; names of its parts stand where something looks odd. A frame there first
decides everything by what was seen, and then carries it out; what follows from that is kept here.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import below, uniform
from ...kernels import njit, over_copies, prange
from ..grid_engine.avatars import (
    STAY,
    begin_agents,
    come_back,
    draw_order,
    end_step,
    leave_map,
    start_step,
    turn_or_move,
)
from ..grid_engine.beams import action_of, pulls_trigger, shoot_beam
from ..grid_engine.sanctions import fire_sanctions, note_opportunities
from ..grid_engine.state import NOBODY
from .games import BANDS

FIRST = 2
"""The code of the first resource, see `standing`."""
RANDOM = -1
INTERACT_BEAM = 1
HELD, SHOOTS = -1, -2
"""The actions of an agent that is frozen when the step begins, and of one whose beam of interaction was ready when it asked for it."""

READY, TIMER, BAND, PARTNER, MET, MEMORY = range(6)
"""Columns of `tally`: has collected; steps until it is paid for an interaction (LEAVES in the step of that); band of that payoff; index + 1 of its last
partner; interactions. From MEMORY on for each other agent the strategy that was most of its inventory when they last interacted, + 1, and then
for each other agent whether that ever was another than 0.
"""
LEAVES = -1
OWED, PAID, SHARES = range(3)
"""Columns of `due`: payoff of the interaction that goes on; payoffs so far; from SHARES on, shares of each strategy in the inventory, added up over interactions."""
COLOURS = 2 + BANDS
"""Values of `colour`: 0 has collected nothing, 1 has collected, then one for each band of payoffs that it waits for; as many again for row players where there are roles."""
_REGROWS = -1
MOST_TOLD = 100


class MatrixRules(NamedTuple):
    """What no step changes. K is the number of strategies."""

    site: NDArray[np.int16]  # (s, 2) cells of resources
    kind: NDArray[np.int64]  # (s,) strategy of each, or RANDOM
    strategies: int
    health: int
    waiting: int  # the first code of cells whose resource is gone
    start: int
    freeze: int
    respawn: int
    delay: int
    rate: float
    refill: bool
    roles: bool
    chooses_row: NDArray[np.bool_]  # (n,) with roles
    payoff: NDArray[np.float64]  # (2, K, K) of the row player, of the column player
    bounds: NDArray[np.float64]  # (bands - 1,) payoffs between the bands that others can tell apart
    random_ties: bool
    social: bool  # strategy 0 is to cooperate


def standing(strategy: int, health: int, most: int) -> int:
    """The code of a resource that stands; that of the cell when it is gone is as many codes later as there are such codes."""
    return FIRST + strategy * most + health - 1


@njit(cache=True)
def strategy_of(code, own):
    """The strategy of a resource's code, whether it stands or is gone."""
    return ((code - FIRST) % (own.waiting - FIRST)) // own.health


@njit(cache=True)
def most_of(inventory):
    """The strategy that is most of an inventory, the first of several."""
    best = 0
    for k in range(1, inventory.shape[0]):
        if inventory[k] > inventory[best]:
            best = k
    return best


@over_copies
def begin_copies(state, k, own, scratch, cells, where):
    """Lay the resources and place the agents."""
    for c in prange(where.shape[0]):
        if where[c]:
            begin_copy(state, k, own, scratch, cells, np.int64(c))


@njit(cache=True)
def begin_copy(state, k, own, scratch, cells, c):
    """Start an episode of one copy."""
    state.cell[c] = cells
    state.age[c, :, :] = 0
    for s in range(own.kind.shape[0]):
        strategy = own.kind[s] if own.kind[s] != RANDOM else below(state.stream[c], own.strategies)
        state.cell[c, own.site[s, 0], own.site[s, 1]] = FIRST + (strategy + 1) * own.health - 1
    begin_agents(state, k, scratch, c)
    state.tally[c, :, :] = 0
    state.due[c, :, :] = 0
    state.told[c, :, :] = 0
    state.inventory[c, :, :] = own.start
    _show(state.colour[c], state.tally[c], own)
    _tell(state.told[c], state.inventory[c], own)


@over_copies
def advance_copies(state, k, own, scratch, reward, opportunity, sanction, target, where):
    """One step."""
    for c in prange(where.shape[0]):
        if where[c]:
            advance_copy(state, k, own, scratch, reward, opportunity, sanction, target, np.int64(c))


@njit(cache=True)
def advance_copy(state, k, own, scratch, reward, opportunity, sanction, target, c):
    """One step of one copy."""
    sanctions = k.first_beam == 0  # calls with the whole state cost more than most of what they do
    if sanctions:
        note_opportunities(state, k, scratch, opportunity, c)
    start_step(state, k, c)
    cell, age, tally, inventory, action = (
        state.cell[c],
        state.age[c],
        state.tally[c],
        state.inventory[c],
        scratch.action[c],
    )
    growing = _choose_regrowth(state.stream[c], cell, age, state.occupant[c], state.out[c], own)
    _pay(tally, state.due[c], inventory, reward[c], own)
    _show(state.colour[c], tally, own)
    position, order = state.position[c], scratch.order[c]
    draw_order(state.stream[c], order)
    for turn in range(order.shape[0]):
        i = order[turn]
        if state.frozen[c, i] > 0:
            action[i] = HELD
            continue
        if state.out[c, i] > 0 or action[i] == STAY:
            continue
        if turn_or_move(cell, state.occupant[c], k.solid, k.torus, position, state.facing[c], i, action[i]):
            _collect(cell, age, inventory, tally, position[i, 0], position[i, 1], i, own)
    if sanctions:
        fire_sanctions(state, k, scratch, reward, opportunity, sanction, target, c)
    state.told[c, :, own.strategies : 3 * own.strategies] = 0
    if _pull_triggers(action, state.cooling[c], state.out[c], action_of(k, INTERACT_BEAM), k.cooldown[INTERACT_BEAM]):
        _interact(state, k, own, scratch, c)
    for i in range(order.shape[0]):
        if tally[i, TIMER] == LEAVES:
            tally[i, TIMER] = 0
            if state.out[c, i] == 0:
                leave_map(state, c, i, own.respawn + 1)
        elif tally[i, TIMER] > 0 and state.out[c, i] == 0:
            state.frozen[c, i] = max(state.frozen[c, i], tally[i, TIMER] + 1)  # also where a sanction set another time
    come_back(state, k, scratch, c)
    if growing > 0:
        _regrow(cell, age, state.occupant[c], inventory, tally, own)
    _tell(state.told[c], inventory, own)
    end_step(state, k, reward, c)


@njit(cache=True)
def _choose_regrowth(stream, cell, age, occupant, out, own):
    """Let the times of missing resources run, and mark those that will be back at the end of the step.

    Nobody may stand there now; who comes in this step collects it.

    Returns:
        How many.
    """
    nobody = own.refill
    for i in range(out.shape[0]):
        nobody = nobody and out[i] > 0
    growing = 0
    for s in range(own.kind.shape[0]):
        row, col = own.site[s, 0], own.site[s, 1]
        if cell[row, col] < own.waiting:
            continue
        if age[row, col] <= own.delay:
            age[row, col] += 1
        ripe = age[row, col] > own.delay and own.rate > 0 and occupant[row, col] == NOBODY
        if nobody or (ripe and uniform(stream) < own.rate):
            age[row, col] = _REGROWS
            growing += 1
    return growing


@njit(cache=True)
def _regrow(cell, age, occupant, inventory, tally, own):
    """Bring back what was marked; where somebody stands by now it is collected at once."""
    for s in range(own.kind.shape[0]):
        row, col = own.site[s, 0], own.site[s, 1]
        if cell[row, col] >= own.waiting and age[row, col] == _REGROWS:
            cell[row, col] -= own.waiting - FIRST
            age[row, col] = 0
            if occupant[row, col] != NOBODY:
                _collect(cell, age, inventory, tally, row, col, occupant[row, col] - 1, own)


@njit(cache=True)
def _pay(tally, due, inventory, reward, own):
    """Let the times of interactions run; whose is over is paid, has an inventory as at the beginning, and leaves at the end of the step."""
    for i in range(tally.shape[0]):
        if tally[i, TIMER] > 0:
            tally[i, TIMER] -= 1
            if tally[i, TIMER] == 0:
                tally[i, TIMER] = LEAVES
                reward[i] += due[i, OWED]
                due[i, OWED] = 0
                _empty(tally, inventory, i, own)


@njit(cache=True)
def _empty(tally, inventory, i, own):
    tally[i, READY] = 0
    inventory[i, :] = own.start


@njit(cache=True)
def _show(colour, tally, own):
    """What others see of agents, as it was before anybody moved: the reference shows it a frame late."""
    for i in range(tally.shape[0]):
        shown = tally[i, READY]
        if tally[i, TIMER] > 0:
            shown = 2 + tally[i, BAND]
        if own.roles and own.chooses_row[i]:
            shown += COLOURS
        colour[i] = shown


@njit(cache=True)
def _tell(told, inventory, own):
    """Tell agents their inventories, the inventories of an interaction in the step of it alone, and their role."""
    n, strategies = inventory.shape
    for i in range(n):
        for s in range(strategies):
            told[i, s] = min(inventory[i, s], MOST_TOLD)
        if own.roles:
            told[i, 3 * strategies] = own.chooses_row[i]


@njit(cache=True)
def _collect(cell, age, inventory, tally, row, col, i, own):
    """Take the resource of the cell that agent i entered, if there is one. What beams did to it stays with its place."""
    if FIRST <= cell[row, col] < own.waiting:
        inventory[i, strategy_of(cell[row, col], own)] += 1
        tally[i, READY] = 1
        cell[row, col] += own.waiting - FIRST
        age[row, col] = 0


@njit(cache=True)
def _pull_triggers(action, cooling, out, wanted, cooldown):
    """Let the timers of the beam run, and mark those who shoot it in `action`. Returns whether anybody does."""
    anybody = False
    for i in range(action.shape[0]):
        if action[i] != HELD and pulls_trigger(cooling[i], out[i], action[i], wanted, INTERACT_BEAM, cooldown):
            action[i] = SHOOTS
            anybody = True
    return anybody


@njit(cache=True)
def _interact(state, k, own, scratch, c):
    """All beams of interaction, in the order of `scratch.order[c]`; resources that they destroy are gone once all are through."""
    b, path, n = INTERACT_BEAM, scratch.path[c], state.facing.shape[1]
    cell, occupant, beam = state.cell[c], state.occupant[c], state.beam[c]
    todos = 0
    busy = scratch.removed[c]  # who has been in an interaction of this step, or stood in the way of one
    busy[:] = False
    for turn in range(n):
        i = scratch.order[c, turn]
        if scratch.action[c, i] != SHOOTS:
            continue
        count = shoot_beam(cell, occupant, beam, state.position[c, i], state.facing[c, i], k, b, path)
        for p in range(count):
            row, col = path[p, 0], path[p, 1]
            j = occupant[row, col] - 1
            if j >= 0 and _can_meet(state.tally[c], busy, i, j, own):
                _meet(
                    state.stream[c],
                    state.tally[c],
                    state.due[c],
                    state.inventory[c],
                    state.told[c],
                    state.guilty[c],
                    i,
                    j,
                    own,
                )
            if cell[row, col] >= FIRST and _damage(cell, state.age[c], row, col, j >= 0, own):
                scratch.todo[c, todos] = row * cell.shape[1] + col
                todos += 1
    for t in range(todos):
        row, col = scratch.todo[c, t] // cell.shape[1], scratch.todo[c, t] % cell.shape[1]
        if cell[row, col] < own.waiting:
            cell[row, col] += own.waiting - FIRST
            state.age[c, row, col] = 0


@njit(cache=True)
def _damage(cell, age, row, col, stood_on, own):
    """What a beam does to a resource; one that somebody collected in this step still stands for beams.

    A destroyed one has full health again, and stands in the way of later beams of the step.

    Returns:
        Whether it is destroyed.
    """
    code = cell[row, col]
    if code >= own.waiting and not (stood_on and age[row, col] == 0):
        return False
    if (code - FIRST) % own.health > 0:
        cell[row, col] -= 1
        return False
    cell[row, col] += own.health - 1
    return code < own.waiting


@njit(cache=True)
def _can_meet(tally, busy, i, j, own):
    """Whether the beam of agent i makes it interact with agent j, whom it hits; nobody does so twice in a step."""
    taken = busy[j]
    busy[j] = True
    if taken or busy[i]:
        return False
    busy[i] = True
    if tally[j, TIMER] > 0 or tally[i, READY] == 0 or tally[j, READY] == 0:
        return False
    return not own.roles or own.chooses_row[i] != own.chooses_row[j]


@njit(cache=True)
def _meet(stream, tally, due, inventory, told, guilty, i, j, own):
    """Agents i, who shot, and j interact: payoffs are set down, and both wait for them."""
    row, column = i, j
    if own.roles and not own.chooses_row[i]:
        row, column = j, i
    rows, columns = float(inventory[row, :].sum()), float(inventory[column, :].sum())
    of_row, of_column = 0.0, 0.0
    for b in range(own.strategies):
        row_there, column_there = 0.0, 0.0  # payoffs against strategy b
        for a in range(own.strategies):
            row_there += inventory[row, a] / rows * own.payoff[0, a, b]
            column_there += inventory[row, a] / rows * own.payoff[1, a, b]
        of_row += row_there * (inventory[column, b] / columns)
        of_column += column_there * (inventory[column, b] / columns)
    _note(tally, due, inventory, told, guilty, row, column, of_row, own)
    _note(tally, due, inventory, told, guilty, column, row, of_column, own)
    won = of_row >= of_column
    if own.random_ties and of_row == of_column:
        won = below(stream, 2) == 0
    if won:
        _empty(
            tally, inventory, row, own
        )  # at once already, as in the reference (`_resolve`); all else comes with the payoff


@njit(cache=True)
def _note(tally, due, inventory, told, guilty, i, j, pays, own):
    """Set down what agent i has of its interaction with j."""
    strategies, n = own.strategies, tally.shape[0]
    tally[i, TIMER] = own.freeze + 1
    tally[i, BAND] = np.searchsorted(own.bounds, pays, side="right")
    tally[i, PARTNER] = j + 1
    tally[i, MET] += 1
    theirs = most_of(inventory[j])
    tally[i, MEMORY + j] = theirs + 1
    if theirs != 0:
        tally[i, MEMORY + n + j] = 1
    guilty[i] = own.social and most_of(inventory[i]) != 0
    due[i, OWED] = pays
    due[i, PAID] += pays
    total = float(inventory[i, :].sum())
    for s in range(strategies):
        due[i, SHARES + s] += inventory[i, s] / total
        told[i, strategies + s] = min(inventory[i, s], MOST_TOLD)
        told[i, 2 * strategies + s] = min(inventory[j, s], MOST_TOLD)
