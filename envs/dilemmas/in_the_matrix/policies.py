"""Scripted players of matrix games on a grid, for `..policies`.

They collect resources of the strategy that they want to play, then look for a partner. They see the
whole map, and are functions of the state alone.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.scripted_policy import ScriptedPolicy
from ...core.spec import EnvSpec, GroupSpec
from ...kernels import each_env, njit
from ...kernels.arrays import Bool, Int16, Int32, Int64, UInt8, allocate
from ..grid_engine.avatars import AHEAD, FIRST_BEAM, STAY
from ..grid_engine.beams import ENDS, HIT, cast_beam, most_cells
from ..grid_engine.bots import NOWHERE, first_step_to, move_towards, turn_towards
from ..grid_engine.maps import WALL
from ..grid_engine.state import NOBODY, State
from .config import InTheMatrixConfig
from .rules import INTERACT_BEAM, most_of
from .state import FIRST, MEMORY, READY, TIMER

ENOUGH = 4
"""Resources of the strategy that a player collects before it looks for a partner.

Fewer are enough if it has no others, or if there are no more.
"""
PURE, RETALIATE, UNFORGIVING = 0, 1, 2


class Task(NamedTuple):
    """Values of the task that the players need."""

    walls: Annotated[Bool, "256"]
    """True for codes of cells that agents cannot enter."""
    avoid: Annotated[Bool, "strategies 256"]
    """The same with resources of other strategies than the wanted one."""
    stops: Annotated[UInt8, "256"]
    """Effect of a cell on the beam of interaction by its code."""
    length: int
    radius: int
    action: int
    """Action that shoots the beam."""
    strategies: int
    health: int
    start: int
    regrows: bool
    roles: bool
    firsts: int
    """Agents that choose rows, with roles."""


class Work(NamedTuple):
    """Work space of the kernels."""

    queue: Annotated[Int32, "envs cells"]
    came: Annotated[Int16, "envs rows columns"]
    goal: Annotated[Bool, "envs rows columns"]
    path: Annotated[Int16, "envs beam_cells 3"]
    reply: Annotated[Int64, "envs agents"]
    """Strategy to play with each other agent."""


@cache
def _task_of(p: InTheMatrixConfig) -> Task:
    strategies = p.tables().shape[1]
    count = strategies * p.health
    walls, stops = np.zeros(256, np.bool_), np.zeros(256, np.uint8)
    walls[WALL], stops[WALL] = True, ENDS
    avoid = np.zeros((strategies, 256), np.bool_)
    for code in range(FIRST, FIRST + count):
        stops[code] = HIT if (code - FIRST) % p.health > 0 else stops[code]
        avoid[:, code] = np.arange(strategies) != (code - FIRST) // p.health
    avoid[:, WALL] = True
    return Task(
        walls=walls,
        avoid=avoid,
        stops=stops,
        length=p.beam_length,
        radius=p.beam_radius,
        action=FIRST_BEAM + p.sanctions.enabled,
        strategies=strategies,
        health=p.health,
        start=p.start,
        regrows=p.regrowth_rate > 0,
        roles=p.roles,
        firsts=(p.num_agents + 1) // 2,
    )


def _play(state: State, config: InTheMatrixConfig, way: int = PURE, strategy: int = 0) -> NDArray[np.int64]:
    """Actions of all agents, `(num_envs, n)`."""
    num_envs, height, width = state.cell.shape
    n = state.facing.shape[1]
    task = _task_of(config)
    work = allocate(
        Work,
        envs=num_envs,
        agents=n,
        rows=height,
        columns=width,
        cells=height * width,
        beam_cells=most_cells(task.length, task.radius),
    )
    actions = np.zeros((num_envs, n), np.int64)
    _act(state, task, work, way, min(strategy, task.strategies - 1), actions)
    return actions


@each_env
def _act(state, task, work, way, strategy, actions, env):
    """Write the actions of all agents of the env that can act."""
    for i in range(actions.shape[1]):
        if state.out[env, i] == 0 and state.frozen[env, i] == 0:
            actions[env, i] = _choose(state, task, work, way, strategy, env, i)


@njit(cache=True)
def _choose(state, task, work, way, strategy, env, i):
    """Action of one agent."""
    agent_counters, position, out, reply = (
        state.agent_counters[env],
        state.position[env],
        state.out[env],
        work.reply[env],
    )
    _decide(agent_counters, way, strategy, reply, i)
    wanted = reply[_nearest(position, out, i)]
    have = state.inventory[env, i]
    carried = most_of(have)
    goal = work.goal[env]
    enough = have[wanted] - task.start >= ENOUGH or have[wanted] == have.sum()
    if not enough:
        enough = _mark_resources(state.cell[env], goal, wanted, task) == 0
    armed = agent_counters[i, READY] > 0 and carried == wanted and enough
    row, col, facing = int(position[i, 0]), int(position[i, 1]), int(state.facing[env, i])
    cell, occupant = state.cell[env], state.occupant[env]
    if armed:
        if state.cooling[env, i, INTERACT_BEAM] == 0:
            path = work.path[env]
            count = cast_beam(cell, occupant, task.stops, True, False, row, col, facing, task.length, task.radius, path)
            for p in range(count):
                j = occupant[path[p, 0], path[p, 1]] - 1
                if path[p, 2] and j >= 0:
                    if _suits(agent_counters, out, task, reply, carried, i, j):
                        return task.action
                    break
        found, action = _approach(state, task, work, carried, env, i)
        if found or not task.regrows:
            return action  # a resource that does not come back would be taken from the partner to wait for
    if _mark_resources(cell, goal, wanted, task) == 0:
        return STAY
    queue, came = work.queue[env], work.came[env]
    first = (i + wanted) % 4
    step, far = first_step_to(cell, occupant, task.avoid[wanted], False, goal, row, col, first, goal.size, queue, came)
    if far < 0:
        step, far = first_step_to(cell, occupant, task.walls, False, goal, row, col, first, goal.size, queue, came)
    return move_towards(facing, step)


@njit(cache=True)
def _decide(agent_counters, way, strategy, reply, i):
    """Write the strategy that agent i wants to play with each other agent to `reply` (n,)."""
    n = reply.shape[0]
    for j in range(n):
        reply[j] = strategy
        if way == RETALIATE:
            reply[j] = max(agent_counters[i, MEMORY + j] - 1, 0)
        elif way == UNFORGIVING:
            reply[j] = agent_counters[i, MEMORY + n + j]


@njit(cache=True)
def _nearest(position, out, i):
    """Nearest other agent; those off the map come after those on it."""
    best, least = -1, 0
    for j in range(out.shape[0]):
        if j == i:
            continue
        far = abs(position[j, 0] - position[i, 0]) + abs(position[j, 1] - position[i, 1]) + 1000 * (out[j] > 0)
        if best < 0 or far < least:
            best, least = j, far
    return best


@njit(cache=True)
def _suits(agent_counters, out, task, reply, carried, i, j):
    """Return True if agent i wants to interact with j, and can."""
    if j == i or out[j] > 0 or agent_counters[j, READY] == 0 or agent_counters[j, TIMER] > 0 or reply[j] != carried:
        return False
    return not task.roles or (i < task.firsts) != (j < task.firsts)


@njit(cache=True)
def _approach(state, task, work, carried, env, i):
    """Walk to the side of the nearest agent that suits, then turn to it.

    Returns:
        True if there is one, and the action.
    """
    cell, occupant, goal, position = state.cell[env], state.occupant[env], work.goal[env], state.position[env]
    height, width = cell.shape
    goal[:, :] = False
    row, col, facing = int(position[i, 0]), int(position[i, 1]), int(state.facing[env, i])
    found = False
    for j in range(position.shape[0]):
        if not _suits(state.agent_counters[env], state.out[env], task, work.reply[env], carried, i, j):
            continue
        for way in range(4):
            r, q = position[j, 0] + AHEAD[way, 0], position[j, 1] + AHEAD[way, 1]
            if r == row and q == col:
                return True, turn_towards(facing, (way + 2) % 4)
            if 0 <= r < height and 0 <= q < width and not task.walls[cell[r, q]] and occupant[r, q] == NOBODY:
                goal[r, q] = True
                found = True
    if not found:
        return False, STAY
    queue, came = work.queue[env], work.came[env]
    step, far = first_step_to(cell, occupant, task.avoid[carried], False, goal, row, col, i % 4, goal.size, queue, came)
    if far < 0:
        step, far = first_step_to(cell, occupant, task.walls, False, goal, row, col, i % 4, goal.size, queue, came)
    return step != NOWHERE, move_towards(facing, step)


@njit(cache=True)
def _mark_resources(cell, goal, strategy, task):
    """Set `goal` for resources of the strategy that stand; return their number."""
    count, low = 0, FIRST + strategy * task.health
    for r in range(cell.shape[0]):
        for q in range(cell.shape[1]):
            goal[r, q] = low <= cell[r, q] < low + task.health
            count += goal[r, q]
    return count


cooperate = partial(_play, strategy=0)
defect = partial(_play, strategy=1)
tit_for_tat = partial(_play, way=RETALIATE)
grim = partial(_play, way=UNFORGIVING)
"""Actions of all agents from the state.

`cooperate` plays strategy 0 and `defect` 1; `tit_for_tat` plays the strategy that the nearest agent
played last with it, 0 at first; `grim` plays 1 with agents that once played another than 0 with it.
"""


class Pure(ScriptedPolicy):
    """Always plays one strategy."""

    plays = ("dilemmas/in_the_matrix",)
    strategy: ClassVar[int] = 0

    def __init__(self, play: Callable[[Any], NDArray[Any]]):
        self._play = play

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, config: Any) -> "Pure":
        """Build the policy for the task's config."""
        return cls(partial(_play, config=config, strategy=cls.strategy))

    def act(self, world: Any, generator: np.random.Generator | None = None) -> NDArray[Any]:
        """Actions of all agents, `(num_envs, n)`."""
        return self._play(world)


class Rock(Pure):
    """Plays strategy 0."""


class Paper(Pure):
    """Plays strategy 1."""

    strategy = 1


class Scissors(Pure):
    """Plays strategy 2, or the last one where there are fewer."""

    strategy = 2
