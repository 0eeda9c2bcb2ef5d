"""What the pursuers see: a row for each of the targets that they believe nearest; and the global state."""

import math

import numpy as np
from numpy.typing import NDArray

from ...kernels import njit, over_copies, prange
from .belief import CLOSEST, SPEED_LIMIT, highest_log_determinant, lowest_log_determinant
from .cell_list import Cells, fill_cells, nearest_bodies
from .reset import INITIAL_VARIANCE
from .rules import SPEEDS, TURN_RATES, TrackingParameters, face, in_view
from .state import Constants

FEATURES = 6
RANGE_UNIT, ANGLE_UNIT, SPEED_UNIT, LOG_DET_UNIT = 10.0, math.pi, 2.0, 10.0
"""What a row's ranges (m), angles (rad) and angular velocities (rad/s), radial velocities (m/s), and log dets are divided by."""
_WIDE = 1 + 1e-5  # bounds allow for the rounding to float32


def bounds(parameters: TrackingParameters, constants: Constants) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The lowest and highest value of each feature of a row."""
    speed = SPEEDS[0] + math.sqrt(2) * SPEED_LIMIT
    low = lowest_log_determinant(constants.belief_noise, parameters.num_pursuers)
    high = highest_log_determinant(INITIAL_VARIANCE, constants.belief_noise, parameters.max_cycles)
    turn = (speed / CLOSEST + TURN_RATES[0]) / ANGLE_UNIT
    largest = np.array(
        [math.sqrt(2) * constants.side / RANGE_UNIT, 1, speed / SPEED_UNIT, turn, high / LOG_DET_UNIT, 1]
    )
    smallest = np.array([0, -1, -speed / SPEED_UNIT, -turn, low / LOG_DET_UNIT, 0])
    return (smallest * _WIDE).astype(np.float32), (largest * _WIDE).astype(np.float32)


def state_size(n: int, m: int) -> int:
    """Numbers in the global state of n pursuers and m targets."""
    return 1 + 4 * n + 9 * m


@njit(cache=True)
def observe_copy(state, k, scratch, horizon, observation, world, c):
    """Write copy c's `observation` (num_envs, n, rows, FEATURES) and global state `world` (num_envs, state_size)."""
    pursuer, motion, target, mean = state.pursuer[c], state.motion[c], state.target[c], state.mean[c]
    log_det, facing, index, squared = state.log_det[c], scratch.facing[c], scratch.nearest[c], scratch.squared[c]
    looked = state.elapsed[c] > 0
    beliefs = Cells(scratch.target_first[c], scratch.target_member[c], k.side, k.per_side)
    fill_cells(beliefs, mean, state.present[c])
    face(pursuer, facing)
    for i in range(pursuer.shape[0]):
        rows = observation[c, i]
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
    _write_world(state, k, facing, horizon, world[c], c)


@njit(cache=True)
def _write_belief(rows, row, pursuer, motion, facing, i, mean, j):
    """Target j as pursuer i believes it to be: in polar coordinates around the pursuer, that turn with it."""
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
def _write_world(state, k, facing, horizon, world, c):
    """Time, then pursuers, then targets and beliefs; places from -1 to 1, the rest in the units of the rows."""
    half = k.side / 2
    world[0] = state.elapsed[c] / horizon
    at = 1
    for i in range(state.pursuer.shape[1]):
        world[at] = state.pursuer[c, i, 0] / half - 1
        world[at + 1] = state.pursuer[c, i, 1] / half - 1
        world[at + 2] = facing[i, 0]
        world[at + 3] = facing[i, 1]
        at += 4
    for j in range(state.target.shape[1]):
        for a in range(9):
            world[at + a] = 0
        if j < state.present[c]:
            for a in range(2):
                world[at + a] = state.target[c, j, a] / half - 1
                world[at + 2 + a] = state.target[c, j, 2 + a] / SPEED_UNIT
                world[at + 4 + a] = state.mean[c, j, a] / half - 1
                world[at + 6 + a] = state.mean[c, j, 2 + a] / SPEED_UNIT
            world[at + 8] = state.log_det[c, j] / LOG_DET_UNIT
        at += 9


@over_copies
def observe_copies(state, k, scratch, horizon, observation, world):
    """Write what every copy shows."""
    for c in prange(observation.shape[0]):
        observe_copy(state, k, scratch, horizon, observation, world, np.int64(c))
