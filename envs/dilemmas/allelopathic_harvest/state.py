"""Columns of the shared state that allelopathic harvest uses, and the constants of its kernels."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Int16, Int64

NUM_COLOURS = 3
NEWBORN = 0
"""Value of `State.colour` for agents that planted nothing or were found out eating.

For others it is 1 + the colour that they planted last.
"""
RIPE_NOW, LARGEST_STEPS, RIPE_STEPS = range(NUM_COLOURS, NUM_COLOURS + 3)
"""Columns of `State.env_counters`, after the numbers of berries of each colour.

They are ripe berries, and sums over steps of the most berries of one colour and of the ripe ones.
"""
EATEN, FAVOURITES, PLANTED, FED = range(4)
"""Columns of `State.agent_counters`.

They are berries eaten, those of the favourite colour, berries planted, and 1 if the agent ate in
the cell in which it stands.
"""


class Garden(NamedTuple):
    """Places and chances of berries, which no step changes."""

    berry: Annotated[Int16, "berries 2"]
    """Row and column of each berry."""
    favourite: Annotated[Int64, "agents"]
    """Colour that each agent prefers."""
    favourite_reward: float
    other_reward: float
    ripening: float
    cubic_rate: float
    delay: int
    plant_cooldown: int
