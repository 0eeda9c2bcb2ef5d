"""Sanctions: who had the opportunity, who shot, and what it does to those it hits.

The graduated form is Melting Pot's `GraduatedSanctionsMarking`: the first hit marks and freezes, a second one while the mark lasts fines and removes.
"""

import numpy as np

from ...kernels import njit
from .avatars import AHEAD, EAST, leave_map, wrap_once
from .beams import action_of, cast_beam, pulls_trigger, shoot_beam

SANCTION_BEAM = 0


@njit(cache=True)
def note_opportunities(state, k, scratch, opportunity, c):
    """Write for each agent whether it could sanction somebody on the frame that it saw: before anything of the step has happened."""
    # Nothing but this call: with a branch here Numba counts references to every array of the state, which takes as long as all the rest.
    _note(
        state.cell[c],
        state.occupant[c],
        state.position[c],
        state.facing[c],
        state.out[c],
        state.frozen[c],
        state.cooling[c],
        state.leaving[c],
        k.first_beam == 0,
        k.stops[SANCTION_BEAM],
        k.torus,
        k.length[SANCTION_BEAM],
        k.radius[SANCTION_BEAM],
        scratch.path[c],
        opportunity[c],
        state.chances[c],
    )


@njit(cache=True)
def _note(
    cell,
    occupant,
    position,
    facing,
    away,
    frozen,
    cooling,
    leaving,
    enabled,
    stops,
    torus,
    length,
    radius,
    path,
    opportunity,
    chances,
):
    if not enabled:
        return
    near = _near(position, facing, away, length, radius, torus, cell.shape)
    if near == 0:
        return
    _lift_leaving(occupant, position, away, leaving, 0)
    for i in range(facing.shape[0]):
        if near >> np.uint64(i) & np.uint64(1) == 0 or cooling[i, SANCTION_BEAM] > 0 or frozen[i] > 0 or leaving[i]:
            continue
        row, col, way = int(position[i, 0]), int(position[i, 1]), int(facing[i])
        count = cast_beam(cell, occupant, stops, True, torus, row, col, way, length, radius, path)
        for p in range(count):
            other = occupant[path[p, 0], path[p, 1]] - 1
            if path[p, 2] and other >= 0 and other != i:
                opportunity[i] = 1.0
                chances[i] += 1
                break
    _lift_leaving(occupant, position, away, leaving, 1)


@njit(cache=True)
def _near(position, facing, away, length, radius, torus, shape):
    """Bit i is set where another agent stands in the rectangle that holds agent i's beam. Most of the time nobody does, and no beam need be cast.

    There are at most MAX_AGENTS = 64, one for each bit, and a beam's radius is never larger than its length.
    """
    near, one = np.uint64(0), np.uint64(1)
    for i in range(position.shape[0]):
        if away[i] > 0:
            continue
        row, col = int(position[i, 0]), int(position[i, 1])
        for j in range(i):
            down, right = position[j, 0] - row, position[j, 1] - col
            rows, columns = abs(down), abs(right)
            if torus:
                rows, columns = min(rows, shape[0] - rows), min(columns, shape[1] - columns)
            if rows > length or columns > length or away[j] > 0:
                continue
            if _holds(down, right, int(facing[i]), length, radius, torus, shape):
                near |= one << np.uint64(i)
            if _holds(-down, -right, int(facing[j]), length, radius, torus, shape):
                near |= one << np.uint64(j)
    return near


@njit(cache=True)
def _holds(down, right, ahead, length, radius, torus, shape):
    """Whether the rectangle that holds a beam has the cell so many rows and columns away from who shoots."""
    side = (ahead + EAST) % 4
    forward = down * AHEAD[ahead, 0] + right * AHEAD[ahead, 1]
    sideways = down * AHEAD[side, 0] + right * AHEAD[side, 1] + radius
    if torus:
        deep, wide = (shape[0], shape[1]) if ahead % 2 == 0 else (shape[1], shape[0])
        forward, sideways = wrap_once(forward, deep), wrap_once(sideways, wide)
    return 0 <= forward <= length and 0 <= sideways <= 2 * radius


@njit(cache=True)
def _lift_leaving(occupant, position, away, leaving, back):
    """Take those who leave when the step begins, so that no beam meets them, out of `occupant`; with `back` 1 put them there again."""
    for i in range(leaving.shape[0]):
        if leaving[i] and away[i] == 0:
            occupant[position[i, 0], position[i, 1]] = back * (i + 1)


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
