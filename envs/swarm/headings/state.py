"""State of Kuramoto's and Vicsek's tasks, the constants of their kernels, and work space."""

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
    """x and y in [-side / 2, side / 2)."""
    angle: Annotated[Float64, "envs agents"]
    """Phase or heading in radians, in [-pi, pi)."""
    frequency: Annotated[Float64, "envs agents"]
    """Turn of the angle in each step without any action."""
    error: Annotated[Float64, "envs agents"]
    """Error of each agent's view of the mean direction at this time."""
    order_sum: Annotated[Float64, "envs"]
    """Sum of the orders after each step of the episode."""
    effort_sum: Annotated[Float64, "envs"]
    """Sum of the agents' mean efforts in each step."""


class Constants(NamedTuple):
    """Values that the kernels read and no step changes."""

    side: float
    radius: float
    everyone: bool
    """True if the whole torus lies within the radius."""
    speed: float
    """Distance that agents move in a step."""
    spread: float
    """Largest natural frequency."""
    sees_frequency: bool
    """True if the last number of an observation is the own frequency, else the share of others in
    sight."""
    max_turn: float
    noise: float
    observation_noise: float
    action_cost: float
    horizon: float


class Scratch(NamedTuple):
    """Work space of the kernels; its values mean nothing between steps."""

    vector: Annotated[Float64, "envs agents 2"]
    """Cosine and sine of each angle."""
    near: Annotated[Float64, "envs agents 2"]
    """Sum of the vectors in sight of each agent, its own included."""
    in_sight: Annotated[Int32, "envs agents"]
    """Number of agents in sight, the agent itself included."""
