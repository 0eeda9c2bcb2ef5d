"""The public goods game's rules: a stage in which all contribute at once, and one in which all may punish."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import shuffle
from ...core.validation import LARGEST, MOST_STEPS, check_within
from ...kernels import njit, over_copies, prange
from ..outcomes import punish

NONE = -1
"""What an agent contributed before the first round."""


@dataclass(frozen=True)
class PublicGoodsParameters:
    """Options of the public goods game.

    Raises:
        BadParameter: a value is out of range.
    """

    num_agents: int = 4
    """Agents that share a pot."""
    endowment: float = 20.0
    """What each has to give or to keep in a round."""
    multiplier: float = 1.6
    """What the pot is multiplied by before it is shared by all; it is a dilemma between 1 and `num_agents`."""
    levels: int = 21
    """Contributions to choose from, evenly from nothing to the whole endowment."""
    punishment: bool = True
    """Whether a second step of each round lets all assign points to the others."""
    punishment_cost: float = 1.0
    """What a point costs who assigns it."""
    punishment_fine: float = 3.0
    """What a point costs its target."""
    most_points: int = 10
    """Points that an agent can assign to another in a round."""
    anonymous: bool = False
    """Whether the others are shown in a new random order in each round, so that nobody has a history."""
    max_cycles: int = 20
    """Steps after which an episode is truncated; a round is one step, or two with `punishment`."""

    def __post_init__(self):
        check_within("num_agents", self.num_agents, 2, 64)
        check_within("endowment", self.endowment, 0, LARGEST)
        check_within("multiplier", self.multiplier, 0, 1000)
        check_within("levels", self.levels, 2, 1001)
        check_within("punishment_cost", self.punishment_cost, 0, LARGEST)
        check_within("punishment_fine", self.punishment_fine, 0, LARGEST)
        check_within("most_points", self.most_points, 1, 1000)
        check_within("max_cycles", self.max_cycles, 1, MOST_STEPS)

    @property
    def unit(self) -> float:
        """What one level more contributes."""
        return self.endowment / (self.levels - 1)

    @property
    def share(self) -> float:
        """What an agent gets back for each unit that anybody contributes."""
        return self.multiplier / self.num_agents


class State(NamedTuple):
    """n is the number of agents. With punishment the step of an even `elapsed` contributes, that of an odd one punishes."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    contribution: NDArray[np.int16]  # (num_envs, n) level in the last round; NONE before the first
    points: NDArray[np.int16]  # (num_envs, n, n) points of the row's agent to the column's, if the last step punished
    slot: NDArray[np.int16]  # (num_envs, n, n - 1) the others, in the order in which the agent sees them
    disappointed: NDArray[np.bool_]  # (num_envs, n) another has given less than everything in some round
    given: NDArray[np.int64]  # (num_envs, n) sum of contributed levels
    returns: NDArray[np.float64]  # (num_envs, n) sum of rewards
    chances: NDArray[np.int32]  # (num_envs, n) opportunities to punish
    shots: NDArray[np.int32]  # (num_envs, n) those taken
    hits: NDArray[np.int32]  # (num_envs, n, n) steps in which the row's agent punished the column's
    just: NDArray[np.int32]  # (num_envs, n) hits of the agent on others who had given less than the mean
    assigned: NDArray[np.int32]  # (num_envs, n) points that the agent assigned


class Constants(NamedTuple):
    """What the kernels need and no step changes."""

    endowment: float
    unit: float
    share: float
    punishment: bool
    cost: float
    fine: float
    most_points: int
    anonymous: bool
    levels: int


def begin(state: State, where: NDArray[np.bool_]) -> None:
    """Start episodes in the copies `where`."""
    for field in state[4:]:
        field[where] = 0
    state.contribution[where] = NONE
    n = state.contribution.shape[1]
    state.slot[where] = (np.arange(n)[:, None] + np.arange(1, n)) % n


@over_copies
def advance(state, k, action, reward, opportunity, sanction, target, where):
    """Play a step in the copies `where`; `action` is (num_envs, n, parts), the others are rewards and signals, zeroed."""
    for c in prange(where.shape[0]):
        if where[c]:
            step_copy(state, k, action, reward, opportunity, sanction, target, np.int64(c))


@njit(cache=True)
def step_copy(state, k, action, reward, opportunity, sanction, target, c):
    """One step of copy c: contributions, or with `punishment` in every other step points."""
    n = reward.shape[1]
    state.points[c, :, :] = 0
    if k.punishment and state.elapsed[c] % 2 == 1:
        assign_points(state, k, action[c], reward[c], opportunity[c], sanction[c], target[c], c)
    else:
        contribute(state, k, action[c], reward[c], c)
    for i in range(n):
        state.returns[c, i] += reward[c, i]


@njit(cache=True)
def contribute(state, k, action, reward, c):
    """All give what they chose, and each is paid what it kept and its share of the pot."""
    n = reward.shape[0]
    contribution = state.contribution[c]
    total, lacking = 0, 0
    for i in range(n):
        contribution[i] = action[i, 0]
        total += action[i, 0]
        lacking += action[i, 0] < k.levels - 1
    for i in range(n):
        reward[i] = k.endowment - k.unit * contribution[i] + k.share * k.unit * total
        state.given[c, i] += contribution[i]
        own = contribution[i] < k.levels - 1
        if lacking > own:
            state.disappointed[c, i] = True
        if k.anonymous:
            shuffle(state.stream[c], state.slot[c, i])


@njit(cache=True)
def assign_points(state, k, action, reward, opportunity, sanction, target, c):
    """All assign points to the others, which cost both sides."""
    n = reward.shape[0]
    contribution, slot, points = state.contribution[c], state.slot[c], state.points[c]
    total = 0
    for i in range(n):
        total += contribution[i]
    for i in range(n):
        opportunity[i] = 1.0
        state.chances[c, i] += 1
        for place in range(n - 1):
            count = action[i, 1 + place]
            if count > 0:
                j = slot[i, place]
                points[i, j] = count
                state.assigned[c, i] += count
                guilty = n * contribution[j] < total
                punish(reward, sanction, target, state.hits[c], state.just[c], i, j, count, k.cost, k.fine, guilty)
        state.shots[c, i] += sanction[i] > 0


@over_copies
def observe(state, k, observation, mask, world):
    """Write what agents see and may do, and the global state; `mask` has no elements without punishment."""
    for c in prange(observation.shape[0]):
        observe_copy(state, k, observation, mask, world, np.int64(c))


@njit(cache=True)
def observe_copy(state, k, observation, mask, world, c):
    """The rows of copy c, as PublicGoods describes them."""
    n = state.contribution.shape[1]
    contribution, slot, points = state.contribution[c], state.slot[c], state.points[c]
    start = contribution[0] == NONE
    punishing = k.punishment and state.elapsed[c] % 2 == 1
    most = 1.0 / (k.levels - 1)
    world[c, 0], world[c, 1] = start, punishing
    for i in range(n):
        row = observation[c, i]
        row[0] = start
        row[1] = 0.0 if start else contribution[i] * most
        for place in range(n - 1):
            row[2 + place] = 0.0 if start else contribution[slot[i, place]] * most
        world[c, 2 + i] = row[1]
        received = 0
        for j in range(n):
            received += points[j, i]
        world[c, 2 + n + i] = received / ((n - 1) * k.most_points)
        if k.punishment:
            row[n + 1] = punishing
            row[n + 2] = world[c, 2 + n + i]
            write_mask(mask[c, i], k.levels, k.most_points, punishing)


@njit(cache=True)
def write_mask(mask, levels, most_points, punishing):
    """Of the parts that are not of this stage only the action 0 is left."""
    for a in range(levels):
        mask[a] = a == 0 or not punishing
    for a in range(levels, mask.shape[0]):
        mask[a] = (a - levels) % (most_points + 1) == 0 or punishing
