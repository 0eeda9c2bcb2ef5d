"""The state of the iterated game."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Bool, Float64, Int32, Int64, UInt64


class State(NamedTuple):
    """Arrays of all envs; kinds of rounds are CC, CD, DC, DD, the action of agent 0 first."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream."""
    elapsed: Annotated[Int32, "envs"]
    """Rounds since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    ended: Annotated[Bool, "envs"]
    """True once the game has ended by chance."""
    action: Annotated[Int64, "envs 2"]
    """COOPERATE or DEFECT in the last round; NONE before the first."""
    betrayed: Annotated[Bool, "envs 2"]
    """True once the other agent has defected."""
    rounds: Annotated[Int32, "envs 4"]
    """Number of rounds of each kind."""
    returns: Annotated[Float64, "envs 2"]
    """Sum of rewards."""
