"""Sanctions: opportunities, shots, and effects on agents that are hit.

The graduated form is Melting Pot's `GraduatedSanctionsMarking`: the first hit marks and freezes, a
second one while the mark lasts fines and removes.
"""

import numpy as np

from ...kernels import njit
from .avatars import AHEAD, EAST, leave_map, wrap_once
from .beams import action_of, cast_beam, pulls_trigger, shoot_beam

SANCTION_BEAM = 0


@njit(cache=True)
def note_opportunities(state, k, scratch, opportunity, env):
    """Record for each agent if it can sanction another one, before anything of the step happens.

    That is the frame on which the agent decided.
    """
    # Nothing but this call: with a branch here Numba counts references to every array of the state,
    # which takes as long as all the rest.
    _note(
        state.cell[env],
        state.occupant[env],
        state.position[env],
        state.facing[env],
        state.out[env],
        state.frozen[env],
        state.cooling[env],
        state.leaving[env],
        k.first_beam == 0,
        k.stops[SANCTION_BEAM],
        k.torus,
        k.length[SANCTION_BEAM],
        k.radius[SANCTION_BEAM],
        scratch.path[env],
        opportunity[env],
        state.chances[env],
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
    """Bits of agents with another agent in the rectangle that holds their beam.

    Mostly there is none, and no beam need be cast. There are at most MAX_AGENTS = 64, one for each
    bit, and the radius of a beam is never larger than its length.
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
    """Return True if the rectangle that holds a beam has a cell.

    The cell is so many rows `down` and columns `right` of the shooter.
    """
    side = (ahead + EAST) % 4
    forward = down * AHEAD[ahead, 0] + right * AHEAD[ahead, 1]
    sideways = down * AHEAD[side, 0] + right * AHEAD[side, 1] + radius
    if torus:
        deep, wide = (shape[0], shape[1]) if ahead % 2 == 0 else (shape[1], shape[0])
        forward, sideways = wrap_once(forward, deep), wrap_once(sideways, wide)
    return 0 <= forward <= length and 0 <= sideways <= 2 * radius


@njit(cache=True)
def _lift_leaving(occupant, position, away, leaving, back):
    """Take agents that leave when the step begins out of `occupant`, so that no beam meets them.

    With `back` 1 they are put there again.
    """
    for i in range(leaving.shape[0]):
        if leaving[i] and away[i] == 0:
            occupant[position[i, 0], position[i, 1]] = back * (i + 1)


@njit(cache=True)
def fire_sanctions(state, k, scratch, reward, opportunity, sanction, target, env):
    """Play all sanctions of a step, in the order of `scratch.order[env]`.

    Removed agents leave once all have shot, so two agents that shoot at each other are both hit.
    """
    if k.first_beam > 0:
        return
    b, n, path = SANCTION_BEAM, state.facing.shape[1], scratch.path[env]
    position, facing, occupant = state.position[env], state.facing[env], state.occupant[env]
    wanted = action_of(k, b)
    scratch.removed[env, :] = False
    for turn in range(n):
        i = scratch.order[env, turn]
        if not pulls_trigger(
            state.cooling[env, i], state.out[env, i], scratch.action[env, i], wanted, b, k.cooldown[b]
        ):
            continue
        count = shoot_beam(state.cell[env], occupant, state.beam[env], position[i], facing[i], k, b, path)
        sanction[env, i] = 1.0
        state.shots[env, i] += 1
        if opportunity[env, i] > 0:
            state.taken[env, i] += 1
        reward[env, i] -= k.cost
        for p in range(count):
            j = occupant[path[p, 0], path[p, 1]] - 1
            if path[p, 2] and j >= 0 and j != i:
                target[env, i, j] = 1.0
                _punish(state, k, scratch, reward, env, i, j)
    for j in range(n):
        if scratch.removed[env, j]:
            leave_map(state, env, j, k.removal + 1)


@njit(cache=True)
def _punish(state, k, scratch, reward, env, i, j):
    """Apply a hit of agent i to agent j."""
    state.hits[env, i, j] += 1
    if state.guilty[env, j]:
        state.just[env, i] += 1
    if k.graduated and state.mark[env, j] == 0:
        state.mark[env, j] = k.mark
        state.frozen[env, j] = k.freeze
        return
    reward[env, j] -= k.fine
    state.fines[env, j] += 1
    if k.graduated:
        state.mark[env, j] = 0
        state.leaving[env, j] = k.removal > 0  # one step later, as in the reference
        return
    state.frozen[env, j] = k.freeze
    scratch.removed[env, j] = k.removal > 0
