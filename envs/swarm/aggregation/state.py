"""State of aggregation, and the constants of its kernels."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Bool, Float64, Int32, UInt64


class State(NamedTuple):
    """Arrays of all envs."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream."""
    elapsed: Annotated[Int32, "envs"]
    """Steps since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    position: Annotated[Float64, "envs agents 2"]
    """x and y in [-2, 2]."""
    error: Annotated[Float64, "envs agents 2"]
    """Error of each agent's observation of its position at this time."""
    dispersion_sum: Annotated[Float64, "envs"]
    """Sum of the dispersions after each step of the episode."""
    effort_sum: Annotated[Float64, "envs"]
    """Sum of the agents' mean efforts in each step."""


class Constants(NamedTuple):
    """Values that the kernels read and no step changes."""

    speed: float
    noise: float
    observation_noise: float
    action_cost: float
    horizon: float
