"""The state of value_truth."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Bool, Int32, UInt64


class State(NamedTuple):
    """Arrays of all envs; only the time evolves."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream; nothing is drawn from it."""
    elapsed: Annotated[Int32, "envs"]
    """Steps since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
