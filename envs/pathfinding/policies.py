"""Scripted yardsticks of pathfinding: planners that read the whole state of every copy and return everyone's moves.

Both are pure functions of the state. What they keep between calls is distance tables, which are compared with the state and
renewed where they differ, so states may come in any order (evaluations, snapshots).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.scripted_policy import ScriptedPolicy
from ..core.spec import EnvSpec, GroupSpec
from ..grid.moves import MOVES
from ..grid.search import distances_to
from ..kernels import njit
from .config import PathfindingParameters
from .state import NEVER, State

STAY, UNDECIDED = 0, -1


class Board(NamedTuple):
    """The part of the state that planners look at. h x w is the map with its ring of walls; n is the number of agents."""

    obstacle: NDArray[np.uint8]  # (num_envs, h, w) 1 wall, 0 free
    occupant: NDArray[np.int32]  # (num_envs, h, w) agent index + 1, or 0
    cell: NDArray[np.int32]  # (num_envs, n, 2) row, column on these grids; row 0 once the agent has left the map
    goal: NDArray[np.int32]  # (num_envs, n, 2)
    distance: NDArray[np.int32]  # (num_envs, n, h, w) steps to the agent's goal, other agents ignored


class Planner(ScriptedPolicy):
    """Base class: cuts the board out of the state and keeps the distances to the goals."""

    plays = ("pathfinding/",)

    def __init__(self, radius: int):
        """`radius` is the environment's `obs_radius`: its grids are padded by that much."""
        self._radius = radius
        self._distances = Distances()

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, parameters: PathfindingParameters) -> "Planner":
        """A planner for a task with these parameters."""
        return cls(parameters.obs_radius)

    def act(self, world: State, generator: Any = None) -> NDArray[np.int64]:
        """The moves of all agents, `(num_envs, n)`. Agents that have left the map stay."""
        obstacle, goal = self._ringed(world.obstacle), world.goal + 1
        measured = world.distance.shape[1] > 0
        distance = self._ringed(world.distance) if measured else self._distances.to_goals(obstacle, goal)
        board = Board(obstacle, self._ringed(world.occupant), world.position + 1, goal, distance)
        action = np.full(world.waited.shape, UNDECIDED, np.int64)
        self._plan(world, board, action)
        return action

    def _plan(self, world: State, board: Board, action: NDArray[np.int64]) -> None:
        """Write everyone's move into `action` (num_envs, n)."""
        raise NotImplementedError

    def _ringed(self, padded: NDArray[Any]) -> NDArray[Any]:
        """The map and its ring of walls, out of grids (..., H + 2 radius, W + 2 radius)."""
        height, width = padded.shape[-2:]
        outside = self._radius - 1
        return padded[..., outside : height - outside, outside : width - outside]


class ShortestPath(Planner):
    """Every agent steps along a shortest path to its goal and ignores the others; of several, the first in the order of moves."""

    def _plan(self, world: State, board: Board, action: NDArray[np.int64]) -> None:
        _descend(board, action)


class Pibt(Planner):
    """Priority inheritance with backtracking: plans one step for all agents without any conflict.

    Agents choose in order of priority, each the free neighbour nearest to its goal; an agent that is in the way of the one
    choosing chooses next, with the latter's priority, and if it finds no way out the latter tries another cell. Moves follow
    each other and rotate, so they pass unchanged under the collision system `soft` alone.

    Priority is the time since the goal was assigned, and 0 on the goal. An agent pushed off its goal (one-shot tasks, where
    agents stay) counts from its first arrival, since the state does not tell when it was pushed off; either way it
    gives way to agents that have not arrived yet. Equal priorities: the lower index goes first.

    Source: Okumura, Machida, Defago and Tamura, "Priority inheritance with backtracking for iterative multi-agent path
    finding", Artificial Intelligence 310 (2022), algorithm 1; ties between cells go to those that nobody stands on.
    """

    def __init__(self, radius: int):
        super().__init__(radius)
        self._work = _allocate_work(0, 0, 0, 0)

    def _plan(self, world: State, board: Board, action: NDArray[np.int64]) -> None:
        if self._work.reserved.shape != board.obstacle.shape or self._work.stack.shape != action.shape:
            self._work = _allocate_work(*action.shape, *board.obstacle.shape[1:])
        order = np.argsort(-_waiting(world), axis=1, kind="stable")
        _plan_copies(board, order, self._work, action)


def _waiting(world: State) -> NDArray[np.int32]:
    """The priorities without their tie-break, `(num_envs, n)`; see Pibt."""
    pushed_off = (world.goal_number == 0) & (world.first_arrival != NEVER)
    steps = np.where(pushed_off, world.waited - world.first_arrival - 1, world.waited)
    return np.where((world.position == world.goal).all(axis=2), 0, steps)


class Distances:
    """Tables of the steps to each agent's goal. A table is measured anew when its goal or its copy's map has changed."""

    def __init__(self):
        self._steps = np.zeros((0, 0, 0, 0), np.int32)

    def to_goals(self, obstacle: NDArray[np.uint8], goal: NDArray[np.int32]) -> NDArray[np.int32]:
        """Steps to `goal` (num_envs, n, 2) on the ringed maps `obstacle` (num_envs, h, w), as `(num_envs, n, h, w)`."""
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
    for c in range(obstacle.shape[0]):
        _measure_copy(obstacle[c], goal[c], known_obstacle[c], known_goal[c], steps[c], queue[c])


@njit(cache=True)
def _measure_copy(obstacle, goal, known_obstacle, known_goal, steps, queue):
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
    for c in range(action.shape[0]):
        for i in range(action.shape[1]):
            action[c, i] = STAY
            r, q = b.cell[c, i, 0], b.cell[c, i, 1]
            if r == 0:
                continue
            for m in range(1, 5):
                if b.distance[c, i, r + MOVES[m, 0], q + MOVES[m, 1]] < b.distance[c, i, r, q]:
                    action[c, i] = m
                    break


class Work(NamedTuple):
    """Work space of PIBT, one row a copy; means nothing between calls."""

    ranked: NDArray[
        np.int64
    ]  # (num_envs, n, 5) the agent's moves, best first, as keys whose remainder by 5 is the move
    tried: NDArray[np.int64]  # (num_envs, n) how many of them it has tried
    stack: NDArray[np.int64]  # (num_envs, n) agents that are choosing, each in the way of the one before it
    reserved: NDArray[np.bool_]  # (num_envs, h, w) where somebody will stand after the step


def _allocate_work(num_envs: int, n: int, height: int, width: int) -> Work:
    return Work(
        ranked=np.zeros((num_envs, n, 5), np.int64),
        tried=np.zeros((num_envs, n), np.int64),
        stack=np.zeros((num_envs, n), np.int64),
        reserved=np.zeros((num_envs, height, width), np.bool_),
    )


@njit(cache=True)
def _plan_copies(b, order, w, action):
    """`order` (num_envs, n): agents by falling priority. `action` (num_envs, n) comes UNDECIDED."""
    w.reserved.fill(False)
    for c in range(action.shape[0]):
        for i in order[c]:
            if b.cell[c, i, 0] == 0:
                action[c, i] = STAY
            elif action[c, i] == UNDECIDED:
                _settle(b, w, action, c, i)


@njit(cache=True)
def _settle(b, w, action, c, first):
    """Settle the move of agent `first` and of everyone who has to make way for it. The paper's recursion, with a stack.

    Once an agent finds a cell that nobody has to leave first, all on the stack have what they chose. An agent for whom
    no cell is left stays where it is, and the one before it tries its next cell.
    """
    depth = 0
    _push(b, w, c, depth, first)
    while depth >= 0:
        i = w.stack[c, depth]
        r, q = b.cell[c, i, 0], b.cell[c, i, 1]
        if w.tried[c, i] == 5:
            action[c, i] = (
                STAY  # where the one before it wants to be: had nobody reserved this cell, it could have chosen it
            )
            depth -= 1
            continue
        m = w.ranked[c, i, w.tried[c, i]] % 5
        w.tried[c, i] += 1
        r, q = r + MOVES[m, 0], q + MOVES[m, 1]
        if b.obstacle[c, r, q] != 0 or w.reserved[c, r, q] or _swaps(b, w, c, depth, r, q):
            continue
        w.reserved[c, r, q] = True
        action[c, i] = m
        other = b.occupant[c, r, q] - 1
        if other < 0 or action[c, other] != UNDECIDED:
            return
        depth += 1
        _push(b, w, c, depth, other)


@njit(cache=True, inline="always")
def _swaps(b, w, c, depth, r, q):
    """Whether (r, q) is the cell of the agent that the one at `depth` makes way for."""
    if depth == 0:
        return False
    parent = w.stack[c, depth - 1]
    return b.cell[c, parent, 0] == r and b.cell[c, parent, 1] == q


@njit(cache=True)
def _push(b, w, c, depth, i):
    """Put agent i on the stack and rank its moves: by distance to its goal, then free cells first, then in order of moves."""
    w.stack[c, depth] = i
    w.tried[c, i] = 0
    for m in range(5):
        r, q = b.cell[c, i, 0] + MOVES[m, 0], b.cell[c, i, 1] + MOVES[m, 1]
        taken = b.occupant[c, r, q] > 0
        key = (2 * np.int64(b.distance[c, i, r, q]) + taken) * 5 + m
        j = m
        while j > 0 and w.ranked[c, i, j - 1] > key:
            w.ranked[c, i, j] = w.ranked[c, i, j - 1]
            j -= 1
        w.ranked[c, i, j] = key
