"""Kernels of matrix games on a grid: resources, interactions by beam, and delayed payoffs.

Source: Melting Pot 2.4.1, lua/levels/the_matrix/components.lua; comments name its parts where
something looks odd. A frame there first decides everything by what was seen, and then carries it
out; the consequences are kept here.
"""

import numpy as np

from ...core.random_streams import below, uniform
from ...kernels import each_env, njit
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
from ..grid_engine.maps import lay_map
from ..grid_engine.sanctions import fire_sanctions, note_opportunities
from ..grid_engine.state import NOBODY
from .state import BAND, COLOURS, FIRST, LEAVES, MEMORY, MET, OWED, PAID, PARTNER, READY, SHARES, TIMER

RANDOM = -1
INTERACT_BEAM = 1
HELD, SHOOTS = -1, -2
"""Actions of an agent that is frozen when the step begins, and of one whose beam was ready."""
_REGROWS = -1
LARGEST_EXTRA = 100
"""Largest number of an inventory in observations."""


@njit(cache=True)
def strategy_of(code, own):
    """Strategy of the code of a resource that stands or is gone."""
    return ((code - FIRST) % (own.waiting - FIRST)) // own.health


@njit(cache=True)
def most_of(inventory):
    """Strategy that is most of an inventory, the first of several."""
    best = 0
    for k in range(1, inventory.shape[0]):
        if inventory[k] > inventory[best]:
            best = k
    return best


@each_env
def begin(state, k, own, scratch, cells, env):
    """Lay the resources and place the agents."""
    lay_map(state.cell[env], cells)
    state.age[env, :, :] = 0
    for s in range(own.kind.shape[0]):
        strategy = own.kind[s] if own.kind[s] != RANDOM else below(state.stream[env], own.strategies)
        state.cell[env, own.site[s, 0], own.site[s, 1]] = FIRST + (strategy + 1) * own.health - 1
    begin_agents(state, k, scratch, env)
    state.agent_counters[env, :, :] = 0
    state.pending_reward[env, :, :] = 0
    state.extra_observation[env, :, :] = 0
    state.inventory[env, :, :] = own.start
    _show(state.colour[env], state.agent_counters[env], own)
    _show_inventory(state.extra_observation[env], state.inventory[env], own)


@each_env
def advance(state, k, own, scratch, reward, opportunity, sanction, target, env):
    """Advance the env by one step."""
    sanctions = k.first_beam == 0  # calls with the whole state cost more than most of what they do
    if sanctions:
        note_opportunities(state, k, scratch, opportunity, env)
    start_step(state, k, env)
    cell, age, agent_counters, inventory, action = (
        state.cell[env],
        state.age[env],
        state.agent_counters[env],
        state.inventory[env],
        scratch.action[env],
    )
    growing = _choose_regrowth(state.stream[env], cell, age, state.occupant[env], state.out[env], own)
    _pay(agent_counters, state.pending_reward[env], inventory, reward[env], own)
    _show(state.colour[env], agent_counters, own)
    position, order = state.position[env], scratch.order[env]
    draw_order(state.stream[env], order)
    for turn in range(order.shape[0]):
        i = order[turn]
        if state.frozen[env, i] > 0:
            action[i] = HELD
            continue
        if state.out[env, i] > 0 or action[i] == STAY:
            continue
        if turn_or_move(cell, state.occupant[env], k.solid, k.torus, position, state.facing[env], i, action[i]):
            _collect(cell, age, inventory, agent_counters, position[i, 0], position[i, 1], i, own)
    if sanctions:
        fire_sanctions(state, k, scratch, reward, opportunity, sanction, target, env)
    state.extra_observation[env, :, own.strategies : 3 * own.strategies] = 0
    wanted, cooldown = action_of(k, INTERACT_BEAM), k.cooldown[INTERACT_BEAM]
    if _pull_triggers(action, state.cooling[env], state.out[env], wanted, cooldown):
        _interact(state, k, own, scratch, env)
    for i in range(order.shape[0]):
        if agent_counters[i, TIMER] == LEAVES:
            agent_counters[i, TIMER] = 0
            if state.out[env, i] == 0:
                leave_map(state, env, i, own.respawn + 1)
        elif agent_counters[i, TIMER] > 0 and state.out[env, i] == 0:
            # Also where a sanction set another time.
            state.frozen[env, i] = max(state.frozen[env, i], agent_counters[i, TIMER] + 1)
    come_back(state, k, scratch, env)
    if growing > 0:
        _regrow(cell, age, state.occupant[env], inventory, agent_counters, own)
    _show_inventory(state.extra_observation[env], inventory, own)
    end_step(state, k, reward, env)


@njit(cache=True)
def _choose_regrowth(stream, cell, age, occupant, out, own):
    """Run the times of missing resources, and mark those that are back at the end of the step.

    No agent may stand there now; one that comes in this step collects the resource.

    Returns:
        The number of marked resources.
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
def _regrow(cell, age, occupant, inventory, agent_counters, own):
    """Bring back marked resources; an agent that stands there by now collects one at once."""
    for s in range(own.kind.shape[0]):
        row, col = own.site[s, 0], own.site[s, 1]
        if cell[row, col] >= own.waiting and age[row, col] == _REGROWS:
            cell[row, col] -= own.waiting - FIRST
            age[row, col] = 0
            if occupant[row, col] != NOBODY:
                _collect(cell, age, inventory, agent_counters, row, col, occupant[row, col] - 1, own)


@njit(cache=True)
def _pay(agent_counters, pending, inventory, reward, own):
    """Run the times of interactions, and pay agents whose time is over.

    They get an inventory as at the beginning, and leave at the end of the step.
    """
    for i in range(agent_counters.shape[0]):
        if agent_counters[i, TIMER] > 0:
            agent_counters[i, TIMER] -= 1
            if agent_counters[i, TIMER] == 0:
                agent_counters[i, TIMER] = LEAVES
                reward[i] += pending[i, OWED]
                pending[i, OWED] = 0
                _empty(agent_counters, inventory, i, own)


@njit(cache=True)
def _empty(agent_counters, inventory, i, own):
    agent_counters[i, READY] = 0
    inventory[i, :] = own.start


@njit(cache=True)
def _show(colour, agent_counters, own):
    """Set the colours that others see, before all moves: the reference shows them a frame late."""
    for i in range(agent_counters.shape[0]):
        shown = agent_counters[i, READY]
        if agent_counters[i, TIMER] > 0:
            shown = 2 + agent_counters[i, BAND]
        if own.roles and own.chooses_row[i]:
            shown += COLOURS
        colour[i] = shown


@njit(cache=True)
def _show_inventory(extra, inventory, own):
    """Write inventories and roles to the extra observation.

    Inventories of an interaction are written by `_note`, for the step of it alone.
    """
    n, strategies = inventory.shape
    for i in range(n):
        for s in range(strategies):
            extra[i, s] = min(inventory[i, s], LARGEST_EXTRA)
        if own.roles:
            extra[i, 3 * strategies] = own.chooses_row[i]


@njit(cache=True)
def _collect(cell, age, inventory, agent_counters, row, col, i, own):
    """Collect the resource of the cell that agent i entered, if there is one.

    Damage by beams stays with the cell.
    """
    if FIRST <= cell[row, col] < own.waiting:
        inventory[i, strategy_of(cell[row, col], own)] += 1
        agent_counters[i, READY] = 1
        cell[row, col] += own.waiting - FIRST
        age[row, col] = 0


@njit(cache=True)
def _pull_triggers(action, cooling, out, wanted, cooldown):
    """Run the timers of the beam, and mark shooters in `action`; return True if there are any."""
    anybody = False
    for i in range(action.shape[0]):
        if action[i] != HELD and pulls_trigger(cooling[i], out[i], action[i], wanted, INTERACT_BEAM, cooldown):
            action[i] = SHOOTS
            anybody = True
    return anybody


@njit(cache=True)
def _interact(state, k, own, scratch, env):
    """Shoot all beams of interaction, in the order of `scratch.order[env]`.

    Resources that they destroy are gone once all are through.
    """
    b, path, n = INTERACT_BEAM, scratch.path[env], state.facing.shape[1]
    cell, occupant, beam = state.cell[env], state.occupant[env], state.beam[env]
    todos = 0
    busy = scratch.removed[env]  # agents in an interaction of this step, or in the way of one
    busy[:] = False
    for turn in range(n):
        i = scratch.order[env, turn]
        if scratch.action[env, i] != SHOOTS:
            continue
        count = shoot_beam(cell, occupant, beam, state.position[env, i], state.facing[env, i], k, b, path)
        for p in range(count):
            row, col = path[p, 0], path[p, 1]
            j = occupant[row, col] - 1
            if j >= 0 and _can_meet(state.agent_counters[env], busy, i, j, own):
                _meet(
                    state.stream[env],
                    state.agent_counters[env],
                    state.pending_reward[env],
                    state.inventory[env],
                    state.extra_observation[env],
                    state.guilty[env],
                    i,
                    j,
                    own,
                )
            if cell[row, col] >= FIRST and _damage(cell, state.age[env], row, col, j >= 0, own):
                scratch.todo[env, todos] = row * cell.shape[1] + col
                todos += 1
    for t in range(todos):
        row, col = scratch.todo[env, t] // cell.shape[1], scratch.todo[env, t] % cell.shape[1]
        if cell[row, col] < own.waiting:
            cell[row, col] += own.waiting - FIRST
            state.age[env, row, col] = 0


@njit(cache=True)
def _damage(cell, age, row, col, stood_on, own):
    """Damage a resource by a beam; one collected in this step still stands for beams.

    A destroyed one has full health again, and stands in the way of later beams of the step.

    Returns:
        True if it is destroyed.
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
def _can_meet(agent_counters, busy, i, j, own):
    """Return True if agent i, whose beam hits agent j, interacts with it.

    No agent interacts twice in a step.
    """
    taken = busy[j]
    busy[j] = True
    if taken or busy[i]:
        return False
    busy[i] = True
    if agent_counters[j, TIMER] > 0 or agent_counters[i, READY] == 0 or agent_counters[j, READY] == 0:
        return False
    return not own.roles or own.chooses_row[i] != own.chooses_row[j]


@njit(cache=True)
def _meet(stream, agent_counters, pending, inventory, extra, guilty, i, j, own):
    """Let agents i, which shot, and j interact: record payoffs, for which both wait."""
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
    _note(agent_counters, pending, inventory, extra, guilty, row, column, of_row, own)
    _note(agent_counters, pending, inventory, extra, guilty, column, row, of_column, own)
    won = of_row >= of_column
    if own.random_ties and of_row == of_column:
        won = below(stream, 2) == 0
    if won:
        # At once already, as in the reference (`_resolve`); all else comes with the payoff.
        _empty(agent_counters, inventory, row, own)


@njit(cache=True)
def _note(agent_counters, pending, inventory, extra, guilty, i, j, pays, own):
    """Record the outcome of an interaction with j for agent i."""
    strategies, n = own.strategies, agent_counters.shape[0]
    agent_counters[i, TIMER] = own.freeze + 1
    agent_counters[i, BAND] = np.searchsorted(own.bounds, pays, side="right")
    agent_counters[i, PARTNER] = j + 1
    agent_counters[i, MET] += 1
    theirs = most_of(inventory[j])
    agent_counters[i, MEMORY + j] = theirs + 1
    if theirs != 0:
        agent_counters[i, MEMORY + n + j] = 1
    guilty[i] = own.social and most_of(inventory[i]) != 0
    pending[i, OWED] = pays
    pending[i, PAID] += pays
    total = float(inventory[i, :].sum())
    for s in range(strategies):
        pending[i, SHARES + s] += inventory[i, s] / total
        extra[i, strategies + s] = min(inventory[i, s], LARGEST_EXTRA)
        extra[i, 2 * strategies + s] = min(inventory[j, s], LARGEST_EXTRA)
