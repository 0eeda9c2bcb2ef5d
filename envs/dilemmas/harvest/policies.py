"""Scripted players of the commons, for `..policies`: functions from the state to actions.

Actions are those of all agents, `(num_envs, n)`.
"""

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import hash_below
from ...kernels import each_env, njit
from ..grid_engine.avatars import AHEAD, FIRST_BEAM, STAY, TURN_LEFT, TURN_RIGHT
from ..grid_engine.beams import ENDS, cast_beam, most_cells
from ..grid_engine.bots import NOWHERE, move_towards
from ..grid_engine.maps import FLOOR, WALL
from ..grid_engine.state import NOBODY, State
from .config import HarvestConfig
from .rules import APPLE

ENOUGH, SPARING = 4, 2
"""Fewest live apples around an apple that a cooperator eats, and around one that a defector eats.

Patches stay dense with the first number and sparse with the second.
"""
UNREACHED = 30_000
"""Distance of cells from which no goal can be reached."""


def cooperate(state: State, config: HarvestConfig) -> NDArray[np.int64]:
    """Eat only apples with at least four live ones around them, which never makes it guilty."""
    return _actions(state, config, max(ENOUGH, config.greedy_below))


def defect(state: State, config: HarvestConfig) -> NDArray[np.int64]:
    """Eat before others do, but spare apples with fewer than two live ones around them."""
    return _actions(state, config, SPARING)


def greedy(state: State, config: HarvestConfig) -> NDArray[np.int64]:
    """Eat the nearest apple, also the last one of a patch."""
    return _actions(state, config, 0)


def patrol(state: State, config: HarvestConfig) -> NDArray[np.int64]:
    """Cooperate, and sanction guilty agents that a beam can hit, if need be after a turn."""
    return _actions(state, config, max(ENOUGH, config.greedy_below), sanctions=True)


def _actions(state: State, config: HarvestConfig, enough: int, sanctions: bool = False) -> NDArray[np.int64]:
    """Actions of all agents, `(num_envs, n)`.

    Agents take the shortest path to the nearest apple with `enough` live ones around it, around
    agents and apples with fewer. If there is none, they wait beside the sites.
    """
    beam = config.sanctions
    shape = state.cell.shape
    stops, solid = np.zeros(256, np.uint8), np.zeros(256, np.bool_)
    solid[WALL] = True
    stops[WALL] = ENDS if beam.walls_block else 0
    path = np.zeros((shape[0], most_cells(beam.length, beam.radius), 3), np.int16)
    queue = np.zeros((shape[0], shape[1] * shape[2]), np.int32)
    distance, blocked = np.zeros(shape, np.int16), np.zeros(shape, np.bool_)
    action = np.zeros(state.facing.shape, np.int64)
    sanctions = sanctions and beam.enabled
    _play(state, enough, sanctions, solid, stops, beam.length, beam.radius, path, queue, distance, blocked, action)
    return action


@each_env
def _play(state, enough, sanctions, solid, stops, length, radius, path, queue, distance, blocked, action, env):
    """Write the actions of all agents of the env."""
    cell, occupant, facing = state.cell[env], state.occupant[env], state.facing[env]
    _measure_distances(cell, state.age[env], occupant, solid, enough, blocked[env], distance[env], queue[env])
    for i in range(action.shape[1]):
        if state.out[env, i] > 0:
            continue
        row, col = int(state.position[env, i, 0]), int(state.position[env, i, 1])
        if sanctions and state.cooling[env, i, 0] == 0 and state.frozen[env, i] == 0:
            guilty = state.guilty[env]
            shot = _aim(cell, occupant, guilty, stops, length, radius, row, col, facing[i], i, path[env])
            if shot != STAY:
                action[env, i] = shot
                continue
        first = hash_below(state.stream[env], i, state.elapsed[env] % 1024, 4)
        way = _best_step(distance[env], row, col, first)
        if way == NOWHERE and cell[row, col] != FLOOR:
            way = _step_off(cell, blocked[env], row, col, first)
        action[env, i] = move_towards(facing[i], way)


@njit(cache=True)
def _measure_distances(cell, age, occupant, solid, enough, blocked, distance, queue):
    """Write the grid distance of each cell to an apple with enough around it to `distance`.

    Paths lead around agents and other apples.
    """
    height, width = cell.shape
    tail = 0
    for row in range(height):
        for col in range(width):
            apple = cell[row, col] == APPLE
            goal = apple and age[row, col] >= enough and occupant[row, col] == NOBODY
            blocked[row, col] = solid[cell[row, col]] or occupant[row, col] != NOBODY or (apple and not goal)
            distance[row, col] = 0 if goal else UNREACHED
            if goal:
                queue[tail] = row * width + col
                tail += 1
    head = 0
    while head < tail:
        row, col = queue[head] // width, queue[head] % width
        head += 1
        for way in range(4):
            r, q = row + AHEAD[way, 0], col + AHEAD[way, 1]
            if 0 <= r < height and 0 <= q < width and not blocked[r, q] and distance[r, q] == UNREACHED:
                distance[r, q] = distance[row, col] + 1
                queue[tail] = r * width + q
                tail += 1


@njit(cache=True)
def _best_step(distance, row, col, first):
    """Direction of the neighbouring cell with the least distance, the first from `first` on.

    It is NOWHERE if no goal can be reached.
    """
    best, least = NOWHERE, UNREACHED
    for turn in range(4):
        way = (first + turn) % 4
        r, q = row + AHEAD[way, 0], col + AHEAD[way, 1]
        if 0 <= r < distance.shape[0] and 0 <= q < distance.shape[1] and distance[r, q] < least:
            best, least = way, distance[r, q]
    return best


@njit(cache=True)
def _step_off(cell, blocked, row, col, first):
    """Direction of a cell beside a site, floor if possible.

    An apple that grows under an agent on a site would be eaten at once.
    """
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
    """Action that shoots a guilty agent, or turns towards one in reach; STAY if there is none."""
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
