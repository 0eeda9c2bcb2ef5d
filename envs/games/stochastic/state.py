"""The state of the stochastic game, and its tables."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Bool, Float64, Int32, Int64, UInt64


class State(NamedTuple):
    """Arrays of all envs."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream."""
    elapsed: Annotated[Int32, "envs"]
    """Steps since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    place: Annotated[Int64, "envs"]
    """State of the game."""
    before: Annotated[Int64, "envs"]
    """State of the game before the last step; NONE before the first."""
    action: Annotated[Int64, "envs agents"]
    """Last joint action; NONE before the first step."""
    paid: Annotated[Float64, "envs"]
    """Return of the episode so far."""
    optimal: Annotated[Int32, "envs"]
    """Steps with the best joint action."""


class Game(NamedTuple):
    """Tables over states and joint actions; the action of the last agent changes fastest."""

    reward: Annotated[Float64, "states joint"]
    """Reward of all agents."""
    transition: Annotated[Float64, "states joint states"]
    """Probability of the next state."""
    stride: Annotated[Int64, "agents"]
    """Distance of the next action of an agent in the numbering of joint actions."""
    cumulative: Annotated[Float64, "states joint states"]
    """Probability of the next state or one before it; the last is exactly 1."""
