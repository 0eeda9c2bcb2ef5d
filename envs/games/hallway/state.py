"""The state of hallway, and the constants and work space of its kernels."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Bool, Int32, UInt64


class State(NamedTuple):
    """Arrays of all envs."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream."""
    elapsed: Annotated[Int32, "envs"]
    """Steps since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    place: Annotated[Int32, "envs agents"]
    """Steps to the end of the corridor of the agent, 0 at the end."""
    group: Annotated[Int32, "envs groups"]
    """PLAYING, WON or FAILED."""
    clashed: Annotated[Bool, "envs groups"]
    """True if the group arrived with another in the last step, and was put back."""
    clashes: Annotated[Int32, "envs"]
    """Steps in which groups clashed."""


class Constants(NamedTuple):
    """Values that the kernels read and no step changes."""

    length: Annotated[Int32, "agents"]
    """Length of the corridor of each agent."""
    first: Annotated[Int32, "bounds"]
    """First agent of each group, then the number of agents."""
    reward: float
    longest: float
    limit: float


class Scratch(NamedTuple):
    """Work space of the kernels; holds nothing between steps."""

    before: Annotated[Int32, "envs agents"]
    """Places before the step."""
