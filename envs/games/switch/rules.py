"""The switch task's rules: two to four agents, two rooms, and a corridor between them that lets one through at a time."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.validation import LARGEST, MOST_STEPS, check_within
from ...kernels import njit, over_copies, prange
from ..corridor import STAY, try_move

ROWS, COLUMNS = 3, 7
WALLS = np.zeros((ROWS, COLUMNS), np.bool_)
WALLS[[0, 2], 2:5] = True
STARTS = np.array([(0, 1), (0, 5), (2, 1), (2, 5)], np.int32)
GOALS = np.array([(0, 6), (0, 0), (2, 6), (2, 0)], np.int32)
CORRIDOR = (2, 4)
"""Its first and last column; it lies in row 1."""


@dataclass(frozen=True)
class SwitchParameters:
    """Options of the switch task; defaults are ma-gym's registered ones.

    Raises:
        BadParameter: a value is out of range.
    """

    num_agents: int = 2
    """Agents, 2 to 4; those with even numbers start at the left."""
    goal_reward: float = 5.0
    """What an agent is paid for reaching its goal."""
    step_cost: float = 0.1
    """What each step costs an agent that has not reached its goal, 0 or more."""
    shared_reward: bool = False
    """Pay every agent the sum of what all earn, as VDN learns from."""
    full_observation: bool = False
    """Show every agent what all see, in the order of their numbers, instead of its own place alone."""
    clock: bool = True
    """Show the share of max_cycles gone."""
    max_cycles: int = 50
    """Steps after which an episode is truncated."""

    def __post_init__(self):
        check_within("num_agents", self.num_agents, 2, 4)
        check_within("goal_reward", self.goal_reward, 0, LARGEST)
        check_within("step_cost", self.step_cost, 0, LARGEST)
        check_within("max_cycles", self.max_cycles, 1, MOST_STEPS)


class State(NamedTuple):
    """n is the number of agents."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy; nothing is drawn from it
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    cell: NDArray[np.int32]  # (num_envs, n, 2) row, column; an agent stays on its goal, in others' way
    arrived: NDArray[np.int32]  # (num_envs, n) the step in which the agent reached its goal, or 0
    blocked: NDArray[np.int32]  # (num_envs,) moves that a wall or another agent prevented
    bumped: NDArray[np.bool_]  # (num_envs, n) the agent was blocked in the last step


class Constants(NamedTuple):
    """What the kernels need and no step changes."""

    walls: NDArray[np.bool_]  # (ROWS, COLUMNS)
    starts: NDArray[np.int32]  # (4, 2)
    goals: NDArray[np.int32]  # (4, 2)
    goal_reward: float
    step_cost: float
    shared: bool
    full: bool
    clock: bool
    limit: float


def build_constants(parameters: SwitchParameters) -> Constants:
    """The constants for these parameters."""
    return Constants(
        walls=WALLS,
        starts=STARTS,
        goals=GOALS,
        goal_reward=float(parameters.goal_reward),
        step_cost=float(parameters.step_cost),
        shared=parameters.shared_reward,
        full=parameters.full_observation,
        clock=parameters.clock,
        limit=float(parameters.max_cycles),
    )


@njit(cache=True)
def begin_copy(state, k, c):
    """Put the agents on their starts."""
    state.blocked[c] = 0
    for i in range(state.cell.shape[1]):
        state.cell[c, i, 0], state.cell[c, i, 1] = k.starts[i, 0], k.starts[i, 1]
        state.arrived[c, i] = 0
        state.bumped[c, i] = False


@njit(cache=True)
def advance_copy(state, k, action, reward, c):
    """Move the agents one after the other by index, each into a cell that is free at that moment."""
    n = state.cell.shape[1]
    step, total = state.elapsed[c] + 1, 0.0
    for i in range(n):
        state.bumped[c, i] = False
        if state.arrived[c, i]:
            continue
        wants = action[c, i]
        if not try_move(k.walls, state.cell[c], i, wants) and wants != STAY:
            state.bumped[c, i] = True
            state.blocked[c] += 1
        earned = -k.step_cost
        if state.cell[c, i, 0] == k.goals[i, 0] and state.cell[c, i, 1] == k.goals[i, 1]:
            state.arrived[c, i] = step
            earned = k.goal_reward
        reward[c, i] = earned
        total += earned
    if k.shared:
        for i in range(n):
            reward[c, i] = total


@njit(cache=True)
def observe_copy(state, k, observation, terminated, active, global_state, c):
    """Places and time of all agents, and who has arrived."""
    n = state.cell.shape[1]
    width = 3 if k.clock else 2
    time = state.elapsed[c] / k.limit
    for i in range(n):
        home = state.arrived[c, i] > 0
        terminated[c, i] = home
        active[c, i] = not home
        row, column = state.cell[c, i, 0] / (ROWS - 1), state.cell[c, i, 1] / (COLUMNS - 1)
        global_state[c, 3 * i], global_state[c, 3 * i + 1], global_state[c, 3 * i + 2] = row, column, home
        for j in range(n if k.full else 1):  # who sees it: with `full` everyone, in the place of agent i
            seer = j if k.full else i
            at = width * i if k.full else 0
            observation[c, seer, at] = row
            observation[c, seer, at + 1] = column
            if k.clock:
                observation[c, seer, at + 2] = time
    global_state[c, 3 * n] = time


@over_copies
def begin_copies(state, k, where):
    """Begin an episode in every copy of `where` (num_envs,) bool."""
    for c in prange(where.shape[0]):
        if where[c]:
            begin_copy(state, k, np.int64(c))


@over_copies
def advance_copies(state, k, action, reward, where):
    """Advance every copy of `where` (num_envs,) bool by one step."""
    for c in prange(where.shape[0]):
        if where[c]:
            advance_copy(state, k, action, reward, np.int64(c))


@over_copies
def observe_copies(state, k, observation, terminated, active, global_state):
    """Observe in every copy."""
    for c in prange(terminated.shape[0]):
        observe_copy(state, k, observation, terminated, active, global_state, np.int64(c))
