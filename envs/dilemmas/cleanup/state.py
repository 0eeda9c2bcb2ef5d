"""Columns of the shared state that the clean-up task uses, and the constants of its kernels."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Int16

DIRTY, DIRTY_STEPS, ALIVE = range(3)
"""Columns of `State.env_counters`: dirty cells, their sum over steps, and apples."""
EATEN, CLEANED, CLEANED_NOW, FED, WASHED = range(5)
"""Columns of `State.agent_counters`.

They are apples eaten, cells cleaned in the episode and in the last step, and the numbers of further
steps in which the last meal and the last cleaning count for guilt.
"""
CLEANERS = 0
"""Column of `State.extra_observation`: other agents that cleaned something in the last step."""


class River(NamedTuple):
    """Places and chances of apples and dirt, which no step changes."""

    tree: Annotated[Int16, "trees 2"]
    """Row and column of each place where apples grow."""
    water: Annotated[Int16, "water 2"]
    """Row and column of each cell that may be dirty."""
    dirty_at_first: int
    streams: int
    """Further cells that count as clean water."""
    apple_chance: float
    depletion: float
    restoration: float
    under_agents: bool
    dirt_chance: float
    dirt_delay: int
    dirt_until: float
    dirt_retries: bool
    shared: bool
    guilt: int
