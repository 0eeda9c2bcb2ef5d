"""How scripted players play matrix games on a grid: they collect resources of the strategy that they want to play, then look for a partner.

They see the whole map, and are functions of the state alone.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.scripted_policy import ScriptedPolicy
from ...core.spec import EnvSpec, GroupSpec
from ...kernels import njit, over_copies, prange
from ..grid_engine.avatars import AHEAD, FIRST_BEAM, STAY
from ..grid_engine.beams import ENDS, HIT, cast_beam, most_cells
from ..grid_engine.bots import NOWHERE, move_towards, turn_towards, way_to
from ..grid_engine.maps import WALL
from ..grid_engine.state import NOBODY, State
from .config import InTheMatrixParameters
from .rules import FIRST, INTERACT_BEAM, MEMORY, READY, TIMER, most_of

ENOUGH = 4
"""Resources of the strategy that a player collects before it looks for a partner; fewer if it has nothing else, or there are no more."""
PURE, RETALIATE, UNFORGIVING = 0, 1, 2


class Looks(NamedTuple):
    """What the players know of the task."""

    walls: NDArray[np.bool_]  # (256,) codes that nobody can enter
    avoid: NDArray[np.bool_]  # (K, 256) by the strategy wanted: those, and resources of other strategies
    stops: NDArray[np.uint8]  # (256,) what a cell does to the beam of interaction
    length: int
    radius: int
    action: int  # that shoots it
    strategies: int
    health: int
    start: int
    regrows: bool
    roles: bool
    firsts: int  # agents that choose rows, where there are roles


class Hands(NamedTuple):
    """Work space, one row a copy."""

    queue: NDArray[np.int32]  # (num_envs, H * W)
    came: NDArray[np.int16]  # (num_envs, H, W)
    goal: NDArray[np.bool_]  # (num_envs, H, W)
    path: NDArray[np.int16]  # (num_envs, cells of a beam, 3)
    reply: NDArray[np.int64]  # (num_envs, n) the strategy to play with each other agent


@cache
def _looks(p: InTheMatrixParameters) -> Looks:
    strategies = p.tables().shape[1]
    count = strategies * p.health
    walls, stops = np.zeros(256, np.bool_), np.zeros(256, np.uint8)
    walls[WALL], stops[WALL] = True, ENDS
    avoid = np.zeros((strategies, 256), np.bool_)
    for code in range(FIRST, FIRST + count):
        stops[code] = HIT if (code - FIRST) % p.health > 0 else stops[code]
        avoid[:, code] = np.arange(strategies) != (code - FIRST) // p.health
    avoid[:, WALL] = True
    return Looks(
        walls=walls,
        avoid=avoid,
        stops=stops,
        length=p.beam_length,
        radius=p.beam_radius,
        action=FIRST_BEAM + p.sanctions.enabled,
        strategies=strategies,
        health=p.health,
        start=int(p.start or 0),
        regrows=bool(p.regrowth_rate),
        roles=bool(p.roles),
        firsts=(p.num_agents + 1) // 2,
    )


def _play(state: State, parameters: InTheMatrixParameters, way: int = PURE, strategy: int = 0) -> NDArray[np.int64]:
    """The actions of all agents, `(num_envs, n)`."""
    copies, height, width = state.cell.shape
    n = state.facing.shape[1]
    know = _looks(parameters)
    hands = Hands(
        queue=np.zeros((copies, height * width), np.int32),
        came=np.zeros((copies, height, width), np.int16),
        goal=np.zeros((copies, height, width), np.bool_),
        path=np.zeros((copies, most_cells(know.length, know.radius), 3), np.int16),
        reply=np.zeros((copies, n), np.int64),
    )
    actions = np.zeros((copies, n), np.int64)
    _act(state, know, hands, way, min(strategy, know.strategies - 1), actions)
    return actions


@over_copies
def _act(state, know, hands, way, strategy, actions):
    for c in prange(actions.shape[0]):
        for i in range(actions.shape[1]):
            if state.out[c, i] == 0 and state.frozen[c, i] == 0:
                actions[c, i] = _choose(state, know, hands, way, strategy, np.int64(c), i)


@njit(cache=True)
def _choose(state, know, hands, way, strategy, c, i):
    """The action of one agent."""
    tally, position, out, reply = state.tally[c], state.position[c], state.out[c], hands.reply[c]
    _decide(tally, way, strategy, reply, i)
    wanted = reply[_nearest(position, out, i)]
    have = state.inventory[c, i]
    carried = most_of(have)
    goal = hands.goal[c]
    enough = have[wanted] - know.start >= ENOUGH or have[wanted] == have.sum()
    if not enough:
        enough = _mark_resources(state.cell[c], goal, wanted, know) == 0
    armed = tally[i, READY] > 0 and carried == wanted and enough
    row, col, facing = int(position[i, 0]), int(position[i, 1]), int(state.facing[c, i])
    cell, occupant = state.cell[c], state.occupant[c]
    if armed:
        if state.cooling[c, i, INTERACT_BEAM] == 0:
            path = hands.path[c]
            count = cast_beam(cell, occupant, know.stops, True, False, row, col, facing, know.length, know.radius, path)
            for p in range(count):
                j = occupant[path[p, 0], path[p, 1]] - 1
                if path[p, 2] and j >= 0:
                    if _suits(tally, out, know, reply, carried, i, j):
                        return know.action
                    break
        found, action = _approach(state, know, hands, carried, c, i)
        if found or not know.regrows:
            return action  # who takes what will not come back takes it from the partner that it waits for
    if _mark_resources(cell, goal, wanted, know) == 0:
        return STAY
    queue, came = hands.queue[c], hands.came[c]
    first = (i + wanted) % 4
    step, far = way_to(cell, occupant, know.avoid[wanted], False, goal, row, col, first, goal.size, queue, came)
    if far < 0:
        step, far = way_to(cell, occupant, know.walls, False, goal, row, col, first, goal.size, queue, came)
    return move_towards(facing, step)


@njit(cache=True)
def _decide(tally, way, strategy, reply, i):
    """The strategy that agent i wants to play with each other agent, in `reply` (n,)."""
    n = reply.shape[0]
    for j in range(n):
        reply[j] = strategy
        if way == RETALIATE:
            reply[j] = max(tally[i, MEMORY + j] - 1, 0)
        elif way == UNFORGIVING:
            reply[j] = tally[i, MEMORY + n + j]


@njit(cache=True)
def _nearest(position, out, i):
    """The nearest other agent; those off the map stand far behind those on it."""
    best, least = -1, 0
    for j in range(out.shape[0]):
        if j == i:
            continue
        far = abs(position[j, 0] - position[i, 0]) + abs(position[j, 1] - position[i, 1]) + 1000 * (out[j] > 0)
        if best < 0 or far < least:
            best, least = j, far
    return best


@njit(cache=True)
def _suits(tally, out, know, reply, carried, i, j):
    """Whether agent i wants to interact with j, and can."""
    if j == i or out[j] > 0 or tally[j, READY] == 0 or tally[j, TIMER] > 0 or reply[j] != carried:
        return False
    return not know.roles or (i < know.firsts) != (j < know.firsts)


@njit(cache=True)
def _approach(state, know, hands, carried, c, i):
    """Walk to the side of the nearest agent that suits, then turn to it. Returns whether there is one, and the action."""
    cell, occupant, goal, position = state.cell[c], state.occupant[c], hands.goal[c], state.position[c]
    height, width = cell.shape
    goal[:, :] = False
    row, col, facing = int(position[i, 0]), int(position[i, 1]), int(state.facing[c, i])
    found = False
    for j in range(position.shape[0]):
        if not _suits(state.tally[c], state.out[c], know, hands.reply[c], carried, i, j):
            continue
        for way in range(4):
            r, q = position[j, 0] + AHEAD[way, 0], position[j, 1] + AHEAD[way, 1]
            if r == row and q == col:
                return True, turn_towards(facing, (way + 2) % 4)
            if 0 <= r < height and 0 <= q < width and not know.walls[cell[r, q]] and occupant[r, q] == NOBODY:
                goal[r, q] = True
                found = True
    if not found:
        return False, STAY
    queue, came = hands.queue[c], hands.came[c]
    step, far = way_to(cell, occupant, know.avoid[carried], False, goal, row, col, i % 4, goal.size, queue, came)
    if far < 0:
        step, far = way_to(cell, occupant, know.walls, False, goal, row, col, i % 4, goal.size, queue, came)
    return step != NOWHERE, move_towards(facing, step)


@njit(cache=True)
def _mark_resources(cell, goal, strategy, know):
    """Set `goal` where a resource of the strategy stands; returns how many."""
    count, low = 0, FIRST + strategy * know.health
    for r in range(cell.shape[0]):
        for q in range(cell.shape[1]):
            goal[r, q] = low <= cell[r, q] < low + know.health
            count += goal[r, q]
    return count


cooperate = partial(_play, strategy=0)
defect = partial(_play, strategy=1)
tit_for_tat = partial(_play, way=RETALIATE)
grim = partial(_play, way=UNFORGIVING)
"""Everyone's actions from the state, for `..policies`: strategy 0; strategy 1; what the nearest agent played last with it, 0 at first; 1 with whoever once played
another than 0 with it.
"""


class Pure(ScriptedPolicy):
    """Always plays one strategy."""

    plays = ("dilemmas/in_the_matrix",)
    strategy: ClassVar[int] = 0

    def __init__(self, play: Callable[[Any], NDArray[Any]]):
        self._play = play

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, parameters: Any) -> "Pure":
        """The policy for the task's options."""
        return cls(partial(_play, parameters=parameters, strategy=cls.strategy))

    def act(self, world: Any, generator: np.random.Generator | None = None) -> NDArray[Any]:
        """The actions of all agents, `(num_envs, n)`."""
        return self._play(world)


class Rock(Pure):
    """Plays strategy 0."""


class Paper(Pure):
    """Plays strategy 1."""

    strategy = 1


class Scissors(Pure):
    """Plays strategy 2, or the last one where there are fewer."""

    strategy = 2
