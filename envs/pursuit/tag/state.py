"""The state of tag, and the constants of its kernels. Coordinates are (x, y)."""

from typing import Annotated, NamedTuple

import numpy as np

from ...kernels.arrays import Bool, Float64, Int32, UInt64

NEVER = np.int32(-1)


class State(NamedTuple):
    """Arrays of all envs; agents are the predators, then the prey."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream of the env."""
    elapsed: Annotated[Int32, "envs"]
    """Steps since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    position: Annotated[Float64, "envs agents 2"]
    velocity: Annotated[Float64, "envs agents 2"]
    landmark: Annotated[Float64, "envs landmarks 2"]
    """Positions of the obstacles."""
    touches: Annotated[Int32, "envs"]
    """Touching pairs of predator and prey, summed over the steps of the episode."""
    first_touch: Annotated[Int32, "envs prey"]
    """Step in which the prey was first touched, or NEVER."""
    distance: Annotated[Float64, "envs"]
    """Mean distance of predators to prey, summed over the steps."""
    success: Annotated[Bool, "envs"]
    """True if every prey was touched in the last step."""


class Constants(NamedTuple):
    """Values that the kernels read and no step changes."""

    predators: int
    radius: Annotated[Float64, "bodies"]
    """Radii of the agents, then of the landmarks."""
    accel: Annotated[Float64, "agents"]
    """Acceleration at full thrust."""
    max_speed: Annotated[Float64, "agents"]
    shaping: float
    """Reward per distance."""
    agents_seen: int
    """Number of other agents observed, or FULL."""
    landmarks_seen: int
    """Number of landmarks observed, or FULL."""
    ends_on_success: bool
    horizon: int
