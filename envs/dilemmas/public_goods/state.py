"""The state of the public goods game, and the constants of its kernels."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Bool, Float64, Int16, Int32, Int64, UInt64


class State(NamedTuple):
    """Arrays of all envs.

    With punishment, steps of an even `elapsed` contribute and those of an odd one punish.
    """

    stream: Annotated[UInt64, "envs 4"]
    """Random stream."""
    elapsed: Annotated[Int32, "envs"]
    """Steps since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    contribution: Annotated[Int16, "envs agents"]
    """Level in the last round; NONE before the first."""
    points: Annotated[Int16, "envs agents agents"]
    """Points of the row's agent to the column's, if the last step punished."""
    slot: Annotated[Int16, "envs agents others"]
    """Other agents, in the order in which the agent observes them."""
    disappointed: Annotated[Bool, "envs agents"]
    """True once another agent has given less than everything."""
    given: Annotated[Int64, "envs agents"]
    """Sum of contributed levels."""
    returns: Annotated[Float64, "envs agents"]
    """Sum of rewards."""
    chances: Annotated[Int32, "envs agents"]
    """Opportunities to punish."""
    shots: Annotated[Int32, "envs agents"]
    """Opportunities taken."""
    hits: Annotated[Int32, "envs agents agents"]
    """Steps in which the row's agent punished the column's."""
    just: Annotated[Int32, "envs agents"]
    """Hits of the agent on others that had given less than the mean."""
    assigned: Annotated[Int32, "envs agents"]
    """Points that the agent assigned."""


class Constants(NamedTuple):
    """Values that the kernels read and no step changes."""

    endowment: float
    unit: float
    share: float
    punishment: bool
    cost: float
    fine: float
    most_points: int
    anonymous: bool
    levels: int
