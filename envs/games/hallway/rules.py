"""Hallway's rules: every agent walks in a corridor of its own, and a group scores if all its members reach the end in one step."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import below
from ...core.validation import LARGEST, MOST_STEPS, check_within, nearest
from ...errors import BadParameter
from ...kernels import njit, over_copies, prange

STAY, LEFT, RIGHT = 0, 1, 2
PLAYING, WON, FAILED = 0, 1, 2
GAMES = {"hallway": ((4,) * 12, (2, 2, 2, 3, 3)), "join1": ((2, 6, 10), (3,))}
"""Lengths of the corridors and sizes of the groups."""
SPARE_STEPS = 10
LONGEST = 1_000_000


@dataclass(frozen=True)
class HallwayParameters:
    """Options of hallway.

    Raises:
        BadParameter: a value is out of range, the game is unknown, or groups and corridors do not fit.
    """

    game: str = "hallway"
    """`hallway`: 12 corridors of 4 in groups of 2, 2, 2, 3 and 3; `join1`: one group in corridors of 2, 6 and 10."""
    lengths: tuple[int, ...] = ()
    """Length of each agent's corridor; the game's if empty."""
    groups: tuple[int, ...] = ()
    """Sizes of the groups, in the order of the agents; the game's if empty, or one group if only lengths are given."""
    reward: float = 1.0
    """What a group earns that arrives alone; every agent is paid what all groups earn (join1's source has 10)."""
    max_cycles: int | None = None
    """Steps after which an episode is truncated; the longest corridor and 10 if left out."""

    def __post_init__(self):
        if self.game not in GAMES:
            raise BadParameter(f"game is '{self.game}'; there is no such game.{nearest(self.game, list(GAMES))}")
        lengths, groups = self.corridors()
        for name, values in (("lengths", lengths), ("groups", groups)):
            if not all(1 <= value <= LONGEST for value in values):
                raise BadParameter(f"{name} is {values}; allowed are numbers from 1 to {LONGEST}")
        if sum(groups) != len(lengths):
            raise BadParameter(
                f"groups is {groups}, {sum(groups)} agents, but lengths gives corridors to {len(lengths)}; the sizes have to add up to that"
            )
        check_within("reward", self.reward, 0, LARGEST)
        if self.max_cycles is not None:
            check_within("max_cycles", self.max_cycles, 1, MOST_STEPS)

    def corridors(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Lengths of the corridors and sizes of the groups."""
        lengths, groups = GAMES[self.game]
        if not self.lengths:
            return lengths, self.groups or groups
        return self.lengths, self.groups or (len(self.lengths),)

    def horizon(self) -> int:
        """Steps of an episode."""
        return self.max_cycles or max(self.corridors()[0]) + SPARE_STEPS


class State(NamedTuple):
    """n is the number of agents, g that of groups."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    place: NDArray[np.int32]  # (num_envs, n) steps to the end of the agent's corridor, 0 at the end
    group: NDArray[np.int32]  # (num_envs, g) PLAYING, WON or FAILED
    clashed: NDArray[np.bool_]  # (num_envs, g) the group arrived with another in the last step, and was put back
    clashes: NDArray[np.int32]  # (num_envs,) steps in which groups clashed


class Constants(NamedTuple):
    """What the kernels need and no step changes."""

    length: NDArray[np.int32]  # (n,)
    first: NDArray[np.int32]  # (g + 1,) first agent of each group, and the number of agents
    reward: float
    longest: float
    limit: float


class Scratch(NamedTuple):
    """Work space of the kernels; means nothing between steps."""

    before: NDArray[np.int32]  # (num_envs, n) where agents stood


def build_constants(parameters: HallwayParameters) -> Constants:
    """The constants for these parameters."""
    lengths, groups = parameters.corridors()
    return Constants(
        length=np.array(lengths, np.int32),
        first=np.concatenate([[0], np.cumsum(groups)]).astype(np.int32),
        reward=float(parameters.reward),
        longest=float(max(lengths)),
        limit=float(parameters.horizon()),
    )


@njit(cache=True)
def begin_copy(state, k, c):
    """Draw everyone's place uniformly from 1 to the length of the corridor."""
    state.clashes[c] = 0
    for i in range(k.length.shape[0]):
        state.place[c, i] = 1 + below(state.stream[c], k.length[i])
    for g in range(state.group.shape[1]):
        state.group[c, g] = PLAYING
        state.clashed[c, g] = False


@njit(cache=True)
def advance_copy(state, k, scratch, action, reward, c):
    """Move the agents of the groups that still play, then see which groups arrived, and with whom."""
    groups, arrived = state.group.shape[1], 0
    for g in range(groups):
        state.clashed[c, g] = False
        if state.group[c, g] != PLAYING:
            continue
        at_end, members = 0, k.first[g + 1] - k.first[g]
        for i in range(k.first[g], k.first[g + 1]):
            place = state.place[c, i]
            scratch.before[c, i] = place
            if action[c, i] == LEFT:
                place -= 1  # nobody who plays stands at the end
            elif action[c, i] == RIGHT and place < k.length[i]:
                place += 1
            state.place[c, i] = place
            at_end += place == 0
        if at_end == members:
            state.group[c, g] = WON
            state.clashed[c, g] = True  # unless no other arrives, which is known below
            arrived += 1
        elif at_end > 0:
            state.group[c, g] = FAILED
    earned = k.reward if arrived == 1 else -0.5 * k.reward * arrived
    for g in range(groups):
        if state.clashed[c, g] and arrived == 1:
            state.clashed[c, g] = False
        elif state.clashed[c, g]:
            state.group[c, g] = PLAYING
            for i in range(k.first[g], k.first[g + 1]):
                state.place[c, i] = scratch.before[c, i]
    state.clashes[c] += arrived > 1
    for i in range(reward.shape[1]):
        reward[c, i] = earned


@njit(cache=True)
def observe_copy(state, k, observation, terminated, active, global_state, c):
    """Every agent's own place, and whether its group still plays. All agents terminate together, with the last group."""
    playing_groups = 0
    for g in range(state.group.shape[1]):
        playing_groups += state.group[c, g] == PLAYING
    n = k.length.shape[0]
    for g in range(state.group.shape[1]):
        playing = state.group[c, g] == PLAYING
        for i in range(k.first[g], k.first[g + 1]):
            place = state.place[c, i] / k.longest
            observation[c, i, 0], observation[c, i, 1] = place, playing
            global_state[c, 2 * i], global_state[c, 2 * i + 1] = place, playing
            active[c, i] = playing
            terminated[c, i] = playing_groups == 0
    global_state[c, 2 * n] = state.elapsed[c] / k.limit


@over_copies
def begin_copies(state, k, where):
    """Begin an episode in every copy of `where` (num_envs,) bool."""
    for c in prange(where.shape[0]):
        if where[c]:
            begin_copy(state, k, np.int64(c))


@over_copies
def advance_copies(state, k, scratch, action, reward, where):
    """Advance every copy of `where` (num_envs,) bool by one step."""
    for c in prange(where.shape[0]):
        if where[c]:
            advance_copy(state, k, scratch, action, reward, np.int64(c))


@over_copies
def observe_copies(state, k, observation, terminated, active, global_state):
    """Observe in every copy."""
    for c in prange(terminated.shape[0]):
        observe_copy(state, k, observation, terminated, active, global_state, np.int64(c))
