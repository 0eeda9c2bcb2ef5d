"""How the scripted players of `..policies` play among the berries: all agents' actions from the state, `(num_envs, n)`."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import hash_below
from ...kernels import njit, over_copies, prange
from ..grid_engine.avatars import AHEAD, FIRST_BEAM, STAY
from ..grid_engine.beams import ENDS, cast_beam, most_cells
from ..grid_engine.bots import NOWHERE, move_towards, turn_towards
from ..grid_engine.maps import WALL
from ..grid_engine.state import NOBODY, State
from .config import AllelopathicHarvestParameters
from .rules import NEWBORN, NUM_COLOURS, PLANTING, RIPE, UNRIPE, colour_of

NEAR = 4
"""A planter goes to a ripe berry that is so few steps away before it plants."""
NONE = -1
UNREACHED = 30_000
RED, GREEN, BLUE = range(NUM_COLOURS)


def cooperate(state: State, parameters: AllelopathicHarvestParameters) -> NDArray[np.int64]:
    """Plants red, as all who cooperate do, whatever it prefers."""
    return _actions(state, parameters, RED)


def defect(state: State, parameters: AllelopathicHarvestParameters) -> NDArray[np.int64]:
    """Eats and lets others plant."""
    return _actions(state, parameters, NONE)


def plant_green(state: State, parameters: AllelopathicHarvestParameters) -> NDArray[np.int64]:
    """Plants green wherever it finds another colour, and eats ripe berries near it."""
    return _actions(state, parameters, GREEN)


def plant_blue(state: State, parameters: AllelopathicHarvestParameters) -> NDArray[np.int64]:
    """Plants blue wherever it finds another colour, and eats ripe berries near it."""
    return _actions(state, parameters, BLUE)


def punish_green(state: State, parameters: AllelopathicHarvestParameters) -> NDArray[np.int64]:
    """Plants red, and sanctions those who planted green last."""
    return _actions(state, parameters, RED, punished=1 + GREEN)


def punish_red(state: State, parameters: AllelopathicHarvestParameters) -> NDArray[np.int64]:
    """Plants green, and sanctions those who planted red last."""
    return _actions(state, parameters, GREEN, punished=1 + RED)


class _Bot(NamedTuple):
    """What a player does, and the beams that it has."""

    plants: int  # a colour, or NONE
    punished: int  # value of `State.colour` of those whom it sanctions; NEWBORN for nobody
    first_plant: int  # the action that plants red
    plant_length: int
    length: int  # of the sanction
    radius: int
    stops: NDArray[np.uint8]  # (256,) what cells do to the sanction
    solid: NDArray[np.bool_]  # (256,) cells that nobody can enter


class _Paper(NamedTuple):
    """Work space, one row a copy."""

    path: NDArray[np.int16]  # (num_envs, cells, 3)
    queue: NDArray[np.int32]  # (num_envs, H * W)
    to_ripe: NDArray[np.int16]  # (num_envs, H, W) steps to a ripe berry
    to_plant: NDArray[np.int16]  # (num_envs, H, W) steps to a berry that can be planted anew


def _actions(
    state: State, parameters: AllelopathicHarvestParameters, plants: int, punished: int = NEWBORN
) -> NDArray[np.int64]:
    beam = parameters.sanctions
    stops, solid = np.zeros(256, np.uint8), np.zeros(256, np.bool_)
    solid[WALL] = True
    stops[WALL] = ENDS if beam.walls_block else 0
    bot = _Bot(
        plants=plants,
        punished=punished if beam.enabled else NEWBORN,
        first_plant=FIRST_BEAM + beam.enabled,
        plant_length=parameters.plant_length,
        length=beam.length,
        radius=beam.radius,
        stops=stops,
        solid=solid,
    )
    copies, height, width = state.cell.shape
    paper = _Paper(
        path=np.zeros((copies, most_cells(beam.length, beam.radius), 3), np.int16),
        queue=np.zeros((copies, height * width), np.int32),
        to_ripe=np.zeros((copies, height, width), np.int16),
        to_plant=np.zeros((copies, height, width), np.int16),
    )
    action = np.zeros(state.facing.shape, np.int64)
    _play(state, bot, paper, action)
    return action


@over_copies
def _play(state, bot, paper, action):
    for c in prange(action.shape[0]):
        _play_copy(state, bot, paper, action, np.int64(c))


@njit(cache=True)
def _play_copy(state, bot, paper, action, c):
    cell, occupant = state.cell[c], state.occupant[c]
    to_ripe, to_plant, path = paper.to_ripe[c], paper.to_plant[c], paper.path[c]
    measure_ways(cell, occupant, bot.solid, NONE, to_ripe, paper.queue[c])
    if bot.plants != NONE:
        measure_ways(cell, occupant, bot.solid, bot.plants, to_plant, paper.queue[c])
    for i in range(action.shape[1]):
        if state.out[c, i] > 0:
            continue
        row, col, facing = int(state.position[c, i, 0]), int(state.position[c, i, 1]), state.facing[c, i]
        action[c, i] = STAY
        if bot.punished != NEWBORN and state.cooling[c, i, 0] == 0 and state.frozen[c, i] == 0:
            action[c, i] = _aim(cell, occupant, state.colour[c], bot, row, col, facing, i, path)
            if action[c, i] != STAY:
                continue
        first = hash_below(state.stream[c], i, state.elapsed[c] % 1024, 4)
        way, steps = best_way(to_ripe, row, col, first)
        if bot.plants != NONE and steps > NEAR:
            action[c, i] = _plant(cell, occupant, bot, row, col, facing, state.cooling[c, i, PLANTING] == 0)
            if action[c, i] != STAY:
                continue
            planting_way, _ = best_way(to_plant, row, col, first)
            if planting_way != NOWHERE:
                way = planting_way
        action[c, i] = move_towards(facing, way)


@njit(cache=True)
def measure_ways(cell, occupant, solid, plants, steps, queue):
    """Write the length of the shortest way on the torus from each free cell to a goal, around walls and agents, to `steps`.

    Args:
        plants: goals are unripe berries of other colours than this; with NONE, ripe ones.
    """
    height, width = cell.shape
    tail = 0
    for row in range(height):
        for col in range(width):
            code = cell[row, col]
            if plants == NONE:
                goal = code >= RIPE
            else:
                goal = UNRIPE <= code < RIPE and colour_of(code) != plants
            steps[row, col] = UNREACHED
            if goal and occupant[row, col] == NOBODY:
                steps[row, col] = 0
                queue[tail] = row * width + col
                tail += 1
    head = 0
    while head < tail:
        row, col = queue[head] // width, queue[head] % width
        head += 1
        for way in range(4):
            r, q = (row + AHEAD[way, 0]) % height, (col + AHEAD[way, 1]) % width
            if steps[r, q] == UNREACHED and not solid[cell[r, q]] and occupant[r, q] == NOBODY:
                steps[r, q] = steps[row, col] + 1
                queue[tail] = r * width + q
                tail += 1


@njit(cache=True)
def best_way(steps, row, col, first):
    """The direction of the neighbouring cell with the shortest way, the first of several from `first` on, and the steps to go.

    NOWHERE and UNREACHED if no way leads anywhere.
    """
    height, width = steps.shape
    best, least = NOWHERE, UNREACHED
    for turn in range(4):
        way = (first + turn) % 4
        there = steps[(row + AHEAD[way, 0]) % height, (col + AHEAD[way, 1]) % width]
        if there < least:
            best, least = way, there
    return best, least + 1 if best != NOWHERE else UNREACHED


@njit(cache=True)
def _plant(cell, occupant, bot, row, col, facing, ready):
    """The action that plants, if the beam is ready, or turns to where it could; STAY if there is nothing to plant around."""
    height, width = cell.shape
    for quarter in range(4):
        if quarter == 0 and not ready:
            continue
        way = (facing + quarter) % 4
        r, q = row, col
        for _ in range(bot.plant_length):
            r, q = (r + AHEAD[way, 0]) % height, (q + AHEAD[way, 1]) % width
            code = cell[r, q]
            if UNRIPE <= code < RIPE and colour_of(code) != bot.plants:
                return turn_towards(facing, way) if quarter > 0 else bot.first_plant + bot.plants
            if code >= UNRIPE or bot.solid[code] or occupant[r, q] != NOBODY:
                break
    return STAY


@njit(cache=True)
def _aim(cell, occupant, colour, bot, row, col, facing, i, path):
    """The action that sanctions somebody of the punished colour and nobody else, or turns to where it could; STAY if there is none."""
    for quarter in range(4):
        way = (facing + quarter) % 4
        count = cast_beam(cell, occupant, bot.stops, True, True, row, col, way, bot.length, bot.radius, path)
        found = spared = False
        for p in range(count):
            j = occupant[path[p, 0], path[p, 1]] - 1
            if path[p, 2] and j >= 0 and j != i:
                found = found or colour[j] == bot.punished
                spared = spared or colour[j] != bot.punished
        if found and not spared:
            return turn_towards(facing, way) if quarter > 0 else FIRST_BEAM
    return STAY
