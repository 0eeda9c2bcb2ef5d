"""Sanctions: who had the opportunity, who shot, and what it does to those it hits.

The graduated form is Melting Pot's `GraduatedSanctionsMarking`: the first hit marks and freezes, a second one while the mark lasts fines and removes.
"""

from numba import njit

from .avatars import AHEAD, EAST, leave_map, wrap_once
from .beams import action_of, cast_beam, pulls_trigger, shoot_beam

SANCTION_BEAM = 0


@njit(cache=True)
def _somebody_near(position, away, i, ahead, length, radius, torus, shape):
    """Whether another agent stands in the rectangle that holds agent i's beam; most of the time nobody does, and no beam need be cast."""
    side = (ahead + EAST) % 4
    deep, wide = (shape[0], shape[1]) if ahead % 2 == 0 else (shape[1], shape[0])
    for j in range(position.shape[0]):
        if j == i or away[j] > 0:
            continue
        dr, dc = position[j, 0] - position[i, 0], position[j, 1] - position[i, 1]
        forward = dr * AHEAD[ahead, 0] + dc * AHEAD[ahead, 1]
        sideways = dr * AHEAD[side, 0] + dc * AHEAD[side, 1] + radius
        if torus:
            forward, sideways = wrap_once(forward, deep), wrap_once(sideways, wide)
        if 0 <= forward <= length and 0 <= sideways <= 2 * radius:
            return True
    return False


@njit(cache=True)
def note_opportunities(state, k, scratch, opportunity, c):
    """Write for each agent whether it could sanction somebody on the frame that it saw: before anything of the step has happened."""
    if k.first_beam > 0:
        return
    b, path = SANCTION_BEAM, scratch.path[c]
    position, facing, away = state.position[c], state.facing[c], state.out[c]
    cell, occupant = state.cell[c], state.occupant[c]
    for i in range(facing.shape[0]):
        ready = state.cooling[c, i, b] == 0 and state.frozen[c, i] == 0
        if not ready or away[i] > 0 or state.leaving[c, i]:
            continue
        way, length, radius = int(facing[i]), k.length[b], k.radius[b]
        if not _somebody_near(position, away, i, way, length, radius, k.torus, cell.shape):
            continue
        row, col = int(position[i, 0]), int(position[i, 1])
        count = cast_beam(cell, occupant, k.stops[b], True, k.torus, row, col, way, length, radius, path)
        for p in range(count):
            other = occupant[path[p, 0], path[p, 1]] - 1
            if path[p, 2] and other >= 0 and other != i and not state.leaving[c, other]:
                opportunity[c, i] = 1.0
                state.chances[c, i] += 1
                break


@njit(cache=True)
def fire_sanctions(state, k, scratch, reward, opportunity, sanction, target, c):
    """All sanctions of a step, in the order of `scratch.order[c]`; who is removed leaves once all have shot.

    So two agents that shoot at each other are both hit.
    """
    if k.first_beam > 0:
        return
    b, n, path = SANCTION_BEAM, state.facing.shape[1], scratch.path[c]
    position, facing, occupant = state.position[c], state.facing[c], state.occupant[c]
    wanted = action_of(k, b)
    scratch.removed[c, :] = False
    for turn in range(n):
        i = scratch.order[c, turn]
        if not pulls_trigger(state.cooling[c, i], state.out[c, i], scratch.action[c, i], wanted, b, k.cooldown[b]):
            continue
        count = shoot_beam(state.cell[c], occupant, state.beam[c], position[i], facing[i], k, b, path)
        sanction[c, i] = 1.0
        state.shots[c, i] += 1
        if opportunity[c, i] > 0:
            state.taken[c, i] += 1
        reward[c, i] -= k.cost
        for p in range(count):
            j = occupant[path[p, 0], path[p, 1]] - 1
            if path[p, 2] and j >= 0 and j != i:
                target[c, i, j] = 1.0
                _punish(state, k, scratch, reward, c, i, j)
    for j in range(n):
        if scratch.removed[c, j]:
            leave_map(state, c, j, k.removal + 1)


@njit(cache=True)
def _punish(state, k, scratch, reward, c, i, j):
    """What a hit of agent i does to agent j."""
    state.hits[c, i, j] += 1
    if state.guilty[c, j]:
        state.just[c, i] += 1
    if k.graduated and state.mark[c, j] == 0:
        state.mark[c, j] = k.mark
        state.frozen[c, j] = k.freeze
        return
    reward[c, j] -= k.fine
    state.fines[c, j] += 1
    if k.graduated:
        state.mark[c, j] = 0
        state.leaving[c, j] = k.removal > 0  # one step later, as in the reference
        return
    state.frozen[c, j] = k.freeze
    scratch.removed[c, j] = k.removal > 0
