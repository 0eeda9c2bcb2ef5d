"""The state of the checkers task, and the constants of its kernels."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Bool, Float64, Int32, UInt8, UInt64


class State(NamedTuple):
    """Arrays of all envs."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream; nothing is drawn from it."""
    elapsed: Annotated[Int32, "envs"]
    """Steps since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    food: Annotated[UInt8, "envs rows columns"]
    """NOTHING, LEMON or APPLE."""
    cell: Annotated[Int32, "envs 2 2"]
    """Row and column of each agent."""
    eaten: Annotated[Int32, "envs 2 3"]
    """Meals by agent and kind of food; kind NOTHING stays 0."""
    bite: Annotated[UInt8, "envs 2"]
    """Food that each agent ate in the last step."""


class Constants(NamedTuple):
    """Values that the kernels read and no step changes."""

    walls: Annotated[Bool, "rows columns"]
    """All False."""
    board: Annotated[UInt8, "rows columns"]
    """Food at the start of an episode."""
    starts: Annotated[Int32, "2 2"]
    value: Annotated[Float64, "2 3"]
    """Reward of each agent by kind of food."""
    step_cost: float
    shared: bool
    full: bool
    clock: bool
    limit: float
