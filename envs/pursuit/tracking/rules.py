"""The rules of a step of target tracking, as kernels; `reset` begins episodes.

Source: Hsu, Jeong, Pappas and Chaudhari, "Scalable reinforcement learning policies for multi-agent
control" (IROS 2021) and its code, scalableMARL (maTTenv, setTracking-v0). Where the code has
errors, this does not follow; `env.Tracking` names each place.
"""

import math

import numpy as np

from ...core.random_streams import normal
from ...kernels import each_env, njit
from ...plane.geometry import wrap_angle
from .belief import BEARING_ERROR, RANGE_ERROR, TIME_STEP, log_determinant, observe_belief, predict_belief
from .cell_list import Cells, any_within, cell_along, fill_cells, members
from .config import TrackingConfig
from .reset import inside
from .state import Constants

SPEEDS = (2.0, 1.33, 0.67, 0.0)
"""Metres per second; action 3 i + j has speed i and turn rate j."""
TURN_RATES = (math.pi / 2, 0.0, -math.pi / 2)
"""Radians per second."""
MARGIN = 1.0
"""Metres that a pursuer's move keeps from every other body."""
FURTHEST = SPEEDS[0] * TIME_STEP
"""Metres that a pursuer moves in a step at most."""
REWARD = -0.1
"""Paid to all for the mean log det."""
SIDES = {4: 51, 8: 70, 20: 112, 100: 250, 1000: 790}
"""Sides of the source's empty maps, by the larger number of pursuers and targets."""
AREA_ROOT = 25.0
"""Metres: the root of the area for each, which the source's maps keep."""


def build_constants(config: TrackingConfig) -> Constants:
    """The constants for a config."""
    most = max(config.num_pursuers, config.num_targets)
    whole = config.field_of_view == 360  # then rounding must not leave a gap behind
    return Constants(
        side=float(config.side or SIDES.get(most, AREA_ROOT * math.sqrt(most))),
        per_side=math.ceil(math.sqrt(most)),
        rows=min(config.num_targets, config.nearest),
        sensor_range=float(config.sensor_range),
        cos_half=-2.0 if whole else math.cos(math.radians(config.field_of_view / 2)),
        target_noise=float(config.target_noise),
        belief_noise=float(config.belief_noise),
        fewest=config.fewest_targets or config.num_targets,
    )


@each_env
def advance(state, k, scratch, action, reward, env):
    """Move targets, then pursuers in turn, then correct the beliefs by what these see.

    `action` and `reward` are (num_envs, pursuers).
    """
    stream, pursuer, motion, target = state.stream[env], state.pursuer[env], state.motion[env], state.target[env]
    n, present = pursuer.shape[0], state.present[env]
    targets = Cells(scratch.target_first[env], scratch.target_member[env], k.side, k.per_side)
    pursuers = Cells(scratch.pursuer_first[env], scratch.pursuer_member[env], k.side, k.per_side)
    for j in range(present):
        _move_target(target[j], k.target_noise, k.side, stream)
    fill_cells(targets, target, present)
    fill_cells(pursuers, pursuer, n)
    for i in range(n):
        _move_pursuer(pursuer, motion, target, pursuers, targets, action[env, i], i)
    fill_cells(pursuers, pursuer, n)
    face(pursuer, scratch.facing[env])
    total = _look(state, k, scratch, pursuers, env)
    for i in range(n):
        reward[env, i] = REWARD * total / present


@njit(cache=True)
def _look(state, k, scratch, pursuers, env):
    """Predict all beliefs, correct them by what is seen, and count; returns the sum of log dets."""
    stream, pursuer, target = state.stream[env], state.pursuer[env], state.target[env]
    facing, observer, work = scratch.facing[env], scratch.observer[env], scratch.work[env]
    present = state.present[env]
    total, error, seen = 0.0, 0.0, 0
    for j in range(present):
        mean, covariance = state.mean[env, j], state.covariance[env, j]
        x, y = target[j, 0], target[j, 1]
        predict_belief(mean, covariance, k.belief_noise, k.side)
        observers = _find_observers(pursuers, pursuer, facing, x, y, k.sensor_range, k.cos_half, observer)
        for s in range(observers):
            _measure(pursuer[observer[s]], x, y, mean, covariance, work, k.side, stream)
        log_det = log_determinant(covariance)
        state.observers[env, j] = observers
        state.log_det[env, j] = log_det
        total += log_det
        error += np.sqrt((mean[0] - x) ** 2 + (mean[1] - y) ** 2)
        seen += observers > 0
    state.information[env] -= total / present
    state.error[env] += error / present
    state.observed[env] += seen
    return total


@njit(cache=True)
def _move_target(target, power, side, stream):
    """Move a target by its velocity, pushed by noise; a wall throws it back slower."""
    t = TIME_STEP
    scale = np.sqrt(power * t)
    x, y = target[0], target[1]
    for a in range(2):  # the noise of place and velocity is correlated: Cholesky's factor of W
        first, second = normal(stream), normal(stream)
        target[a] += t * target[a + 2] + scale * t * (first / np.sqrt(3.0))
        target[a + 2] += scale * (np.sqrt(3.0) / 2 * first + 0.5 * second)
    if not inside(target[0], target[1], side):
        target[0], target[1] = x, y
        target[2] = -0.4 * target[2] + 0.2 * normal(stream)
        target[3] = -0.4 * target[3] + 0.2 * normal(stream)


@njit(cache=True)
def _move_pursuer(pursuer, motion, target, pursuers, targets, action, i):
    """Move along an arc by speed and turn rate; where that is barred only the heading turns."""
    speed, rate = SPEEDS[action // 3], TURN_RATES[action % 3]
    x, y, heading = pursuer[i, 0], pursuer[i, 1], pursuer[i, 2]
    turned = heading + TIME_STEP * rate
    if rate == 0:
        x += TIME_STEP * speed * np.cos(heading)
        y += TIME_STEP * speed * np.sin(heading)
    else:
        x += speed / rate * (np.sin(turned) - np.sin(heading))
        y += speed / rate * (np.cos(heading) - np.cos(turned))
    barred = (
        not inside(x, y, pursuers.side)
        or any_within(targets, target, x, y, 0.0, MARGIN, -1)
        or any_within(pursuers, pursuer, x, y, FURTHEST, MARGIN, i)
    )
    if not barred:
        pursuer[i, 0], pursuer[i, 1] = x, y
    pursuer[i, 2] = wrap_angle(turned)
    motion[i, 0] = 0.0 if barred else speed
    motion[i, 1] = rate


@njit(cache=True)
def face(pursuer, facing):
    """Write the cosines and sines of all headings into `facing` (n, 2)."""
    for i in range(pursuer.shape[0]):
        facing[i, 0] = np.cos(pursuer[i, 2])
        facing[i, 1] = np.sin(pursuer[i, 2])


@njit(cache=True, inline="always")
def in_view(dx, dy, cosine, sine, reach, cos_half):
    """True if the offset (dx, dy) is within the sensor of a pursuer that faces (cosine, sine)."""
    squared = dx * dx + dy * dy
    return squared <= reach * reach and dx * cosine + dy * sine >= cos_half * np.sqrt(squared)


@njit(cache=True)
def _find_observers(pursuers, pursuer, facing, x, y, reach, cos_half, observer):
    """Write the pursuers that see a target at (x, y), ascending; returns their number."""
    left, right = cell_along(pursuers, x - reach), cell_along(pursuers, x + reach)
    found = 0
    for row in range(cell_along(pursuers, y - reach), cell_along(pursuers, y + reach) + 1):
        start, stop = members(pursuers, row, left, right)
        for s in range(start, stop):
            i = pursuers.member[s]
            if in_view(x - pursuer[i, 0], y - pursuer[i, 1], facing[i, 0], facing[i, 1], reach, cos_half):
                at = found
                while at > 0 and observer[at - 1] > i:
                    observer[at] = observer[at - 1]
                    at -= 1
                observer[at] = i
                found += 1
    return found


@njit(cache=True)
def _measure(pursuer, target_x, target_y, mean, covariance, work, side, stream):
    """Measure range and bearing of a target, with noise, and correct the belief that all share."""
    x, y, heading = pursuer[0], pursuer[1], pursuer[2]
    dx, dy = target_x - x, target_y - y
    measured_range = np.sqrt(dx * dx + dy * dy) + RANGE_ERROR * normal(stream)
    measured_bearing = np.arctan2(dy, dx) - heading + BEARING_ERROR * normal(stream)
    observe_belief(mean, covariance, work, x, y, heading, measured_range, measured_bearing, side)
