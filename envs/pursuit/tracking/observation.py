"""Observations: a row for each of the targets believed nearest; and the global state."""

import math

import numpy as np
from numpy.typing import NDArray

from ...kernels import each_env, njit
from .belief import CLOSEST, SPEED_LIMIT, highest_log_determinant, lowest_log_determinant
from .cell_list import Cells, fill_cells, nearest_bodies
from .config import TrackingConfig
from .reset import INITIAL_VARIANCE
from .rules import SPEEDS, TURN_RATES, face, in_view
from .state import Constants

FEATURES = 6
RANGE_UNIT, ANGLE_UNIT, SPEED_UNIT, LOG_DET_UNIT = 10.0, math.pi, 2.0, 10.0
"""Divisors of a row's ranges (m), angles (rad) and angular velocities (rad/s), radial velocities
(m/s), and log dets."""
_WIDE = 1 + 1e-5  # bounds allow for the rounding to float32


def bounds(config: TrackingConfig, constants: Constants) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The lowest and highest value of each feature of a row."""
    speed = SPEEDS[0] + math.sqrt(2) * SPEED_LIMIT
    low = lowest_log_determinant(constants.belief_noise, config.num_pursuers)
    high = highest_log_determinant(INITIAL_VARIANCE, constants.belief_noise, config.max_cycles)
    turn = (speed / CLOSEST + TURN_RATES[0]) / ANGLE_UNIT
    largest = np.array(
        [math.sqrt(2) * constants.side / RANGE_UNIT, 1, speed / SPEED_UNIT, turn, high / LOG_DET_UNIT, 1]
    )
    smallest = np.array([0, -1, -speed / SPEED_UNIT, -turn, low / LOG_DET_UNIT, 0])
    return (smallest * _WIDE).astype(np.float32), (largest * _WIDE).astype(np.float32)


def state_size(n: int, m: int) -> int:
    """Size of the global state of n pursuers and m targets."""
    return 1 + 4 * n + 9 * m


@each_env
def observe(state, k, scratch, horizon, observation, global_state, env):
    """Write observations and global state.

    Args:
        observation: (num_envs, pursuers, rows, FEATURES).
        global_state: (num_envs, state_size).
    """
    pursuer, motion, target, mean = state.pursuer[env], state.motion[env], state.target[env], state.mean[env]
    log_det, facing, index, squared = (
        state.log_det[env],
        scratch.facing[env],
        scratch.nearest[env],
        scratch.squared[env],
    )
    looked = state.elapsed[env] > 0
    beliefs = Cells(scratch.target_first[env], scratch.target_member[env], k.side, k.per_side)
    fill_cells(beliefs, mean, state.present[env])
    face(pursuer, facing)
    for i in range(pursuer.shape[0]):
        rows = observation[env, i]
        found = nearest_bodies(beliefs, mean, pursuer[i, 0], pursuer[i, 1], k.rows, index, squared)
        for row in range(found):
            j = index[row]
            _write_belief(rows, row, pursuer, motion, facing, i, mean, j)
            dx, dy = target[j, 0] - pursuer[i, 0], target[j, 1] - pursuer[i, 1]
            seen = looked and in_view(dx, dy, facing[i, 0], facing[i, 1], k.sensor_range, k.cos_half)
            rows[row, 4] = log_det[j] / LOG_DET_UNIT
            rows[row, 5] = 1.0 if seen else 0.0
        for row in range(found, k.rows):
            for f in range(FEATURES):
                rows[row, f] = 0
    _write_global_state(state, k, facing, horizon, global_state[env], env)


@njit(cache=True)
def _write_belief(rows, row, pursuer, motion, facing, i, mean, j):
    """Write the belief of target j in polar coordinates around pursuer i that turn with it."""
    cosine, sine = facing[i, 0], facing[i, 1]
    dx, dy = mean[j, 0] - pursuer[i, 0], mean[j, 1] - pursuer[i, 1]
    speed, rate = motion[i, 0], motion[i, 1]
    vx, vy = mean[j, 2] - speed * cosine, mean[j, 3] - speed * sine
    r = np.sqrt(dx * dx + dy * dy)
    divisor = max(r, CLOSEST)
    rows[row, 0] = r / RANGE_UNIT
    rows[row, 1] = np.arctan2(dy * cosine - dx * sine, dx * cosine + dy * sine) / ANGLE_UNIT
    rows[row, 2] = (dx * vx + dy * vy) / divisor / SPEED_UNIT
    rows[row, 3] = ((dx * vy - dy * vx) / (divisor * divisor) - rate) / ANGLE_UNIT


@njit(cache=True)
def _write_global_state(state, k, facing, horizon, row, env):
    """Write time, pursuers, then targets and beliefs.

    Places are from -1 to 1, the rest in the units of the rows.
    """
    half = k.side / 2
    row[0] = state.elapsed[env] / horizon
    at = 1
    for i in range(state.pursuer.shape[1]):
        row[at] = state.pursuer[env, i, 0] / half - 1
        row[at + 1] = state.pursuer[env, i, 1] / half - 1
        row[at + 2] = facing[i, 0]
        row[at + 3] = facing[i, 1]
        at += 4
    for j in range(state.target.shape[1]):
        for a in range(9):
            row[at + a] = 0
        if j < state.present[env]:
            for a in range(2):
                row[at + a] = state.target[env, j, a] / half - 1
                row[at + 2 + a] = state.target[env, j, 2 + a] / SPEED_UNIT
                row[at + 4 + a] = state.mean[env, j, a] / half - 1
                row[at + 6 + a] = state.mean[env, j, 2 + a] / SPEED_UNIT
            row[at + 8] = state.log_det[env, j] / LOG_DET_UNIT
        at += 9
