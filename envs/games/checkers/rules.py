"""Kernels of the checkers task: two agents eat apples and lemons."""

import numpy as np
from numpy.typing import NDArray

from ...kernels import each_env, njit
from ..corridor import try_move
from .config import CheckersConfig
from .state import Constants

ROWS, COLUMNS = 3, 8
NOTHING, LEMON, APPLE = 0, 1, 2
APPLES = 9
STARTS = np.array([(0, 6), (2, 6)], np.int32)
SENSITIVE, PLAIN = 0, 1
"""The agents: food is worth ten times as much to the first."""
ITEMS = 5
"""Marks of a cell in observations: lemon, apple, agent 0, agent 1, one that stays 0."""
AROUND = 9 * ITEMS


def full_board() -> NDArray[np.uint8]:
    """Food at the start, `(ROWS, COLUMNS)`, with an apple in the upper left corner."""
    rows, columns = np.indices((ROWS, COLUMNS))
    board = np.where((rows + columns) % 2 == 0, APPLE, LEMON).astype(np.uint8)
    board[:, COLUMNS - 2 :] = NOTHING
    return board


def build_constants(config: CheckersConfig) -> Constants:
    """Constants of a config."""
    value = [[0, -reward, reward] for reward in (config.sensitive_reward, config.plain_reward)]
    return Constants(
        walls=np.zeros((ROWS, COLUMNS), np.bool_),
        board=full_board(),
        starts=STARTS,
        value=np.array(value, np.float64),
        step_cost=float(config.step_cost),
        shared=config.shared_reward,
        full=config.full_observation,
        clock=config.clock,
        limit=float(config.max_cycles),
    )


@each_env
def begin(state, k, env):
    """Lay out all food and put the agents on their starts."""
    for row in range(ROWS):
        for column in range(COLUMNS):
            state.food[env, row, column] = k.board[row, column]
    for i in range(2):
        state.cell[env, i, 0], state.cell[env, i, 1] = k.starts[i, 0], k.starts[i, 1]
        state.bite[env, i] = NOTHING
        for kind in range(3):
            state.eaten[env, i, kind] = 0


@each_env
def advance(state, k, action, reward, env):
    """Move agent 0, which eats the food of its new cell, then agent 1."""
    total = 0.0
    for i in range(2):
        earned = -k.step_cost
        state.bite[env, i] = NOTHING
        if try_move(k.walls, state.cell[env], i, action[env, i]):
            row, column = state.cell[env, i, 0], state.cell[env, i, 1]
            kind = state.food[env, row, column]
            if kind != NOTHING:
                state.food[env, row, column] = NOTHING
                state.eaten[env, i, kind] += 1
                state.bite[env, i] = kind
                earned += k.value[i, kind]
        reward[env, i] = earned
        total += earned
    if k.shared:
        for i in range(2):
            reward[env, i] = total


@each_env
def observe(state, k, observation, terminated, active, global_state, env):
    """Write observations and global state; all agents terminate once all apples are eaten."""
    time = state.elapsed[env] / k.limit
    over = state.eaten[env, SENSITIVE, APPLE] + state.eaten[env, PLAIN, APPLE] == APPLES
    width = 2 + AROUND + (1 if k.clock else 0)
    for i in range(2):
        terminated[env, i] = over
        active[env, i] = not over
        if k.full:
            _write_observation(state, k, observation[env, i], 0, SENSITIVE, time, env)
            _write_observation(state, k, observation[env, i], width, PLAIN, time, env)
        else:
            _write_observation(state, k, observation[env, i], 0, i, time, env)
    at = 0
    for row in range(ROWS):
        for column in range(COLUMNS):
            global_state[env, at] = state.food[env, row, column] == LEMON
            global_state[env, at + 1] = state.food[env, row, column] == APPLE
            at += 2
    for i in range(2):
        global_state[env, at], global_state[env, at + 1] = (
            state.cell[env, i, 0] / (ROWS - 1),
            state.cell[env, i, 1] / (COLUMNS - 1),
        )
        at += 2
    global_state[env, at] = time


@njit(cache=True)
def _write_observation(state, k, out, at, i, time, env):
    """Write the observation of agent i into `out` from index `at` on."""
    r, q = state.cell[env, i, 0], state.cell[env, i, 1]
    out[at], out[at + 1] = r / ROWS, q / (COLUMNS - 1)
    at += 2
    for mark in range(at, at + AROUND):
        out[mark] = 0
    for row in range(max(r - 1, 0), min(r + 2, ROWS)):
        for column in range(max(q - 1, 0), min(q + 2, COLUMNS)):
            kind = state.food[env, row, column]
            if kind != NOTHING:
                out[at + ITEMS * (3 * (row - r + 1) + column - q + 1) + kind - 1] = 1
    for j in range(2):
        below, right = state.cell[env, j, 0] - r + 1, state.cell[env, j, 1] - q + 1
        if 0 <= below < 3 and 0 <= right < 3:
            out[at + ITEMS * (3 * below + right) + 2 + j] = 1
    at += AROUND
    if k.clock:
        out[at] = time
