"""The state of a pathfinding task, the constants of its kernels, and their work space.

Padded grids have `radius` extra cells on each side of the map.
"""

from typing import Annotated, NamedTuple

import numpy as np

from ..kernels.arrays import Bool, Int32, UInt8, UInt64

FINISH, NOTHING, RESTART = 0, 1, 2
ON_TARGET = {"finish": FINISH, "nothing": NOTHING, "restart": RESTART}
NEVER = np.int32(-1)


class State(NamedTuple):
    """Arrays of all envs."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream of the env."""
    elapsed: Annotated[Int32, "envs"]
    """Steps since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    obstacle: Annotated[UInt8, "envs padded_rows padded_columns"]
    """1 wall, 0 free."""
    component: Annotated[Int32, "envs padded_rows padded_columns"]
    """Label of the connected component, -1 on walls."""
    goal_cells: Annotated[Int32, "envs cells"]
    """Cells a goal may lie on, as row * columns + column, grouped by component."""
    goal_first: Annotated[Int32, "envs bounds"]
    """Index in `goal_cells` of each component's first cell, for `cells` components and the end."""
    position: Annotated[Int32, "envs agents 2"]
    """Row and column; row -1 once the agent has left the map."""
    start: Annotated[Int32, "envs agents 2"]
    goal: Annotated[Int32, "envs agents 2"]
    goal_number: Annotated[Int32, "envs agents"]
    """Goals assigned so far, less one."""
    occupant: Annotated[Int32, "envs padded_rows padded_columns"]
    """Index of the agent in the cell + 1, or 0."""
    occupied: Annotated[UInt8, "envs padded_rows padded_columns"]
    """1 where an agent stands."""
    distance: Annotated[Int32, "envs measured_agents measured_rows measured_columns"]
    """Steps to the goal from each cell of the padded map; with `shortest_path`, else the last three
    sizes are 0."""
    reached: Annotated[Int32, "envs agents"]
    """Goals reached."""
    first_arrival: Annotated[Int32, "envs agents"]
    """Index of the step of the first arrival, or NEVER."""
    standing_since: Annotated[Int32, "envs agents"]
    """Index of the step since which the agent stands on its goal, or NEVER."""
    waited: Annotated[Int32, "envs agents"]
    """Steps since the agent's goal was assigned."""
    collisions: Annotated[Int32, "envs"]
    """Moves that another agent prevented."""
    placed: Annotated[Bool, "envs"]
    """False if the agents could not be placed."""


class Constants(NamedTuple):
    """Values that the kernels read and no step changes."""

    collision_system: int
    on_target: int
    radius: int
    shortest_path: bool
    map_kind: int
    density: float
    drawing: Annotated[UInt8, "rows columns"]
    """The map, for FIXED maps."""
    start_allowed: Annotated[Bool, "rows columns"]
    """True where starts are drawn."""
    goal_allowed: Annotated[Bool, "rows columns"]
    """True where goals are drawn."""
    fixed_starts: Annotated[Int32, "given_starts 2"]
    """Starts of all agents; none to draw them."""
    fixed_goals: Annotated[Int32, "given_goals goals 2"]
    """Sequences of goals of all agents; none to draw them."""


class Scratch(NamedTuple):
    """Work space of the kernels, a row for each env; means nothing between steps."""

    target: Annotated[Int32, "envs agents 2"]
    """Cell that each agent wants to enter."""
    claim: Annotated[Int32, "envs padded_rows padded_columns"]
    """Zero between steps."""
    cancel: Annotated[Bool, "envs agents"]
    queue: Annotated[Int32, "envs padded_cells"]
    order: Annotated[Int32, "envs cells"]
