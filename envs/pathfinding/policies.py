"""Scripted baselines of pathfinding: planners that read the whole state and move all agents.

Both are pure functions of the state. They keep distance tables between calls, which are compared
with the state and renewed where they differ, so states may come in any order (evaluations,
snapshots).
"""

from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.scripted_policy import ScriptedPolicy
from ..core.spec import EnvSpec, GroupSpec
from ..grid.moves import MOVES
from ..grid.search import distances_to, downhill
from ..kernels import njit
from ..kernels.arrays import Bool, Int32, Int64, UInt8, allocate
from .config import PathfindingConfig
from .state import NEVER, State

STAY, UNDECIDED = 0, -1


class Board(NamedTuple):
    """Part of the state that planners read. Grids are the map with its ring of walls."""

    obstacle: Annotated[UInt8, "envs rows columns"]
    """1 wall, 0 free."""
    occupant: Annotated[Int32, "envs rows columns"]
    """Index of the agent in the cell + 1, or 0."""
    cell: Annotated[Int32, "envs agents 2"]
    """Row and column on these grids; row 0 once the agent has left the map."""
    goal: Annotated[Int32, "envs agents 2"]
    distance: Annotated[Int32, "envs agents rows columns"]
    """Steps to the agent's goal, other agents ignored."""


class Planner(ScriptedPolicy):
    """Base class: cuts the board out of the state and keeps the distances to the goals."""

    plays = ("pathfinding/",)

    def __init__(self, radius: int):
        """Keep `radius`, the environment's `obs_radius`, by which its grids are padded."""
        self._radius = radius
        self._distances = Distances()

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, config: PathfindingConfig) -> "Planner":
        """A planner for a task with this config."""
        return cls(config.obs_radius)

    def act(self, world: State, generator: Any = None) -> NDArray[np.int64]:
        """The moves of all agents, `(num_envs, agents)`. Agents that have left the map stay."""
        obstacle, goal = self._ringed(world.obstacle), world.goal + 1
        measured = world.distance.shape[1] > 0
        distance = self._ringed(world.distance) if measured else self._distances.to_goals(obstacle, goal)
        board = Board(obstacle, self._ringed(world.occupant), world.position + 1, goal, distance)
        action = np.full(world.waited.shape, UNDECIDED, np.int64)
        self._plan(world, board, action)
        return action

    def _plan(self, world: State, board: Board, action: NDArray[np.int64]) -> None:
        """Write the moves of all agents into `action` (num_envs, agents)."""
        raise NotImplementedError

    def _ringed(self, padded: NDArray[Any]) -> NDArray[Any]:
        """Cut the map and its ring of walls out of padded grids (..., rows, columns)."""
        height, width = padded.shape[-2:]
        outside = self._radius - 1
        return padded[..., outside : height - outside, outside : width - outside]


class ShortestPath(Planner):
    """Every agent steps along a shortest path to its goal and ignores the others.

    Of several it takes the first in the order of moves.
    """

    def _plan(self, world: State, board: Board, action: NDArray[np.int64]) -> None:
        _descend(board, action)


class Pibt(Planner):
    """Priority inheritance with backtracking: plans one step for all agents without any conflict.

    Agents choose in order of priority, each the free neighbour nearest to its goal; an agent that
    is in the way of the one choosing chooses next, with the latter's priority, and if it finds no
    way out the latter tries another cell. Moves follow each other and rotate, so they pass
    unchanged under the collision system `soft` alone.

    Priority is the time since the goal was assigned, and 0 on the goal. An agent pushed off its
    goal (one-shot tasks, where agents stay) counts from its first arrival, since the state does not
    hold the time when it was pushed off; either way it gives way to agents that have not arrived
    yet. Equal priorities: the lower index goes first.

    Source: Okumura, Machida, Defago and Tamura, "Priority inheritance with backtracking for
    iterative multi-agent path finding", Artificial Intelligence 310 (2022), algorithm 1; ties
    between cells go to empty ones.
    """

    def __init__(self, radius: int):
        super().__init__(radius)
        self._work = allocate(Work, envs=0, agents=0, rows=0, columns=0)

    def _plan(self, world: State, board: Board, action: NDArray[np.int64]) -> None:
        if self._work.reserved.shape != board.obstacle.shape or self._work.stack.shape != action.shape:
            (envs, agents), (rows, columns) = action.shape, board.obstacle.shape[1:]
            self._work = allocate(Work, envs=envs, agents=agents, rows=rows, columns=columns)
        order = np.argsort(-_waiting(world), axis=1, kind="stable")
        _plan_all(board, order, self._work, action)


def _waiting(world: State) -> NDArray[np.int32]:
    """The priorities without their tie-break, `(num_envs, agents)`; see Pibt."""
    pushed_off = (world.goal_number == 0) & (world.first_arrival != NEVER)
    steps = np.where(pushed_off, world.waited - world.first_arrival - 1, world.waited)
    return np.where((world.position == world.goal).all(axis=2), 0, steps)


class Distances:
    """Tables of the steps to each agent's goal, renewed where a goal or the map has changed."""

    def __init__(self):
        self._steps = np.zeros((0, 0, 0, 0), np.int32)

    def to_goals(self, obstacle: NDArray[np.uint8], goal: NDArray[np.int32]) -> NDArray[np.int32]:
        """Steps to the goals from each cell, `(num_envs, agents, rows, columns)`.

        Args:
            obstacle: `(num_envs, rows, columns)`, the maps with rings of walls.
            goal: `(num_envs, agents, 2)`.
        """
        num_envs, height, width = obstacle.shape
        shape = (num_envs, goal.shape[1], height, width)
        if self._steps.shape != shape:
            self._steps = np.zeros(shape, np.int32)
            self._obstacle = np.zeros(obstacle.shape, np.uint8)
            self._goal = np.full(goal.shape, -1, np.int32)
            self._queue = np.zeros((num_envs, height * width), np.int32)
        _measure(obstacle, goal, self._obstacle, self._goal, self._steps, self._queue)
        return self._steps


@njit(cache=True)
def _measure(obstacle, goal, known_obstacle, known_goal, steps, queue):
    for env in range(obstacle.shape[0]):
        _measure_env(obstacle[env], goal[env], known_obstacle[env], known_goal[env], steps[env], queue[env])


@njit(cache=True)
def _measure_env(obstacle, goal, known_obstacle, known_goal, steps, queue):
    changed = not _same_map(obstacle, known_obstacle)
    if changed:
        known_obstacle[:, :] = obstacle
    for i in range(goal.shape[0]):
        r, q = goal[i, 0], goal[i, 1]
        if changed or known_goal[i, 0] != r or known_goal[i, 1] != q:
            known_goal[i, 0], known_goal[i, 1] = r, q
            distances_to(obstacle, r, q, steps[i], queue)


@njit(cache=True)
def _same_map(a, b):
    for r in range(a.shape[0]):
        for q in range(a.shape[1]):
            if a[r, q] != b[r, q]:
                return False
    return True


@njit(cache=True)
def _descend(b, action):
    for env in range(action.shape[0]):
        for i in range(action.shape[1]):
            r, q = b.cell[env, i, 0], b.cell[env, i, 1]
            action[env, i] = STAY if r == 0 else downhill(b.distance[env, i], r, q)


class Work(NamedTuple):
    """Work space of PIBT, a row for each env; means nothing between calls."""

    ranked: Annotated[Int64, "envs agents 5"]
    """The agent's moves, best first, as keys whose remainder by 5 is the move."""
    tried: Annotated[Int64, "envs agents"]
    """Number of them that the agent has tried."""
    stack: Annotated[Int64, "envs agents"]
    """Agents that are choosing, each in the way of the one before it."""
    reserved: Annotated[Bool, "envs rows columns"]
    """True where an agent will stand after the step."""


@njit(cache=True)
def _plan_all(b, order, w, action):
    """Write the moves of all agents; `action` comes UNDECIDED.

    Args:
        order: (num_envs, agents), agents by falling priority.
    """
    w.reserved.fill(False)
    for env in range(action.shape[0]):
        for i in order[env]:
            if b.cell[env, i, 0] == 0:
                action[env, i] = STAY
            elif action[env, i] == UNDECIDED:
                _settle(b, w, action, env, i)


@njit(cache=True)
def _settle(b, w, action, env, first):
    """Settle the move of agent `first` and of all agents that have to make way for it.

    It is the paper's recursion, with a stack. Once an agent finds a cell that no agent has to leave
    first, all on the stack have what they chose. An agent for which no cell is left stays where it
    is, and the one before it tries its next cell.
    """
    depth = 0
    _push(b, w, env, depth, first)
    while depth >= 0:
        i = w.stack[env, depth]
        r, q = b.cell[env, i, 0], b.cell[env, i, 1]
        if w.tried[env, i] == 5:
            # The one before it wants to be here: without its reservation this cell could be chosen.
            action[env, i] = STAY
            depth -= 1
            continue
        m = w.ranked[env, i, w.tried[env, i]] % 5
        w.tried[env, i] += 1
        r, q = r + MOVES[m, 0], q + MOVES[m, 1]
        if b.obstacle[env, r, q] != 0 or w.reserved[env, r, q] or _swaps(b, w, env, depth, r, q):
            continue
        w.reserved[env, r, q] = True
        action[env, i] = m
        other = b.occupant[env, r, q] - 1
        if other < 0 or action[env, other] != UNDECIDED:
            return
        depth += 1
        _push(b, w, env, depth, other)


@njit(cache=True, inline="always")
def _swaps(b, w, env, depth, r, q):
    """True if (r, q) is the cell of the agent that the one at `depth` makes way for."""
    if depth == 0:
        return False
    parent = w.stack[env, depth - 1]
    return b.cell[env, parent, 0] == r and b.cell[env, parent, 1] == q


@njit(cache=True)
def _push(b, w, env, depth, i):
    """Put agent i on the stack and rank its moves.

    They are ranked by distance to its goal, then free cells first, then in order of moves.
    """
    w.stack[env, depth] = i
    w.tried[env, i] = 0
    for m in range(5):
        r, q = b.cell[env, i, 0] + MOVES[m, 0], b.cell[env, i, 1] + MOVES[m, 1]
        taken = b.occupant[env, r, q] > 0
        key = (2 * np.int64(b.distance[env, i, r, q]) + taken) * 5 + m
        j = m
        while j > 0 and w.ranked[env, i, j - 1] > key:
            w.ranked[env, i, j] = w.ranked[env, i, j - 1]
            j -= 1
        w.ranked[env, i, j] = key
