"""The state of the matrix game, and its table of payoffs."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Bool, Float64, Int32, Int64, UInt64


class State(NamedTuple):
    """Arrays of all envs."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream; nothing is drawn from it."""
    elapsed: Annotated[Int32, "envs"]
    """Rounds since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    action: Annotated[Int64, "envs agents"]
    """Last joint action; NONE before the first round."""
    optimal: Annotated[Int32, "envs"]
    """Rounds with a joint action of the highest mean payoff."""
    equilibrium: Annotated[Int32, "envs"]
    """Rounds with a joint action that is a pure Nash equilibrium."""
    regret: Annotated[Float64, "envs"]
    """Mean payoff of the best joint action less that received, summed over rounds."""


class Game(NamedTuple):
    """Table of payoffs with its known answers.

    Joint actions are numbered as in a flattened table; that of the last agent changes fastest.
    """

    payoff: Annotated[Float64, "joint agents"]
    stride: Annotated[Int64, "agents"]
    """Distance of the next action of an agent in that numbering."""
    mean: Annotated[Float64, "joint"]
    """Payoff, mean over agents."""
    optimal: Annotated[Bool, "joint"]
    """True where the mean is highest."""
    equilibrium: Annotated[Bool, "joint"]
    """True at pure Nash equilibria."""
