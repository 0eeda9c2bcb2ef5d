"""How the scripted players of `..policies` play the commons: all agents' actions from the state, `(num_envs, n)`."""

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import hash_below
from ...kernels import njit, over_copies, prange
from ..grid_engine.avatars import AHEAD, FIRST_BEAM, STAY, TURN_LEFT, TURN_RIGHT
from ..grid_engine.beams import ENDS, cast_beam, most_cells
from ..grid_engine.bots import NOWHERE, move_towards
from ..grid_engine.maps import FLOOR, WALL
from ..grid_engine.state import NOBODY, State
from .config import HarvestParameters
from .rules import APPLE

ENOUGH, SPARING = 4, 2
"""Live apples around an apple that a cooperator eats, so many that the patch stays dense, and that a defector eats, so few that it stays sparse."""
UNREACHED = 30_000


def cooperate(state: State, parameters: HarvestParameters) -> NDArray[np.int64]:
    """Eats only apples with at least four live ones around them (and never becomes guilty): the patches stay dense."""
    return _actions(state, parameters, max(ENOUGH, parameters.greedy_below))


def defect(state: State, parameters: HarvestParameters) -> NDArray[np.int64]:
    """Eats before others do, but spares apples with fewer than two live ones around them, lest it has nothing later."""
    return _actions(state, parameters, SPARING)


def greedy(state: State, parameters: HarvestParameters) -> NDArray[np.int64]:
    """Eats the nearest apple, also the last one of a patch."""
    return _actions(state, parameters, 0)


def patrol(state: State, parameters: HarvestParameters) -> NDArray[np.int64]:
    """Cooperates, and sanctions the guilty where it can hit them, if need be after a turn."""
    return _actions(state, parameters, max(ENOUGH, parameters.greedy_below), sanctions=True)


def _actions(state: State, parameters: HarvestParameters, enough: int, sanctions: bool = False) -> NDArray[np.int64]:
    """The actions of all agents, `(num_envs, n)`.

    They go the shortest way to the nearest apple with `enough` live ones around it, around agents and apples with fewer, and wait beside the trees if there is none.
    """
    beam = parameters.sanctions
    shape = state.cell.shape
    stops, solid = np.zeros(256, np.uint8), np.zeros(256, np.bool_)
    solid[WALL] = True
    stops[WALL] = ENDS if beam.walls_block else 0
    path = np.zeros((shape[0], most_cells(beam.length, beam.radius), 3), np.int16)
    queue = np.zeros((shape[0], shape[1] * shape[2]), np.int32)
    steps, blocked = np.zeros(shape, np.int16), np.zeros(shape, np.bool_)
    action = np.zeros(state.facing.shape, np.int64)
    sanctions = sanctions and beam.enabled
    _harvest(state, enough, sanctions, solid, stops, beam.length, beam.radius, path, queue, steps, blocked, action)
    return action


@over_copies
def _harvest(state, enough, sanctions, solid, stops, length, radius, path, queue, steps, blocked, action):
    for c in prange(action.shape[0]):
        _harvest_copy(
            state,
            enough,
            sanctions,
            solid,
            stops,
            length,
            radius,
            path[c],
            queue[c],
            steps[c],
            blocked[c],
            action[c],
            np.int64(c),
        )


@njit(cache=True)
def _harvest_copy(state, enough, sanctions, solid, stops, length, radius, path, queue, steps, blocked, action, c):
    cell, age, occupant = state.cell[c], state.age[c], state.occupant[c]
    _measure_ways(cell, age, occupant, solid, enough, blocked, steps, queue)
    for i in range(action.shape[0]):
        if state.out[c, i] > 0:
            continue
        row, col = int(state.position[c, i, 0]), int(state.position[c, i, 1])
        if sanctions and state.cooling[c, i, 0] == 0 and state.frozen[c, i] == 0:
            shot = _aim(cell, occupant, state.guilty[c], stops, length, radius, row, col, state.facing[c, i], i, path)
            if shot != STAY:
                action[i] = shot
                continue
        first = hash_below(state.stream[c], i, state.elapsed[c] % 1024, 4)
        way = _best_way(steps, row, col, first)
        if way == NOWHERE and cell[row, col] != FLOOR:
            way = _way_off(cell, blocked, row, col, first)
        action[i] = move_towards(state.facing[c, i], way)


@njit(cache=True)
def _measure_ways(cell, age, occupant, solid, enough, blocked, steps, queue):
    """Write the length of the shortest way from each cell to an apple with enough around it, around agents and other apples, to `steps`."""
    height, width = cell.shape
    tail = 0
    for row in range(height):
        for col in range(width):
            apple = cell[row, col] == APPLE
            goal = apple and age[row, col] >= enough and occupant[row, col] == NOBODY
            blocked[row, col] = solid[cell[row, col]] or occupant[row, col] != NOBODY or (apple and not goal)
            steps[row, col] = 0 if goal else UNREACHED
            if goal:
                queue[tail] = row * width + col
                tail += 1
    head = 0
    while head < tail:
        row, col = queue[head] // width, queue[head] % width
        head += 1
        for way in range(4):
            r, q = row + AHEAD[way, 0], col + AHEAD[way, 1]
            if 0 <= r < height and 0 <= q < width and not blocked[r, q] and steps[r, q] == UNREACHED:
                steps[r, q] = steps[row, col] + 1
                queue[tail] = r * width + q
                tail += 1


@njit(cache=True)
def _best_way(steps, row, col, first):
    """The direction of the neighbouring cell with the shortest way, the first from `first` on; NOWHERE if no way leads anywhere."""
    best, least = NOWHERE, UNREACHED
    for turn in range(4):
        way = (first + turn) % 4
        r, q = row + AHEAD[way, 0], col + AHEAD[way, 1]
        if 0 <= r < steps.shape[0] and 0 <= q < steps.shape[1] and steps[r, q] < least:
            best, least = way, steps[r, q]
    return best


@njit(cache=True)
def _way_off(cell, blocked, row, col, first):
    """A step from a site, where an apple that grows would be eaten at once, to a cell beside it: to floor if possible."""
    best = NOWHERE
    for turn in range(4):
        way = (first + turn) % 4
        r, q = row + AHEAD[way, 0], col + AHEAD[way, 1]
        if r < 0 or r >= cell.shape[0] or q < 0 or q >= cell.shape[1] or blocked[r, q] or cell[r, q] == APPLE:
            continue
        if best == NOWHERE or cell[r, q] == FLOOR:
            best = way
    return best


@njit(cache=True)
def _aim(cell, occupant, guilty, stops, length, radius, row, col, facing, i, path):
    """The action that shoots somebody guilty, or turns to one that can be shot then; STAY if there is none."""
    for quarter in range(4):
        way = (facing + quarter) % 4
        count = cast_beam(cell, occupant, stops, True, False, row, col, way, length, radius, path)
        for p in range(count):
            j = occupant[path[p, 0], path[p, 1]] - 1
            if path[p, 2] and j >= 0 and j != i and guilty[j]:
                if quarter == 0:
                    return FIRST_BEAM
                return TURN_LEFT if quarter == 3 else TURN_RIGHT
    return STAY
