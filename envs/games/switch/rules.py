"""Kernels of the switch task: two rooms, and a corridor that lets one agent through at a time."""

import numpy as np

from ...kernels import each_env
from ..corridor import STAY, try_move
from .config import SwitchConfig
from .state import Constants

ROWS, COLUMNS = 3, 7
WALLS = np.zeros((ROWS, COLUMNS), np.bool_)
WALLS[[0, 2], 2:5] = True
STARTS = np.array([(0, 1), (0, 5), (2, 1), (2, 5)], np.int32)
GOALS = np.array([(0, 6), (0, 0), (2, 6), (2, 0)], np.int32)
CORRIDOR = (2, 4)
"""First and last column of the corridor, which lies in row 1."""


def build_constants(config: SwitchConfig) -> Constants:
    """Constants of a config."""
    return Constants(
        walls=WALLS,
        starts=STARTS,
        goals=GOALS,
        goal_reward=float(config.goal_reward),
        step_cost=float(config.step_cost),
        shared=config.shared_reward,
        full=config.full_observation,
        clock=config.clock,
        limit=float(config.max_cycles),
    )


@each_env
def begin(state, k, env):
    """Put the agents on their starts."""
    state.blocked[env] = 0
    for i in range(state.cell.shape[1]):
        state.cell[env, i, 0], state.cell[env, i, 1] = k.starts[i, 0], k.starts[i, 1]
        state.arrived[env, i] = 0
        state.bumped[env, i] = False


@each_env
def advance(state, k, action, reward, env):
    """Move the agents one after the other, each into a cell that is free at that moment."""
    n = state.cell.shape[1]
    step, total = state.elapsed[env] + 1, 0.0
    for i in range(n):
        state.bumped[env, i] = False
        if state.arrived[env, i]:
            continue
        wants = action[env, i]
        if not try_move(k.walls, state.cell[env], i, wants) and wants != STAY:
            state.bumped[env, i] = True
            state.blocked[env] += 1
        earned = -k.step_cost
        if state.cell[env, i, 0] == k.goals[i, 0] and state.cell[env, i, 1] == k.goals[i, 1]:
            state.arrived[env, i] = step
            earned = k.goal_reward
        reward[env, i] = earned
        total += earned
    if k.shared:
        for i in range(n):
            reward[env, i] = total


@each_env
def observe(state, k, observation, terminated, active, global_state, env):
    """Write observations and global state: positions, time and arrivals."""
    n = state.cell.shape[1]
    width = 3 if k.clock else 2
    time = state.elapsed[env] / k.limit
    for i in range(n):
        home = state.arrived[env, i] > 0
        terminated[env, i] = home
        active[env, i] = not home
        row, column = state.cell[env, i, 0] / (ROWS - 1), state.cell[env, i, 1] / (COLUMNS - 1)
        global_state[env, 3 * i], global_state[env, 3 * i + 1], global_state[env, 3 * i + 2] = row, column, home
        for j in range(n if k.full else 1):  # observers of agent i: all with `full`, else itself
            observer = j if k.full else i
            at = width * i if k.full else 0
            observation[env, observer, at] = row
            observation[env, observer, at + 1] = column
            if k.clock:
                observation[env, observer, at + 2] = time
    global_state[env, 3 * n] = time
