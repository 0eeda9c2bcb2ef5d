"""Scripted players of the clean-up task, for `..policies`: functions from the state to actions.

Actions are those of all agents, `(num_envs, n)`.
"""

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import hash_below
from ...kernels import each_env, njit
from ...kernels.arrays import Bool, Int64, UInt8
from ..grid_engine.avatars import FIRST_BEAM, STAY, TURN_LEFT, TURN_RIGHT
from ..grid_engine.beams import ENDS, HIT, cast_beam, most_cells
from ..grid_engine.bots import NOWHERE, first_step_to, move_towards
from ..grid_engine.maps import WALL
from ..grid_engine.state import State
from .config import CleanupConfig
from .maps import APPLE, CLEAN, DIRT, TREE
from .rules import CLEAN_BEAM
from .state import DIRTY

TO_SANCTION, TO_CLEAN = range(2)
ANY = 30_000
"""Distance above all on a map."""
DIRTS, APPLES, TREES, NOTHING = range(4)
"""Kinds of goals; an agent that finds none of one kind goes to the next kind."""


class Aim(NamedTuple):
    """Beams of a bot, sanction and cleaning."""

    stops: Annotated[UInt8, "2 256"]
    """Effect of a cell on each beam by its code, see `beams`."""
    at_agents: Annotated[Bool, "2"]
    """True if the beam ends at agents."""
    length: Annotated[Int64, "2"]
    radius: Annotated[Int64, "2"]
    action: Annotated[Int64, "2"]
    """Action that shoots the beam."""


def cooperate(state: State, config: CleanupConfig) -> NDArray[np.int64]:
    """Clean in turns with the others whenever the river needs it, else eat."""
    return _actions(state, config, cleans=True)


def defect(state: State, config: CleanupConfig) -> NDArray[np.int64]:
    """Only eat."""
    return _actions(state, config)


def patrol(state: State, config: CleanupConfig) -> NDArray[np.int64]:
    """Cooperate, and sanction guilty agents that a beam can hit, if need be after a turn."""
    return _actions(state, config, cleans=True, sanctions=True)


def _actions(state: State, config: CleanupConfig, cleans: bool = False, sanctions: bool = False) -> NDArray[np.int64]:
    """Actions of all agents, `(num_envs, n)`.

    Agents eat the nearest apple, or wait for one at a tree. With `cleans` they clean while more of
    the river is dirty than their duty allows. Duties differ, so that a little dirt calls few agents
    and much dirt all, and go around within the steps after which agents that do not clean are
    guilty.
    """
    p = config
    aim = _aim(p)
    num_envs, height, width = state.cell.shape
    action = np.zeros(state.facing.shape, np.int64)
    cells = max(most_cells(length, radius) for length, radius in zip(aim.length, aim.radius))
    path = np.zeros((num_envs, cells, 3), np.int16)
    queue, came = np.zeros((num_envs, height * width), np.int32), np.zeros((num_envs, height, width), np.int16)
    wanted = np.zeros((num_envs, 3, height, width), np.bool_)
    solid = np.zeros(256, np.bool_)
    solid[WALL] = True
    shift = max(p.guilt // state.facing.shape[1], 1)
    plan = (cleans, sanctions and p.sanctions.enabled, float(p.depletion), shift)
    _play(state, *plan, aim, solid, path, wanted, queue, came, action)
    return action


def _aim(p: CleanupConfig) -> Aim:
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


@each_env
def _play(state, cleans, sanctions, depletion, shift, aim, solid, path, wanted, queue, came, action, env):
    """Write the actions of all agents of the env."""
    cell, occupant, n = state.cell[env], state.occupant[env], action.shape[1]
    river = _find(cell, wanted[env])
    for i in range(n):
        if state.out[env, i] > 0 or state.frozen[env, i] > 0:
            continue
        row, col, facing = int(state.position[env, i, 0]), int(state.position[env, i, 1]), int(state.facing[env, i])
        if sanctions and state.cooling[env, i, 0] == 0:
            action[env, i] = _sanction(cell, occupant, state.guilty[env], aim, row, col, facing, i, path[env])
            if action[env, i] != STAY:
                continue
        first = hash_below(state.stream[env], i, 0, 4)
        duty = (i + state.elapsed[env] // shift) % n
        goal = APPLES
        if cleans and state.env_counters[env, DIRTY] * n > depletion * river * duty:
            goal = DIRTS
            turn = _turn_to_dirt(cell, occupant, aim, row, col, facing, path[env])
            if turn == STAY:
                action[env, i] = aim.action[TO_CLEAN] if state.cooling[env, i, CLEAN_BEAM] == 0 else STAY
                continue
            if turn != NOWHERE:
                action[env, i] = turn
                continue
            if cell[row, col] == DIRT:  # it stands on the only dirt around, which its own beams do not reach
                action[env, i] = move_towards(facing, first)
                continue
        for wish in range(goal, NOTHING):
            way, distance = first_step_to(
                cell, occupant, solid, False, wanted[env, wish], row, col, first, ANY, queue[env], came[env]
            )
            if distance >= 0:
                action[env, i] = move_towards(facing, way)
                break


@njit(cache=True)
def _find(cell, wanted):
    """Mark goals in `wanted` (3, rows, columns); return the number of cells that can be dirty."""
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
    """Cells that a beam of the bot would cover, see `cast_beam`."""
    stops, at_agents = aim.stops[beam], aim.at_agents[beam]
    return cast_beam(
        cell, occupant, stops, at_agents, False, row, col, facing, aim.length[beam], aim.radius[beam], path
    )


@njit(cache=True)
def _turn_to_dirt(cell, occupant, aim, row, col, facing, path):
    """Turn after which the beam cleans most; STAY for none, NOWHERE if it would clean nothing."""
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
    """Action that shoots a guilty agent, or turns towards one in reach; STAY if there is none."""
    for turn, action in ((0, aim.action[TO_SANCTION]), (3, TURN_LEFT), (1, TURN_RIGHT), (2, TURN_RIGHT)):
        for p in range(_cast(cell, occupant, aim, TO_SANCTION, row, col, (facing + turn) % 4, path)):
            j = occupant[path[p, 0], path[p, 1]] - 1
            if path[p, 2] and j >= 0 and j != i and guilty[j]:
                return action
    return STAY
