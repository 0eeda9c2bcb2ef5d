"""Avatars: positions, moves and turns, and leaving the map and coming back.

Source of the rules: Melting Pot's `avatar_library.lua`. One step of an env goes through the phases
of a frame there: `start_step`, the task's growth, moves in random order, beams, `come_back`, the
task's late growth, `end_step`.
"""

import numpy as np

from ...core.random_streams import below, shuffle, uniform
from ...grid.moves import offsets
from ...kernels import njit
from .maps import FLOOR
from .state import NOBODY

ACTION_NAMES = ("stay", "forward", "backward", "step_left", "step_right", "turn_left", "turn_right")
"""The first seven actions; then come the beams."""
STAY, FORWARD, BACKWARD, STEP_LEFT, STEP_RIGHT, TURN_LEFT, TURN_RIGHT, FIRST_BEAM = range(8)
NORTH, EAST, SOUTH, WEST = range(4)
AHEAD = offsets("URDL", np.int64)
"""`(4, 2)` row and column of one step north, east, south, west."""
_TURNS = np.array([0, 0, 2, 3, 1], np.int64)  # quarter turns to the right from facing to the direction of a move


@njit(cache=True)
def wrap_once(x, side):
    """Wrap a coordinate at most one side beyond the ends of a torus; much faster than `%`."""
    if x < 0:
        return x + side
    return x - side if x >= side else x


@njit(cache=True)
def start_step(state, k, env):
    """Begin a step: clear beams, run timers of freezing, remove agents that leave with delay."""
    state.beam[env, :, :] = 0
    for i in range(state.facing.shape[1]):
        if state.leaving[env, i]:
            state.leaving[env, i] = False
            leave_map(state, env, i, k.removal + 1)
            # The reference holds back the beam of those that leave with delay.
            state.cooling[env, i, 0] = k.cooldown[0]
        if state.frozen[env, i] > 0:
            state.frozen[env, i] -= 1
            # After thawing, the beam has to cool down as after a shot.
            state.cooling[env, i, 0] = k.cooldown[0] + 1


@njit(cache=True)
def can_move(state, env, i):
    """Return True if agent i can move in this step, once `start_step` has run."""
    return state.out[env, i] == 0 and state.frozen[env, i] == 0


@njit(cache=True)
def draw_order(stream, order):
    """Write a random order of the agents to `order` (n,)."""
    for i in range(order.shape[0]):
        order[i] = i
    shuffle(stream, order)


@njit(cache=True)
def turn_or_move(cell, occupant, solid, torus, position, facing, i, action):
    """Play one of the actions 0 to 6 of agent i on the rows of one env; others do nothing.

    An agent whose move is blocked stays in its cell.

    Returns:
        True if the agent is in another cell now.
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
def leave_map(state, env, i, steps):
    """Take agent i off the map in this step; it may come back in the step that is `steps` later."""
    row, col = state.position[env, i, 0], state.position[env, i, 1]
    # Another agent may stand there, if this one had left for another reason.
    if state.occupant[env, row, col] == i + 1:
        state.occupant[env, row, col] = NOBODY
    state.out[env, i] = steps + 1  # this step counts one off already
    state.frozen[env, i] = 0


@njit(cache=True)
def place_on_map(state, env, i, row, col):
    """Put agent i on a cell, facing in a random direction."""
    state.position[env, i, 0], state.position[env, i, 1] = row, col
    state.occupant[env, row, col] = i + 1
    state.facing[env, i] = below(state.stream[env], 4)


@njit(cache=True)
def place_all(state, k, scratch, env):
    """Put every agent on a spawn cell of its own, drawn without replacement.

    On maps without spawn cells it is put on free floor.
    """
    n = state.facing.shape[1]
    spot, spawns = scratch.spot[env], k.spawns.shape[0]
    for s in range(spawns):
        spot[s] = s
    shuffle(state.stream[env], spot)
    for i in range(n):
        if spawns > 0:
            place_on_map(state, env, i, k.spawns[spot[i], 0], k.spawns[spot[i], 1])
        else:
            _place_on_floor(state, k, env, i)


@njit(cache=True)
def _place_on_floor(state, k, env, i):
    """Put agent i on a free floor cell, each equally likely.

    If there is none, it is put on any free cell that can be entered.
    """
    cell, occupant = state.cell[env], state.occupant[env]
    bare = _count_free(cell, occupant, k.solid, True)
    only_floor = bare > 0
    left = below(state.stream[env], bare if only_floor else _count_free(cell, occupant, k.solid, False))
    for row in range(cell.shape[0]):
        for col in range(cell.shape[1]):
            if _is_free(cell[row, col], occupant[row, col], k.solid, only_floor):
                if left == 0:
                    place_on_map(state, env, i, row, col)
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
def come_back(state, k, scratch, env):
    """Run the times off the map, and bring back agents whose time is over.

    Each is put on a random free spawn cell; while all are taken, it comes one step later.
    `scratch.returned` is set for agents that came back.
    """
    for i in range(state.facing.shape[1]):
        scratch.returned[env, i] = False
        if state.out[env, i] > 0:
            state.out[env, i] -= 1
            if state.out[env, i] == 0:
                scratch.returned[env, i] = _find_place(state, k, scratch, env, i)
                state.out[env, i] = 0 if scratch.returned[env, i] else 1


@njit(cache=True)
def _find_place(state, k, scratch, env, i):
    """Put agent i on a random free spawn cell; return False if there is none."""
    if k.spawns.shape[0] == 0:
        _place_on_floor(state, k, env, i)
        return True
    free, spot = 0, scratch.spot[env]
    for s in range(k.spawns.shape[0]):
        if state.occupant[env, k.spawns[s, 0], k.spawns[s, 1]] == NOBODY:
            spot[free] = s
            free += 1
    if free == 0:
        return False
    chosen = spot[below(state.stream[env], free)]
    place_on_map(state, env, i, k.spawns[chosen, 0], k.spawns[chosen, 1])
    return True


@njit(cache=True)
def begin_agents(state, k, scratch, env):
    """Start an episode: clear what agents did, and place them on the map that the task has laid."""
    state.cut[env] = False
    state.occupant[env, :, :] = NOBODY
    state.beam[env, :, :] = 0
    state.cooling[env, :, :] = 0
    state.frozen[env, :] = 0
    state.leaving[env, :] = False
    state.out[env, :] = 0
    state.mark[env, :] = 0
    state.guilty[env, :] = False
    state.returns[env, :] = 0
    state.paid[env, :] = 0
    state.paid_at[env, :] = 0
    state.idle[env, :] = 0
    state.chances[env, :] = 0
    state.taken[env, :] = 0
    state.shots[env, :] = 0
    state.hits[env, :, :] = 0
    state.just[env, :] = 0
    state.fines[env, :] = 0
    place_all(state, k, scratch, env)


@njit(cache=True)
def end_step(state, k, reward, env):
    """Close a step: run marks, add up statistics, and perhaps cut the episode by chance."""
    now = state.elapsed[env]  # the number of this step, from 0
    for i in range(state.facing.shape[1]):
        away = state.out[env, i] > 0
        if state.mark[env, i] > 0 and not away:
            state.mark[env, i] -= 1
        if away or state.frozen[env, i] > 0:
            state.idle[env, i] += 1
        state.returns[env, i] += reward[env, i]
        if reward[env, i] > 0:
            state.paid[env, i] += 1
            state.paid_at[env, i] += now
    # The reference counts frames from 1 and one ahead here, so that 1,000 and intervals of 100
    # first give the 1,099th step.
    if k.ends_after > 0 and now + 1 >= k.ends_after and (now + 2) % k.end_interval == 0:
        state.cut[env] = uniform(state.stream[env]) < k.end_chance
