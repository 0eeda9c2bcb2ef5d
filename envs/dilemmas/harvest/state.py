"""Columns of the shared state that the commons uses, and the constants of its kernels."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Float64, Int16

ALIVE, ALIVE_STEPS = range(2)
"""Columns of `State.env_counters`: live apples, and their sum over steps."""
EATEN, GREEDY, GUILT = range(3)
"""Columns of `State.agent_counters`.

They are apples eaten, those eaten with few around, and steps that guilt lasts.
"""


class Orchard(NamedTuple):
    """Places and chances of apples, which no step changes."""

    site: Annotated[Int16, "sites 2"]
    """Row and column of each place where apples grow."""
    site_at: Annotated[Int16, "rows columns"]
    """Index of the site in a cell, or -1."""
    near: Annotated[Int16, "sites neighbours 2"]
    """Row and column of the sites around each."""
    nears: Annotated[Int16, "sites"]
    """Number of sites around each."""
    inside: Annotated[Int16, "first_spawns 2"]
    """Cells on which the first agents begin."""
    chance: Annotated[Float64, "counts"]
    """Probability that an apple grows again, by the number of live ones around it."""
    under_agents: bool
    greedy_below: int
    guilt: int
    putative_cooperators: int
    tile_cost: float


class Sprouts(NamedTuple):
    """Work space of the kernels."""

    sprout: Annotated[Int16, "envs sites"]
    """Sites on which an apple appears at the end of the step."""
