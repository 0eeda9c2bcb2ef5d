"""The rules of flocking: how an episode begins, what a step changes and pays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.validation import check_within
from ...errors import BadParameter
from ...kernels import njit, over_copies, prange
from ..swarmbench.config import MAX_AGENTS, SwarmBenchParameters
from ..swarmbench.messages import speak_copy
from ..swarmbench.pushing import push_copy
from ..swarmbench.rewards import pay, set_origin
from ..swarmbench.state import clear_map, spread_agents
from ..swarmbench.symbols import AGENT
from .cost import formation_cost

INITIAL, COST, BEST, ROW, COLUMN = range(5)
"""What `State.tally` holds: the cost at the start, now, and at its lowest; where the cheapest formation stands now."""
NUMBERS = 5
FEWEST = 4


@dataclass(frozen=True)
class FlockingParameters(SwarmBenchParameters):
    """Options of flocking.

    Raises:
        BadParameter: a value is out of range, or the formation does not fit between the walls.
    """

    def __post_init__(self):
        super().__post_init__()
        check_within("num_agents", self.num_agents, FEWEST, MAX_AGENTS)
        # One stays free: with every cell taken the formation would always stand already.
        self.check_room((self.height - 2) * (self.width - 2) - 1, "between the walls but one")
        inner = min(self.height, self.width) - 2
        if side_of(self.num_agents) > inner:
            raise BadParameter(
                f"num_agents is {self.num_agents}, whose formation has {side_of(self.num_agents)} cells on a side; allowed is {FEWEST}"
                f" to {4 * inner - 1} on a map of {self.height} x {self.width}"
            )


def side_of(num_agents: int) -> int:
    """Cells on a side of the formation of so many agents."""
    return num_agents // 4 + 1


def hollow_square(side: int) -> NDArray[np.int32]:
    """The cells of a square's border, `(4 * side - 4, 2)` row, column, ordered by rows; `side` is 2 or more."""
    cells = np.argwhere(np.ones((side, side), np.bool_)).astype(np.int32)
    return cells[((cells == 0) | (cells == side - 1)).any(axis=1)]


@njit(cache=True)
def begin_copy(state, k, formation, side, w, c):
    """Begin an episode of copy c: agents anywhere between the walls, but not in formation already."""
    height, width = state.occupant.shape[1:]
    state.tally[c, INITIAL] = 0
    while state.tally[c, INITIAL] == 0:
        clear_map(state, k, c)
        spread_agents(state, k, c, 1, height - 2, 1, width - 2, AGENT)
        begin_measuring(state, formation, side, w, c)


@njit(cache=True)
def begin_measuring(state, formation, side, w, c):
    """Take the agents' present places for those at the beginning."""
    cost = _measure(state, formation, side, w, c)
    state.tally[c, INITIAL] = cost
    state.tally[c, BEST] = cost
    for i in range(state.on.shape[1]):
        set_origin(state, c, i, 0.0)


@njit(cache=True)
def advance_copy(state, k, scratch, formation, side, w, reward, c):
    """Move the agents of copy c, measure the cost anew, and pay what the lowest one gained.

    The potential is minus what the present cost is above the lowest, so with a weight of 1 a step pays what the cost has
    fallen, or takes what it has risen, and the end gives back what the agents lost since the lowest.
    """
    push_copy(state, k, scratch, c)
    tally = state.tally[c]
    cost, before = _measure(state, formation, side, w, c), tally[BEST]
    tally[BEST] = min(before, cost)
    state.score[c] = tally[INITIAL] - tally[BEST]
    state.finished[c] = cost == 0
    for i in range(state.on.shape[1]):
        pay(state, k, reward, c, i, np.float64(before - tally[BEST]), np.float64(tally[BEST] - cost))
    speak_copy(state, scratch, c)


@njit(cache=True)
def _measure(state, formation, side, w, c):
    """Note cost and place of the cheapest formation; returns the cost."""
    cost, row, column = formation_cost(state.position, formation, side, w, c)
    state.tally[c, COST] = cost
    state.tally[c, ROW] = row
    state.tally[c, COLUMN] = column
    return state.tally[c, COST]


@over_copies
def begin_copies(state, k, formation, side, w, where):
    """Begin episodes in the copies `where` (num_envs,) bool."""
    for c in prange(where.shape[0]):
        if where[c]:
            begin_copy(state, k, formation, side, w, np.int64(c))


@over_copies
def advance_copies(state, k, scratch, formation, side, w, where, reward):
    """Advance the copies `where` by one step."""
    for c in prange(where.shape[0]):
        if where[c]:
            advance_copy(state, k, scratch, formation, side, w, reward, np.int64(c))
