"""The rules of synchronization: how an episode begins, what a step changes and pays."""

from dataclasses import dataclass

import numpy as np

from ...core.random_streams import below
from ...kernels import njit, over_copies, prange
from ..swarmbench.config import SwarmBenchParameters
from ..swarmbench.messages import speak_copy
from ..swarmbench.pushing import push_copy
from ..swarmbench.rewards import pay, set_origin
from ..swarmbench.state import clear_map, show, spread_agents
from ..swarmbench.symbols import AGENT, AGENT_OFF

SWITCH = 5
"""The move behind the five that all tasks have."""
LAST, SCORED = 0, 1
"""What `State.tally` holds: the common state scored last (1 all on, 0 all off, UNSET none yet), and whether the last step scored."""
NUMBERS = 2
UNSET = -1
WORTH = 0.5
"""The potential of full agreement, in points."""


@dataclass(frozen=True)
class SynchronizationParameters(SwarmBenchParameters):
    """Options of synchronization.

    Raises:
        BadParameter: a value is out of range, or the map has no room for the agents.
    """

    def __post_init__(self):
        super().__post_init__()
        self.check_room((self.height - 2) * (self.width - 2), "between the walls")


@njit(cache=True)
def begin_copy(state, k, c):
    """Begin an episode of copy c: agents anywhere between the walls, each light on or off with equal chance."""
    height, width = state.occupant.shape[1:]
    clear_map(state, k, c)
    spread_agents(state, k, c, 1, height - 2, 1, width - 2, AGENT)
    state.tally[c, LAST] = UNSET
    for i in range(state.on.shape[1]):
        state.on[c, i] = below(state.stream[c], 2) == 1
        show(state, k, c, i, AGENT if state.on[c, i] else AGENT_OFF)
    potential = WORTH * agreement(state, c)
    for i in range(state.on.shape[1]):
        set_origin(state, c, i, potential)


@njit(cache=True)
def advance_copy(state, k, scratch, reward, c):
    """Move and switch in copy c, score a new common state, and pay."""
    push_copy(state, k, scratch, c)
    n = state.on.shape[1]
    for i in range(n):
        if scratch.move[c, i] == SWITCH:
            state.on[c, i] = not state.on[c, i]
            show(state, k, c, i, AGENT if state.on[c, i] else AGENT_OFF)
    lit = count_lit(state, c)
    common = 1 if lit == n else 0 if lit == 0 else UNSET
    scored = common != UNSET and common != state.tally[c, LAST]
    if scored:
        state.tally[c, LAST] = common
        state.score[c] += 1
    state.tally[c, SCORED] = scored
    potential = WORTH * agreement(state, c)
    for i in range(n):
        pay(state, k, reward, c, i, np.float64(scored), potential)
    speak_copy(state, scratch, c)


@njit(cache=True)
def count_lit(state, c):
    """How many lights of copy c are on."""
    lit = 0
    for i in range(state.on.shape[1]):
        lit += state.on[c, i]
    return lit


@njit(cache=True)
def agreement(state, c):
    """The share of lights that are as the next point wants them; before the first point the share of the majority."""
    share = count_lit(state, c) / state.on.shape[1]
    if state.tally[c, LAST] == UNSET:
        return max(share, 1.0 - share)
    return 1.0 - share if state.tally[c, LAST] == 1 else share


@over_copies
def begin_copies(state, k, where):
    """Begin episodes in the copies `where` (num_envs,) bool."""
    for c in prange(where.shape[0]):
        if where[c]:
            begin_copy(state, k, np.int64(c))


@over_copies
def advance_copies(state, k, scratch, where, reward):
    """Advance the copies `where` by one step."""
    for c in prange(where.shape[0]):
        if where[c]:
            advance_copy(state, k, scratch, reward, np.int64(c))
