"""Columns of the shared state that matrix games use, and the constants of their kernels."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Bool, Float64, Int16, Int64
from .games import BANDS

FIRST = 2
"""Code of the first resource, see `standing`."""
READY, TIMER, BAND, PARTNER, MET, MEMORY = range(6)
"""Columns of `State.agent_counters`.

READY is 1 if the agent has collected something; TIMER the steps until it is paid for an
interaction, and LEAVES in the step in which it is; BAND the band of that payoff; PARTNER the index
+ 1 of its last partner; MET the number of interactions. From MEMORY on there are for each other
agent the strategy that was most of its inventory when they last interacted, + 1, and then for each
other agent 1 if that ever was another than 0.
"""
LEAVES = -1
OWED, PAID, SHARES = range(3)
"""Columns of `State.pending_reward`.

They are the payoff of the current interaction, payoffs so far, and from SHARES on the shares of
each strategy in the inventory, added up over interactions.
"""
COLOURS = 2 + BANDS
"""Number of values of `State.colour`.

0 is an agent that has collected nothing, 1 one that has, then comes one for each band of payoffs
for which it waits. With roles there are as many again for row players.
"""


class MatrixConstants(NamedTuple):
    """Values that the kernels read and no step changes."""

    site: Annotated[Int16, "sites 2"]
    """Cells of resources."""
    kind: Annotated[Int64, "sites"]
    """Strategy of each, or RANDOM."""
    strategies: int
    health: int
    waiting: int
    """First code of cells whose resource is gone."""
    start: int
    freeze: int
    respawn: int
    delay: int
    rate: float
    refill: bool
    roles: bool
    chooses_row: Annotated[Bool, "agents"]
    """With roles, True for agents that choose the row."""
    payoff: Annotated[Float64, "2 strategies strategies"]
    """Payoffs of the row player, and of the column player."""
    bounds: Annotated[Float64, "bounds"]
    """Payoffs between the bands that others can tell apart."""
    random_ties: bool
    social: bool
    """True if strategy 0 is to cooperate."""


def standing(strategy: int, health: int, most: int) -> int:
    """Code of a resource that stands.

    The code of a cell whose resource is gone is larger by the number of such codes.
    """
    return FIRST + strategy * most + health - 1
