"""The rules of encircle: how an episode begins, what a step changes and pays."""

from dataclasses import dataclass

import numpy as np

from ...core.random_streams import below
from ...kernels import njit, over_copies, prange
from ..swarmbench.config import SwarmBenchParameters
from ..swarmbench.messages import speak_copy
from ..swarmbench.pushing import push_copy
from ..swarmbench.rewards import pay, set_origin
from ..swarmbench.state import FREE, GONE, clear_map, put_body, spread_agents
from ..swarmbench.symbols import AGENT, PREY
from .prey import LOOK, come_back, flee, is_caught

CAUGHT_ROW, CAUGHT_COLUMN, FIRST = range(3)
"""What `State.tally` holds: where the last step caught a prey (row GONE if it did not), and the steps until the first catch, or 0."""
NUMBERS = 3
WORTH = 0.5
"""The potential of a prey surrounded, in points."""


@dataclass(frozen=True)
class EncircleParameters(SwarmBenchParameters):
    """Options of encircle.

    Raises:
        BadParameter: a value is out of range, or the map has no room for the agents.
    """

    def __post_init__(self):
        super().__post_init__()
        # The prey may stand on one of these cells.
        self.check_room(last_start(self.height) * last_start(self.width) - 1, "in the upper left quarter")


def last_start(side: int) -> int:
    """The last row or column in which agents begin; the first is 1. The benchmark's half of the map, but 5 on small ones."""
    return min(max(side // 2, 5), side - 2)


@njit(cache=True)
def begin_copy(state, k, last_row, last_column, c):
    """Begin an episode of copy c: the prey in the lower right quarter, the agents in the upper left one."""
    height, width = state.occupant.shape[1:]
    clear_map(state, k, c)
    top, left = height // 2 + 1, width // 2 + 1
    row, column = top + below(state.stream[c], height - 1 - top), left + below(state.stream[c], width - 1 - left)
    put_body(state, k, c, state.on.shape[1], row, column, PREY)
    spread_agents(state, k, c, 1, last_row, 1, last_column, AGENT)
    state.tally[c, CAUGHT_ROW] = GONE
    potential = WORTH * closeness(state, c)
    for i in range(state.on.shape[1]):
        set_origin(state, c, i, potential)


@njit(cache=True)
def advance_copy(state, k, scratch, reward, c):
    """Move the agents of copy c, then catch the prey or let it flee, and pay."""
    push_copy(state, k, scratch, c)
    n = state.on.shape[1]
    caught = is_caught(state, c)
    state.tally[c, CAUGHT_ROW] = GONE
    if caught:
        state.score[c] += 1
        state.tally[c, CAUGHT_ROW] = state.position[c, n, 0]
        state.tally[c, CAUGHT_COLUMN] = state.position[c, n, 1]
        if state.tally[c, FIRST] == 0:
            state.tally[c, FIRST] = state.elapsed[c] + 1
        come_back(state, k, c)
    else:
        flee(state, k, c)
    potential = WORTH * closeness(state, c)
    for i in range(n):
        pay(state, k, reward, c, i, np.float64(caught), potential)
    speak_copy(state, scratch, c)


@njit(cache=True)
def closeness(state, c):
    """The mean over the four cells beside the prey of 1 if it is taken, else 1 / (1 + steps from the nearest agent to it)."""
    n = state.on.shape[1]
    total = 0.0
    for m in range(4):
        r, q = state.position[c, n, 0] + LOOK[m, 0], state.position[c, n, 1] + LOOK[m, 1]
        nearest = 0
        if state.occupant[c, r, q] == FREE:
            nearest = state.occupant.shape[1] + state.occupant.shape[2]
            for i in range(n):
                nearest = min(nearest, abs(state.position[c, i, 0] - r) + abs(state.position[c, i, 1] - q))
        total += 1.0 / (1.0 + nearest)
    return total / 4


@over_copies
def begin_copies(state, k, last_row, last_column, where):
    """Begin episodes in the copies `where` (num_envs,) bool."""
    for c in prange(where.shape[0]):
        if where[c]:
            begin_copy(state, k, last_row, last_column, np.int64(c))


@over_copies
def advance_copies(state, k, scratch, where, reward):
    """Advance the copies `where` by one step."""
    for c in prange(where.shape[0]):
        if where[c]:
            advance_copy(state, k, scratch, reward, np.int64(c))
