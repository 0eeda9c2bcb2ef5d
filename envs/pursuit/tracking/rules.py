"""Parameters of the tracking task, and its rules as kernels over the state: what a step does. `placement` begins episodes.

Source: Hsu, Jeong, Pappas and Chaudhari, "Scalable reinforcement learning policies for multi-agent control" (IROS 2021) and its code,
scalableMARL (maTTenv, setTracking-v0). Where the code slips, this does not follow; `env.Tracking` names each place.
"""

import math
from dataclasses import dataclass

import numpy as np

from ...core.random_streams import normal
from ...core.validation import MOST_STEPS, check_within
from ...kernels import njit, over_copies, prange
from ...plane.geometry import wrap_angle
from .belief import BEARING_ERROR, RANGE_ERROR, TIME_STEP, log_determinant, observe_belief, predict_belief
from .cell_list import Cells, any_within, cell_along, fill_cells, members
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
MAX_NEAREST = 128
SIDES = {4: 51, 8: 70, 20: 112, 100: 250, 1000: 790}
"""Sides of the source's empty maps, by the larger number of pursuers and targets."""
ROOM = 2.0
"""Metres: the root of the least area for each body, below which the margin would bar most moves."""
AREA_ROOT = 25.0
"""Metres: the root of the area for each, which the source's maps keep."""


@dataclass(frozen=True)
class TrackingParameters:
    """Options of target tracking.

    Raises:
        BadParameter: a value is out of range, or two values contradict each other.
    """

    num_pursuers: int = 4
    """Pursuers in each copy."""
    num_targets: int = 4
    """Targets in each copy."""
    fewest_targets: int | None = None
    """Draw the number of an episode's targets, from this to num_targets, so that learners see sets of all sizes; left out, it is num_targets always."""
    nearest: int = 4
    """A pursuer sees so many targets, those it believes nearest; more than num_targets shows all."""
    side: float | None = None
    """Side of the world in metres; left out, 625 square metres for each pursuer or target, whichever are more (4: 51 m, 20: 112 m, 1000: 790 m)."""
    sensor_range: float = 10.0
    """How far a pursuer's sensor reaches, in metres."""
    field_of_view: float = 90.0
    """Angle that the sensor covers, half on each side of the heading, in degrees."""
    target_noise: float = 0.001
    """Power of the white noise that accelerates the targets."""
    belief_noise: float = 0.001
    """The power of that noise as the beliefs assume it."""
    max_cycles: int = 200
    """Steps after which an episode is truncated."""

    def __post_init__(self):
        check_within("num_pursuers", self.num_pursuers, 1, 100_000)
        check_within("num_targets", self.num_targets, 1, 100_000)
        if self.fewest_targets is not None:
            check_within("fewest_targets", self.fewest_targets, 1, self.num_targets)
        check_within("nearest", self.nearest, 1, MAX_NEAREST)
        if self.side is not None:
            bodies = self.num_pursuers + self.num_targets
            check_within("side", self.side, max(20, math.ceil(ROOM * math.sqrt(bodies))), 1e6)
        check_within("sensor_range", self.sensor_range, 0.1, 1e6)
        check_within("field_of_view", self.field_of_view, 1, 360)
        check_within("target_noise", self.target_noise, 0, 1)
        check_within("belief_noise", self.belief_noise, 1e-6, 1)
        check_within("max_cycles", self.max_cycles, 1, MOST_STEPS)


def build_constants(parameters: TrackingParameters) -> Constants:
    """What the kernels need."""
    most = max(parameters.num_pursuers, parameters.num_targets)
    whole = parameters.field_of_view == 360  # then rounding must not leave a gap behind
    return Constants(
        side=float(parameters.side or SIDES.get(most, AREA_ROOT * math.sqrt(most))),
        per_side=math.ceil(math.sqrt(most)),
        rows=min(parameters.num_targets, parameters.nearest),
        sensor_range=float(parameters.sensor_range),
        cos_half=-2.0 if whole else math.cos(math.radians(parameters.field_of_view / 2)),
        target_noise=float(parameters.target_noise),
        belief_noise=float(parameters.belief_noise),
        fewest=parameters.fewest_targets or parameters.num_targets,
    )


@njit(cache=True)
def advance_copy(state, k, scratch, action, reward, c):
    """Move targets, then pursuers in turn, then correct the beliefs by what these see. `action` and `reward` are (num_envs, n)."""
    stream, pursuer, motion, target = state.stream[c], state.pursuer[c], state.motion[c], state.target[c]
    n, present = pursuer.shape[0], state.present[c]
    targets = Cells(scratch.target_first[c], scratch.target_member[c], k.side, k.per_side)
    pursuers = Cells(scratch.pursuer_first[c], scratch.pursuer_member[c], k.side, k.per_side)
    for j in range(present):
        _move_target(target[j], k.target_noise, k.side, stream)
    fill_cells(targets, target, present)
    fill_cells(pursuers, pursuer, n)
    for i in range(n):
        _move_pursuer(pursuer, motion, target, pursuers, targets, action[c, i], i)
    fill_cells(pursuers, pursuer, n)
    face(pursuer, scratch.facing[c])
    total = _look(state, k, scratch, pursuers, c)
    for i in range(n):
        reward[c, i] = REWARD * total / present


@njit(cache=True)
def _look(state, k, scratch, pursuers, c):
    """Carry all beliefs on, correct them by what is seen, and keep the books. Returns the sum of the log dets."""
    stream, pursuer, target = state.stream[c], state.pursuer[c], state.target[c]
    facing, observer, work = scratch.facing[c], scratch.observer[c], scratch.work[c]
    present = state.present[c]
    total, error, seen = 0.0, 0.0, 0
    for j in range(present):
        mean, covariance = state.mean[c, j], state.covariance[c, j]
        x, y = target[j, 0], target[j, 1]
        predict_belief(mean, covariance, k.belief_noise, k.side)
        observers = _find_observers(pursuers, pursuer, facing, x, y, k.sensor_range, k.cos_half, observer)
        for s in range(observers):
            _measure(pursuer[observer[s]], x, y, mean, covariance, work, k.side, stream)
        log_det = log_determinant(covariance)
        state.observers[c, j] = observers
        state.log_det[c, j] = log_det
        total += log_det
        error += np.sqrt((mean[0] - x) ** 2 + (mean[1] - y) ** 2)
        seen += observers > 0
    state.information[c] -= total / present
    state.error[c] += error / present
    state.observed[c] += seen
    return total


@njit(cache=True)
def _move_target(target, power, side, stream):
    """Carried on by its velocity and pushed by noise; off a wall it comes back slower, from where it was."""
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
    """Along an arc of the circle that speed and turn rate make; where that is barred only the heading turns."""
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
    """Whether what lies off by (dx, dy) is within the sensor of a pursuer that faces (cosine, sine)."""
    squared = dx * dx + dy * dy
    return squared <= reach * reach and dx * cosine + dy * sine >= cos_half * np.sqrt(squared)


@njit(cache=True)
def _find_observers(pursuers, pursuer, facing, x, y, reach, cos_half, observer):
    """Write who sees a target at (x, y) into `observer`, ascending; returns how many."""
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
    """One pursuer measures range and bearing of a target, with noise, and corrects the belief that all share."""
    x, y, heading = pursuer[0], pursuer[1], pursuer[2]
    dx, dy = target_x - x, target_y - y
    measured_range = np.sqrt(dx * dx + dy * dy) + RANGE_ERROR * normal(stream)
    measured_bearing = np.arctan2(dy, dx) - heading + BEARING_ERROR * normal(stream)
    observe_belief(mean, covariance, work, x, y, heading, measured_range, measured_bearing, side)


@over_copies
def advance_copies(state, k, scratch, where, action, reward):
    """Advance every copy of `where` (num_envs,) bool by one step."""
    for c in prange(where.shape[0]):
        if where[c]:
            advance_copy(state, k, scratch, action, reward, np.int64(c))
