"""State of spread, and the constants of its kernels."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Bool, Float64, Int32, UInt64


class State(NamedTuple):
    """Arrays of all envs. There are as many landmarks as agents; coordinates are (x, y)."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream."""
    elapsed: Annotated[Int32, "envs"]
    """Steps since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    position: Annotated[Float64, "envs agents 2"]
    """Positions of the agents."""
    velocity: Annotated[Float64, "envs agents 2"]
    """Velocities of the agents."""
    landmark: Annotated[Float64, "envs agents 2"]
    """Positions of the landmarks."""
    collisions: Annotated[Int32, "envs"]
    """Pairs that touched, summed over the steps of the episode."""
    success: Annotated[Bool, "envs"]
    """True if every landmark was covered after the last step."""


class Constants(NamedTuple):
    """Values that the kernels read and no step changes."""

    radius: Annotated[Float64, "agents"]
    """Radius of each agent; landmarks do not obstruct."""
    max_speed: Annotated[Float64, "agents"]
    """Infinite: there is no limit."""
    obstacle: Annotated[Float64, "0 2"]
    """Fixed bodies, of which there are none."""
    local: float
    """Weight of the own penalty, 0 without collision penalty."""
    shared: float
    """Weight of the distances."""
    agents_seen: int
    """Slots for other agents, or FULL."""
    landmarks_seen: int
    """Slots for landmarks, or FULL."""
    ends_on_success: bool
    horizon: int
