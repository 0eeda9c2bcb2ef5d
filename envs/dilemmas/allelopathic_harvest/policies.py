"""Scripted players of allelopathic harvest, for `..policies`: from the state to actions.

Actions are those of all agents, `(num_envs, n)`.
"""

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import hash_below
from ...kernels import each_env, njit
from ...kernels.arrays import Bool, Int16, Int32, UInt8, allocate
from ..grid_engine.avatars import AHEAD, FIRST_BEAM, STAY
from ..grid_engine.beams import ENDS, cast_beam, most_cells
from ..grid_engine.bots import NOWHERE, move_towards, turn_towards
from ..grid_engine.maps import WALL
from ..grid_engine.state import NOBODY, State
from .config import AllelopathicHarvestConfig
from .rules import PLANTING, RIPE, UNRIPE, colour_of
from .state import NEWBORN, NUM_COLOURS

NEAR = 4
"""Largest distance of a ripe berry to which a planter goes before it plants."""
NONE = -1
UNREACHED = 30_000
"""Distance of cells from which no goal can be reached."""
RED, GREEN, BLUE = range(NUM_COLOURS)


def cooperate(state: State, config: AllelopathicHarvestConfig) -> NDArray[np.int64]:
    """Plant red, whatever the agent prefers."""
    return _actions(state, config, RED)


def defect(state: State, config: AllelopathicHarvestConfig) -> NDArray[np.int64]:
    """Eat and never plant."""
    return _actions(state, config, NONE)


def plant_green(state: State, config: AllelopathicHarvestConfig) -> NDArray[np.int64]:
    """Plant green over other colours, and eat ripe berries nearby."""
    return _actions(state, config, GREEN)


def plant_blue(state: State, config: AllelopathicHarvestConfig) -> NDArray[np.int64]:
    """Plant blue over other colours, and eat ripe berries nearby."""
    return _actions(state, config, BLUE)


def punish_green(state: State, config: AllelopathicHarvestConfig) -> NDArray[np.int64]:
    """Plant red, and sanction agents that planted green last."""
    return _actions(state, config, RED, punished=1 + GREEN)


def punish_red(state: State, config: AllelopathicHarvestConfig) -> NDArray[np.int64]:
    """Plant green, and sanction agents that planted red last."""
    return _actions(state, config, GREEN, punished=1 + RED)


class _Bot(NamedTuple):
    """Aims of a player, and its beams."""

    plants: int
    """Colour that it plants, or NONE."""
    punished: int
    """Value of `State.colour` of agents that it sanctions; NEWBORN for none."""
    first_plant: int
    """Action that plants red."""
    plant_length: int
    length: int
    """Length of the sanction beam, as `radius` is its radius."""
    radius: int
    stops: Annotated[UInt8, "256"]
    """Effect of a cell on the sanction beam by its code."""
    solid: Annotated[Bool, "256"]
    """True for codes of cells that agents cannot enter."""


class _Work(NamedTuple):
    """Work space of the kernels."""

    path: Annotated[Int16, "envs beam_cells 3"]
    queue: Annotated[Int32, "envs cells"]
    to_ripe: Annotated[Int16, "envs rows columns"]
    """Distances to a ripe berry."""
    to_plant: Annotated[Int16, "envs rows columns"]
    """Distances to a berry that can be planted anew."""


def _actions(
    state: State, config: AllelopathicHarvestConfig, plants: int, punished: int = NEWBORN
) -> NDArray[np.int64]:
    beam = config.sanctions
    stops, solid = np.zeros(256, np.uint8), np.zeros(256, np.bool_)
    solid[WALL] = True
    stops[WALL] = ENDS if beam.walls_block else 0
    bot = _Bot(
        plants=plants,
        punished=punished if beam.enabled else NEWBORN,
        first_plant=FIRST_BEAM + beam.enabled,
        plant_length=config.plant_length,
        length=beam.length,
        radius=beam.radius,
        stops=stops,
        solid=solid,
    )
    num_envs, height, width = state.cell.shape
    beam_cells = most_cells(beam.length, beam.radius)
    work = allocate(_Work, envs=num_envs, beam_cells=beam_cells, cells=height * width, rows=height, columns=width)
    action = np.zeros(state.facing.shape, np.int64)
    _play(state, bot, work, action)
    return action


@each_env
def _play(state, bot, work, action, env):
    """Write the actions of all agents of the env."""
    cell, occupant = state.cell[env], state.occupant[env]
    to_ripe, to_plant, path = work.to_ripe[env], work.to_plant[env], work.path[env]
    measure_distances(cell, occupant, bot.solid, NONE, to_ripe, work.queue[env])
    if bot.plants != NONE:
        measure_distances(cell, occupant, bot.solid, bot.plants, to_plant, work.queue[env])
    for i in range(action.shape[1]):
        if state.out[env, i] > 0:
            continue
        row, col, facing = int(state.position[env, i, 0]), int(state.position[env, i, 1]), state.facing[env, i]
        action[env, i] = STAY
        if bot.punished != NEWBORN and state.cooling[env, i, 0] == 0 and state.frozen[env, i] == 0:
            action[env, i] = _aim(cell, occupant, state.colour[env], bot, row, col, facing, i, path)
            if action[env, i] != STAY:
                continue
        first = hash_below(state.stream[env], i, state.elapsed[env] % 1024, 4)
        way, steps = best_step(to_ripe, row, col, first)
        if bot.plants != NONE and steps > NEAR:
            action[env, i] = _plant(cell, occupant, bot, row, col, facing, state.cooling[env, i, PLANTING] == 0)
            if action[env, i] != STAY:
                continue
            planting_way, _ = best_step(to_plant, row, col, first)
            if planting_way != NOWHERE:
                way = planting_way
        action[env, i] = move_towards(facing, way)


@njit(cache=True)
def measure_distances(cell, occupant, solid, plants, steps, queue):
    """Write the grid distance of each free cell on the torus to a goal to `steps`.

    Paths lead around walls and agents.

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
def best_step(steps, row, col, first):
    """Direction of the neighbouring cell with the least distance, and the distance through it.

    Of several directions it is the first from `first` on. They are NOWHERE and UNREACHED if no goal
    can be reached.
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
    """Action that plants, or turns to a berry in reach; STAY if there is none.

    The action that plants needs the beam to be `ready`.
    """
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
    """Action that sanctions agents of the punished colour alone, or turns to them; else STAY."""
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
