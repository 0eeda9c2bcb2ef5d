"""The checkers task's rules: apples and lemons in a chessboard pattern, and two agents to whom they are worth different things."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.validation import LARGEST, MOST_STEPS, check_within
from ...kernels import njit, over_copies, prange
from ..corridor import try_move

ROWS, COLUMNS = 3, 8
NOTHING, LEMON, APPLE = 0, 1, 2
APPLES = 9
STARTS = np.array([(0, 6), (2, 6)], np.int32)
SENSITIVE, PLAIN = 0, 1
"""The agents: what is eaten is worth ten times as much to the first."""
ITEMS = 5
"""What an agent tells apart in a cell: lemon, apple, agent 0, agent 1, and a fifth mark of ma-gym's that nothing sets."""
AROUND = 9 * ITEMS


def full_board() -> NDArray[np.uint8]:
    """Columns 0 to 5 with an apple in the upper left corner, `(ROWS, COLUMNS)`."""
    rows, columns = np.indices((ROWS, COLUMNS))
    board = np.where((rows + columns) % 2 == 0, APPLE, LEMON).astype(np.uint8)
    board[:, COLUMNS - 2 :] = NOTHING
    return board


@dataclass(frozen=True)
class CheckersParameters:
    """Options of the checkers task; defaults are ma-gym's.

    Raises:
        BadParameter: a value is out of range.
    """

    sensitive_reward: float = 10.0
    """What an apple is worth to agent 0, and a lemon costs it."""
    plain_reward: float = 1.0
    """What an apple is worth to agent 1, and a lemon costs it."""
    step_cost: float = 0.01
    """What each step costs each agent, 0 or more."""
    shared_reward: bool = False
    """Pay both agents the sum of what they earn, as VDN learns from."""
    full_observation: bool = False
    """Show both agents what both see, in the order of their numbers, instead of their own surroundings alone."""
    clock: bool = False
    """Show the share of max_cycles gone."""
    max_cycles: int = 100
    """Steps after which an episode is truncated."""

    def __post_init__(self):
        for name in ("sensitive_reward", "plain_reward", "step_cost"):
            check_within(name, getattr(self, name), 0, LARGEST)
        check_within("max_cycles", self.max_cycles, 1, MOST_STEPS)


class State(NamedTuple):
    """Two agents."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy; nothing is drawn from it
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    food: NDArray[np.uint8]  # (num_envs, ROWS, COLUMNS) NOTHING, LEMON or APPLE
    cell: NDArray[np.int32]  # (num_envs, 2, 2) row, column of each agent
    eaten: NDArray[np.int32]  # (num_envs, 2, 3) by agent and kind of food; the first kind counts nothing
    bite: NDArray[np.uint8]  # (num_envs, 2) what each agent ate in the last step


class Constants(NamedTuple):
    """What the kernels need and no step changes."""

    walls: NDArray[np.bool_]  # (ROWS, COLUMNS) none
    board: NDArray[np.uint8]  # (ROWS, COLUMNS) the food at the start
    starts: NDArray[np.int32]  # (2, 2)
    worth: NDArray[np.float64]  # (2, 3) to each agent, by kind of food
    step_cost: float
    shared: bool
    full: bool
    clock: bool
    limit: float


def build_constants(parameters: CheckersParameters) -> Constants:
    """The constants for these parameters."""
    worth = [[0, -value, value] for value in (parameters.sensitive_reward, parameters.plain_reward)]
    return Constants(
        walls=np.zeros((ROWS, COLUMNS), np.bool_),
        board=full_board(),
        starts=STARTS,
        worth=np.array(worth, np.float64),
        step_cost=float(parameters.step_cost),
        shared=parameters.shared_reward,
        full=parameters.full_observation,
        clock=parameters.clock,
        limit=float(parameters.max_cycles),
    )


@njit(cache=True)
def begin_copy(state, k, c):
    """Lay out all food and put the agents on their starts."""
    for row in range(ROWS):
        for column in range(COLUMNS):
            state.food[c, row, column] = k.board[row, column]
    for i in range(2):
        state.cell[c, i, 0], state.cell[c, i, 1] = k.starts[i, 0], k.starts[i, 1]
        state.bite[c, i] = NOTHING
        for kind in range(3):
            state.eaten[c, i, kind] = 0


@njit(cache=True)
def advance_copy(state, k, action, reward, c):
    """Agent 0 moves and eats what lies there, then agent 1."""
    total = 0.0
    for i in range(2):
        earned = -k.step_cost
        state.bite[c, i] = NOTHING
        if try_move(k.walls, state.cell[c], i, action[c, i]):
            row, column = state.cell[c, i, 0], state.cell[c, i, 1]
            kind = state.food[c, row, column]
            if kind != NOTHING:
                state.food[c, row, column] = NOTHING
                state.eaten[c, i, kind] += 1
                state.bite[c, i] = kind
                earned += k.worth[i, kind]
        reward[c, i] = earned
        total += earned
    if k.shared:
        for i in range(2):
            reward[c, i] = total


@njit(cache=True)
def observe_copy(state, k, observation, terminated, active, global_state, c):
    """What both agents see around them, and whether all apples are eaten."""
    time = state.elapsed[c] / k.limit
    over = state.eaten[c, SENSITIVE, APPLE] + state.eaten[c, PLAIN, APPLE] == APPLES
    width = 2 + AROUND + (1 if k.clock else 0)
    for i in range(2):  # agent i sees; with `full` what both see
        terminated[c, i] = over
        active[c, i] = not over
        if k.full:
            _see(state, k, observation[c, i], 0, SENSITIVE, time, c)
            _see(state, k, observation[c, i], width, PLAIN, time, c)
        else:
            _see(state, k, observation[c, i], 0, i, time, c)
    at = 0
    for row in range(ROWS):
        for column in range(COLUMNS):
            global_state[c, at] = state.food[c, row, column] == LEMON
            global_state[c, at + 1] = state.food[c, row, column] == APPLE
            at += 2
    for i in range(2):
        global_state[c, at], global_state[c, at + 1] = (
            state.cell[c, i, 0] / (ROWS - 1),
            state.cell[c, i, 1] / (COLUMNS - 1),
        )
        at += 2
    global_state[c, at] = time


@njit(cache=True)
def _see(state, k, row_of, at, i, time, c):
    """Write what agent i sees into `row_of` from `at` on."""
    r, q = state.cell[c, i, 0], state.cell[c, i, 1]
    row_of[at], row_of[at + 1] = r / ROWS, q / (COLUMNS - 1)
    at += 2
    for mark in range(at, at + AROUND):
        row_of[mark] = 0
    for row in range(max(r - 1, 0), min(r + 2, ROWS)):
        for column in range(max(q - 1, 0), min(q + 2, COLUMNS)):
            kind = state.food[c, row, column]
            if kind != NOTHING:
                row_of[at + ITEMS * (3 * (row - r + 1) + column - q + 1) + kind - 1] = 1
    for j in range(2):
        below, right = state.cell[c, j, 0] - r + 1, state.cell[c, j, 1] - q + 1
        if 0 <= below < 3 and 0 <= right < 3:
            row_of[at + ITEMS * (3 * below + right) + 2 + j] = 1
    at += AROUND
    if k.clock:
        row_of[at] = time


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
