"""The state of the switch task, and the constants of its kernels."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Bool, Int32, UInt64


class State(NamedTuple):
    """Arrays of all envs."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream; nothing is drawn from it."""
    elapsed: Annotated[Int32, "envs"]
    """Steps since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    cell: Annotated[Int32, "envs agents 2"]
    """Row and column; an agent on its goal stays there, in the way of others."""
    arrived: Annotated[Int32, "envs agents"]
    """Step in which the agent reached its goal, or 0."""
    blocked: Annotated[Int32, "envs"]
    """Moves that a wall or another agent prevented."""
    bumped: Annotated[Bool, "envs agents"]
    """True if the agent was blocked in the last step."""


class Constants(NamedTuple):
    """Values that the kernels read and no step changes."""

    walls: Annotated[Bool, "rows columns"]
    starts: Annotated[Int32, "4 2"]
    goals: Annotated[Int32, "4 2"]
    goal_reward: float
    step_cost: float
    shared: bool
    full: bool
    clock: bool
    limit: float
