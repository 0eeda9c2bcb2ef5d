"""The state of the differential game."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Bool, Float32, Float64, Int32, UInt64


class State(NamedTuple):
    """Arrays of all envs."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream; nothing is drawn from it."""
    elapsed: Annotated[Int32, "envs"]
    """0 before the choice, 1 after it."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    action: Annotated[Float32, "envs 2"]
    """Actions; 0 before the choice."""
    paid: Annotated[Float64, "envs"]
    """Reward of both agents; 0 before the choice."""
