"""Avatars: where they stand and look, how they move and turn, and how they leave the map and come back.

Source of the rules: Melting Pot's `avatar_library.lua`. One step of a copy goes through the phases of a frame there: `start_step`, the
task's growth, moves in random order, beams, `come_back`, the task's late growth, `end_step`.
"""

import numpy as np

from ...core.random_streams import below, shuffle, uniform
from ...kernels import njit
from .maps import FLOOR
from .state import NOBODY

ACTION_NAMES = ("stay", "forward", "backward", "step_left", "step_right", "turn_left", "turn_right")
"""The first seven actions; then come the beams."""
STAY, FORWARD, BACKWARD, STEP_LEFT, STEP_RIGHT, TURN_LEFT, TURN_RIGHT, FIRST_BEAM = range(8)
NORTH, EAST, SOUTH, WEST = range(4)
AHEAD = np.array([(-1, 0), (0, 1), (1, 0), (0, -1)], np.int64)
"""(4, 2) row and column of one step north, east, south, west."""
_TURNS = np.array([0, 0, 2, 3, 1], np.int64)  # quarter turns to the right from facing to the way that a move goes


@njit(cache=True)
def wrap_once(x, side):
    """A place on a torus from one that is at most one side beyond its ends, in a small part of the time that `%` takes."""
    if x < 0:
        return x + side
    return x - side if x >= side else x


@njit(cache=True)
def start_step(state, k, c):
    """Begin a step: last step's beams fade, timers of freezing run, those who were taken off with delay leave."""
    state.beam[c, :, :] = 0
    for i in range(state.facing.shape[1]):
        if state.leaving[c, i]:
            state.leaving[c, i] = False
            leave_map(state, c, i, k.removal + 1)
            state.cooling[c, i, 0] = k.cooldown[0]  # the reference holds back the beam of those who leave with delay
        if state.frozen[c, i] > 0:
            state.frozen[c, i] -= 1
            state.cooling[c, i, 0] = k.cooldown[0] + 1  # after thawing, the beam has to cool down as after a shot


@njit(cache=True)
def can_move(state, c, i):
    """Whether agent i can move in this step, once `start_step` has run."""
    return state.out[c, i] == 0 and state.frozen[c, i] == 0


@njit(cache=True)
def draw_order(stream, order):
    """A random order of the agents, in `order` (n,)."""
    for i in range(order.shape[0]):
        order[i] = i
    shuffle(stream, order)


@njit(cache=True)
def turn_or_move(cell, occupant, solid, torus, position, facing, i, action):
    """Play one of the actions 0 to 6 of agent i on one copy's rows; others do nothing. A way that is blocked leaves it where it is.

    Returns:
        Whether it stands in another cell now.
    """
    if action == TURN_LEFT:
        facing[i] = (facing[i] + 3) % 4
        return False
    if action == TURN_RIGHT:
        facing[i] = (facing[i] + 1) % 4
        return False
    if action < FORWARD or action > STEP_RIGHT:
        return False
    way = (facing[i] + _TURNS[action]) % 4
    height, width = cell.shape
    row, col = position[i, 0] + AHEAD[way, 0], position[i, 1] + AHEAD[way, 1]
    if torus:
        row, col = row % height, col % width
    elif row < 0 or row >= height or col < 0 or col >= width:
        return False
    if solid[cell[row, col]] or occupant[row, col] != NOBODY:
        return False
    occupant[position[i, 0], position[i, 1]] = NOBODY
    occupant[row, col] = i + 1
    position[i, 0], position[i, 1] = row, col
    return True


@njit(cache=True)
def leave_map(state, c, i, steps):
    """Take agent i off the map in this step; `come_back` lets it return in the step that comes `steps` later."""
    row, col = state.position[c, i, 0], state.position[c, i, 1]
    if state.occupant[c, row, col] == i + 1:  # not of somebody who came there after it had left for another reason
        state.occupant[c, row, col] = NOBODY
    state.out[c, i] = steps + 1  # this step counts one off already
    state.frozen[c, i] = 0


@njit(cache=True)
def place_on_map(state, c, i, row, col):
    """Put agent i on a cell, looking in a random direction."""
    state.position[c, i, 0], state.position[c, i, 1] = row, col
    state.occupant[c, row, col] = i + 1
    state.facing[c, i] = below(state.stream[c], 4)


@njit(cache=True)
def place_all(state, k, scratch, c):
    """Put every agent on a spawn cell of its own, drawn without replacement; without spawn cells, on free floor."""
    n = state.facing.shape[1]
    spot, spawns = scratch.spot[c], k.spawns.shape[0]
    for s in range(spawns):
        spot[s] = s
    shuffle(state.stream[c], spot)
    for i in range(n):
        if spawns > 0:
            place_on_map(state, c, i, k.spawns[spot[i], 0], k.spawns[spot[i], 1])
        else:
            _place_on_floor(state, k, c, i)


@njit(cache=True)
def _place_on_floor(state, k, c, i):
    """Put agent i on a floor cell on which nobody stands, every one equally likely; if there is none, on any cell that can be entered."""
    cell, occupant = state.cell[c], state.occupant[c]
    bare = _count_free(cell, occupant, k.solid, True)
    only_floor = bare > 0
    left = below(state.stream[c], bare if only_floor else _count_free(cell, occupant, k.solid, False))
    for row in range(cell.shape[0]):
        for col in range(cell.shape[1]):
            if _is_free(cell[row, col], occupant[row, col], k.solid, only_floor):
                if left == 0:
                    place_on_map(state, c, i, row, col)
                    return
                left -= 1


@njit(cache=True)
def _is_free(code, occupant, solid, only_floor):
    return occupant == NOBODY and (code == FLOOR if only_floor else not solid[code])


@njit(cache=True)
def _count_free(cell, occupant, solid, only_floor):
    count = 0
    for row in range(cell.shape[0]):
        for col in range(cell.shape[1]):
            count += _is_free(cell[row, col], occupant[row, col], solid, only_floor)
    return count


@njit(cache=True)
def come_back(state, k, scratch, c):
    """Let the times off the map run, and bring back those whose time is over: each on a random free spawn cell, or, while all are
    taken, one step later. Says in `scratch.returned` who came back.
    """
    for i in range(state.facing.shape[1]):
        scratch.returned[c, i] = False
        if state.out[c, i] > 0:
            state.out[c, i] -= 1
            if state.out[c, i] == 0:
                scratch.returned[c, i] = _find_place(state, k, scratch, c, i)
                state.out[c, i] = 0 if scratch.returned[c, i] else 1


@njit(cache=True)
def _find_place(state, k, scratch, c, i):
    """Put agent i on a random free spawn cell; False if there is none."""
    if k.spawns.shape[0] == 0:
        _place_on_floor(state, k, c, i)
        return True
    free, spot = 0, scratch.spot[c]
    for s in range(k.spawns.shape[0]):
        if state.occupant[c, k.spawns[s, 0], k.spawns[s, 1]] == NOBODY:
            spot[free] = s
            free += 1
    if free == 0:
        return False
    chosen = spot[below(state.stream[c], free)]
    place_on_map(state, c, i, k.spawns[chosen, 0], k.spawns[chosen, 1])
    return True


@njit(cache=True)
def begin_agents(state, k, scratch, c):
    """Start an episode: nobody has done anything yet, and everyone stands somewhere. The task has laid the map before."""
    state.cut[c] = False
    state.occupant[c, :, :] = NOBODY
    state.beam[c, :, :] = 0
    state.cooling[c, :, :] = 0
    state.frozen[c, :] = 0
    state.leaving[c, :] = False
    state.out[c, :] = 0
    state.mark[c, :] = 0
    state.guilty[c, :] = False
    state.returns[c, :] = 0
    state.paid[c, :] = 0
    state.paid_at[c, :] = 0
    state.idle[c, :] = 0
    state.chances[c, :] = 0
    state.taken[c, :] = 0
    state.shots[c, :] = 0
    state.hits[c, :, :] = 0
    state.just[c, :] = 0
    state.fines[c, :] = 0
    place_all(state, k, scratch, c)


@njit(cache=True)
def end_step(state, k, reward, c):
    """Close a step: marks heal, what the metrics need is added up, and chance may cut the episode."""
    now = state.elapsed[c]  # the number of this step, from 0
    for i in range(state.facing.shape[1]):
        away = state.out[c, i] > 0
        if state.mark[c, i] > 0 and not away:
            state.mark[c, i] -= 1
        if away or state.frozen[c, i] > 0:
            state.idle[c, i] += 1
        state.returns[c, i] += reward[c, i]
        if reward[c, i] > 0:
            state.paid[c, i] += 1
            state.paid_at[c, i] += now
    # The reference counts frames from 1 and one ahead here, so that 1,000 and intervals of 100 first give the 1,099th step.
    if k.ends_after > 0 and now + 1 >= k.ends_after and (now + 2) % k.end_interval == 0:
        state.cut[c] = uniform(state.stream[c]) < k.end_chance
