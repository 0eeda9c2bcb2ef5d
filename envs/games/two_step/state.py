"""The state of the two-step game."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Bool, Float64, Int32, Int64, UInt64


class State(NamedTuple):
    """Arrays of all envs."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream; nothing is drawn from it."""
    elapsed: Annotated[Int32, "envs"]
    """Steps since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    place: Annotated[Int64, "envs"]
    """START, SAFE (2A), RISKY (2B) or END."""
    action: Annotated[Int64, "envs 2 2"]
    """Actions by step and agent, NONE where not yet chosen."""
    paid: Annotated[Float64, "envs"]
    """Return of the episode so far."""
