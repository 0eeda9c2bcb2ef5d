"""How the scripted players of `..policies` play the clean-up task: all agents' actions from the state, `(num_envs, n)`."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import hash_below
from ...kernels import njit, over_copies, prange
from ..grid_engine.avatars import FIRST_BEAM, STAY, TURN_LEFT, TURN_RIGHT
from ..grid_engine.beams import ENDS, HIT, cast_beam, most_cells
from ..grid_engine.bots import NOWHERE, move_towards, way_to
from ..grid_engine.maps import WALL
from ..grid_engine.state import State
from .config import CleanupParameters
from .maps import APPLE, CLEAN, DIRT, TREE
from .rules import CLEAN_BEAM, DIRTY

TO_SANCTION, TO_CLEAN = range(2)
ANY = 30_000
"""Farther than any way on a map."""
DIRTS, APPLES, TREES, NOTHING = range(4)
"""What bots walk to: whoever finds none of one kind goes for the next."""


class Aim(NamedTuple):
    """The beams of a bot, sanction and cleaning."""

    stops: NDArray[np.uint8]  # (2, 256) what a cell's code does to each, see `beams`
    at_agents: NDArray[np.bool_]  # (2,) whether each ends at agents
    length: NDArray[np.int64]  # (2,)
    radius: NDArray[np.int64]  # (2,)
    action: NDArray[np.int64]  # (2,) that shoots each


def cooperate(state: State, parameters: CleanupParameters) -> NDArray[np.int64]:
    """Cleans in turns with the others whenever the river needs it, else eats."""
    return _actions(state, parameters, cleans=True)


def defect(state: State, parameters: CleanupParameters) -> NDArray[np.int64]:
    """Only eats."""
    return _actions(state, parameters)


def patrol(state: State, parameters: CleanupParameters) -> NDArray[np.int64]:
    """Cooperates, and sanctions the guilty, who eat and do not clean, where it can hit them, if need be after a turn."""
    return _actions(state, parameters, cleans=True, sanctions=True)


def _actions(
    state: State, parameters: CleanupParameters, cleans: bool = False, sanctions: bool = False
) -> NDArray[np.int64]:
    """The actions of all agents, `(num_envs, n)`.

    They eat the nearest apple, or wait at a tree for one. Those who clean do so while more of the river is dirty than their duty allows; duties
    differ, so that a little dirt calls few and much dirt all, and go around within the steps after which those who do not clean are guilty.
    """
    p = parameters
    aim = _aim(p)
    copies, height, width = state.cell.shape
    action = np.zeros(state.facing.shape, np.int64)
    cells = max(most_cells(length, radius) for length, radius in zip(aim.length, aim.radius))
    path = np.zeros((copies, cells, 3), np.int16)
    queue, came = np.zeros((copies, height * width), np.int32), np.zeros((copies, height, width), np.int16)
    wanted = np.zeros((copies, 3, height, width), np.bool_)
    solid = np.zeros(256, np.bool_)
    solid[WALL] = True
    shift = max(p.guilt // state.facing.shape[1], 1)
    plan = (cleans, sanctions and p.sanctions.enabled, float(p.depletion), shift)
    _garden(state, *plan, aim, solid, path, wanted, queue, came, action)
    return action


def _aim(p: CleanupParameters) -> Aim:
    s = p.sanctions
    stops = np.zeros((2, 256), np.uint8)
    stops[TO_SANCTION, WALL] = ENDS if s.walls_block else 0
    stops[TO_CLEAN, WALL] = ENDS
    stops[TO_CLEAN, DIRT] = HIT
    return Aim(
        stops=stops,
        at_agents=np.array([True, p.clean_ends_at_agents]),
        length=np.array([s.length, p.clean_length]),
        radius=np.array([s.radius, p.clean_radius]),
        action=np.array([FIRST_BEAM, FIRST_BEAM + s.enabled]),
    )


@over_copies
def _garden(state, cleans, sanctions, depletion, shift, aim, solid, path, wanted, queue, came, action):
    for c in prange(action.shape[0]):
        _garden_copy(
            state,
            cleans,
            sanctions,
            depletion,
            shift,
            aim,
            solid,
            path[c],
            wanted[c],
            queue[c],
            came[c],
            action[c],
            np.int64(c),
        )


@njit(cache=True)
def _garden_copy(state, cleans, sanctions, depletion, shift, aim, solid, path, wanted, queue, came, action, c):
    cell, occupant, n = state.cell[c], state.occupant[c], action.shape[0]
    river = _find(cell, wanted)
    for i in range(n):
        if state.out[c, i] > 0 or state.frozen[c, i] > 0:
            continue
        row, col, facing = int(state.position[c, i, 0]), int(state.position[c, i, 1]), int(state.facing[c, i])
        if sanctions and state.cooling[c, i, 0] == 0:
            action[i] = _sanction(cell, occupant, state.guilty[c], aim, row, col, facing, i, path)
            if action[i] != STAY:
                continue
        first = hash_below(state.stream[c], i, 0, 4)
        duty = (i + state.elapsed[c] // shift) % n
        goal = APPLES
        if cleans and state.numbers[c, DIRTY] * n > depletion * river * duty:
            goal = DIRTS
            turn = _turn_to_dirt(cell, occupant, aim, row, col, facing, path)
            if turn == STAY:
                action[i] = aim.action[TO_CLEAN] if state.cooling[c, i, CLEAN_BEAM] == 0 else STAY
                continue
            if turn != NOWHERE:
                action[i] = turn
                continue
            if cell[row, col] == DIRT:  # it stands on the only dirt around, which no beam of its own reaches
                action[i] = move_towards(facing, first)
                continue
        for wish in range(goal, NOTHING):
            way, distance = way_to(cell, occupant, solid, False, wanted[wish], row, col, first, ANY, queue, came)
            if distance >= 0:
                action[i] = move_towards(facing, way)
                break


@njit(cache=True)
def _find(cell, wanted):
    """Mark the cells of each kind of goal in `wanted` (3, H, W); returns how many cells of the river can be dirty."""
    river = 0
    for row in range(cell.shape[0]):
        for col in range(cell.shape[1]):
            code = cell[row, col]
            wanted[DIRTS, row, col] = code == DIRT
            wanted[APPLES, row, col] = code == APPLE
            wanted[TREES, row, col] = code == TREE
            river += code in (DIRT, CLEAN)
    return river


@njit(cache=True)
def _cast(cell, occupant, aim, beam, row, col, facing, path):
    """The cells that a beam of the bot would cover, see `cast_beam`."""
    stops, at_agents = aim.stops[beam], aim.at_agents[beam]
    return cast_beam(
        cell, occupant, stops, at_agents, False, row, col, facing, aim.length[beam], aim.radius[beam], path
    )


@njit(cache=True)
def _turn_to_dirt(cell, occupant, aim, row, col, facing, path):
    """The turn after which the beam cleans most, STAY if that is none; NOWHERE if it would clean nothing anyway."""
    best, most = NOWHERE, 0
    for turn, action in ((0, STAY), (3, TURN_LEFT), (1, TURN_RIGHT)):
        dirt = 0
        for p in range(_cast(cell, occupant, aim, TO_CLEAN, row, col, (facing + turn) % 4, path)):
            dirt += cell[path[p, 0], path[p, 1]] == DIRT
        if turn == 0 and dirt > 0:
            return STAY
        if dirt > most:
            best, most = action, dirt
    return best


@njit(cache=True)
def _sanction(cell, occupant, guilty, aim, row, col, facing, i, path):
    """Shoot somebody guilty, or turn to one that can be shot then; STAY if there is none."""
    for turn, action in ((0, aim.action[TO_SANCTION]), (3, TURN_LEFT), (1, TURN_RIGHT), (2, TURN_RIGHT)):
        for p in range(_cast(cell, occupant, aim, TO_SANCTION, row, col, (facing + turn) % 4, path)):
            j = occupant[path[p, 0], path[p, 1]] - 1
            if path[p, 2] and j >= 0 and j != i and guilty[j]:
                return action
    return STAY
