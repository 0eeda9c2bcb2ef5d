"""The state of a pathfinding task, the constants of its kernels, and their work space."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FINISH, NOTHING, RESTART = 0, 1, 2
ON_TARGET = {"finish": FINISH, "nothing": NOTHING, "restart": RESTART}
NEVER = np.int32(-1)


class State(NamedTuple):
    """H x W is the map, n the number of agents; `padded` grids are (H + 2 radius) x (W + 2 radius)."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    obstacle: NDArray[np.uint8]  # (num_envs, padded) 1 wall, 0 free
    component: NDArray[np.int32]  # (num_envs, padded) label of the connected component, -1 on walls
    goal_cells: NDArray[np.int32]  # (num_envs, H * W) cells a goal may lie on, as r * W + c, grouped by component
    goal_first: NDArray[np.int32]  # (num_envs, H * W + 1) where each component's cells begin in goal_cells
    position: NDArray[np.int32]  # (num_envs, n, 2) row, column; row -1 once the agent has left the map
    start: NDArray[np.int32]  # (num_envs, n, 2)
    goal: NDArray[np.int32]  # (num_envs, n, 2)
    goal_number: NDArray[np.int32]  # (num_envs, n) goals assigned so far, less one
    occupant: NDArray[np.int32]  # (num_envs, padded) agent index + 1, or 0
    occupied: NDArray[np.uint8]  # (num_envs, padded) 1 where an agent stands
    distance: NDArray[np.int32]  # (num_envs, n, padded) steps to the goal; (num_envs, 0, 0, 0) where nothing needs it
    reached: NDArray[np.int32]  # (num_envs, n) goals reached
    first_arrival: NDArray[np.int32]  # (num_envs, n) step index of the first arrival, or -1
    standing_since: NDArray[np.int32]  # (num_envs, n) step index since which the agent stands on its goal, or -1
    waited: NDArray[np.int32]  # (num_envs, n) steps since the agent's goal was assigned
    collisions: NDArray[np.int32]  # (num_envs,) moves that another agent prevented
    placed: NDArray[np.bool_]  # (num_envs,) False if the agents could not be placed


class Constants(NamedTuple):
    """What the kernels need and no step changes."""

    collision_system: int
    on_target: int
    radius: int
    shortest_path: bool
    map_kind: int
    density: float
    drawing: NDArray[np.uint8]  # (H, W) the map, for FIXED maps
    start_allowed: NDArray[np.bool_]  # (H, W)
    goal_allowed: NDArray[np.bool_]  # (H, W)
    fixed_starts: NDArray[np.int32]  # (n, 2), or (0, 2) to draw them
    fixed_goals: NDArray[np.int32]  # (n, k, 2) sequences of goals, or (0, 0, 2) to draw them


class Scratch(NamedTuple):
    """Work space of the kernels, one row a copy; means nothing between steps."""

    target: NDArray[np.int32]  # (num_envs, n, 2)
    claim: NDArray[np.int32]  # (num_envs, padded) zero between steps
    cancel: NDArray[np.bool_]  # (num_envs, n)
    queue: NDArray[np.int32]  # (num_envs, padded cells)
    order: NDArray[np.int32]  # (num_envs, H * W)


def allocate_state(num_envs: int, n: int, height: int, width: int, radius: int, with_distance: bool) -> State:
    """A state of zeros."""
    padded = (height + 2 * radius, width + 2 * radius)
    per_agent = lambda *shape: np.zeros((num_envs, n, *shape), np.int32)  # noqa: E731
    return State(
        stream=np.zeros((num_envs, 4), np.uint64),
        elapsed=np.zeros(num_envs, np.int32),
        over=np.zeros(num_envs, np.bool_),
        obstacle=np.zeros((num_envs, *padded), np.uint8),
        component=np.full((num_envs, *padded), -1, np.int32),
        goal_cells=np.zeros((num_envs, height * width), np.int32),
        goal_first=np.zeros((num_envs, height * width + 1), np.int32),
        position=per_agent(2),
        start=per_agent(2),
        goal=per_agent(2),
        goal_number=per_agent(),
        occupant=np.zeros((num_envs, *padded), np.int32),
        occupied=np.zeros((num_envs, *padded), np.uint8),
        distance=per_agent(*padded) if with_distance else np.zeros((num_envs, 0, 0, 0), np.int32),
        reached=per_agent(),
        first_arrival=per_agent(),
        standing_since=per_agent(),
        waited=per_agent(),
        collisions=np.zeros(num_envs, np.int32),
        placed=np.ones(num_envs, np.bool_),
    )


def allocate_scratch(state: State, height: int, width: int) -> Scratch:
    """Work space for a state."""
    num_envs, n = state.position.shape[:2]
    cells = state.obstacle[0].size
    return Scratch(
        target=np.zeros((num_envs, n, 2), np.int32),
        claim=np.zeros(state.obstacle.shape, np.int32),
        cancel=np.zeros((num_envs, n), np.bool_),
        queue=np.zeros((num_envs, cells), np.int32),
        order=np.zeros((num_envs, height * width), np.int32),
    )
