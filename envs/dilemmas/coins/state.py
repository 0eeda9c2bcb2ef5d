"""Columns of the shared state that coins uses, and the constants of its kernels."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Float64, Int32

HEIGHT, WIDTH = range(2)
"""Columns of `State.env_counters`: size of the episode's map, without its walls."""
OWN, OTHERS, GUILT = range(3)
"""Columns of `State.agent_counters`.

They are coins of the own colour that a player took, those of the other's colour, and steps that
guilt lasts.
"""


class Mint(NamedTuple):
    """Values that the kernels read and no step changes."""

    min_height: int
    max_height: int
    min_width: int
    max_width: int
    log_bare: float
    """Logarithm of the probability that a cell stays bare."""
    to_self: Annotated[Float64, "2"]
    """Reward for taking a coin of the own colour, and one of the other's colour."""
    to_other: Annotated[Float64, "2"]
    """Reward of the other player for the same."""
    guilt: int


class Minted(NamedTuple):
    """Work space of the kernels."""

    minted: Annotated[Int32, "envs cells"]
    """Flat cells that get a coin at the end of the step."""
