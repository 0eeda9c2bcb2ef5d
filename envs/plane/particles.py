"""Round bodies in the plane that push off each other: physics of the particle environments.

Bodies have mass 1 and no heading. Each step takes contact forces at the present positions, moves
bodies with the velocity they had, then slows, pushes and limits that velocity. A contact is soft:
its force grows with the depth of the overlap, smoothed over a thousandth of a unit. Two bodies in
exactly one place have no direction to be pushed in, and are not (the source divides by zero there).

Source: Lowe et al., "Multi-agent actor-critic for mixed cooperative-competitive environments"
(2017), in the form of the package mpe2 1.1, which the tests follow, and which moves before it
changes the velocity (OpenAI's first code changed it before). All is float64, as there.
"""

import math
from typing import Annotated, NamedTuple

import numpy as np

from ..kernels import kernel
from ..kernels.arrays import Float64

TIME_STEP = 0.1
KEPT = 0.75
"""Share of the velocity that a body keeps in a step: 1 less MPE's damping."""
CONTACT_FORCE = 100.0
CONTACT_MARGIN = 1e-3
_MARGINS = 37.0  # beyond so many margins exp(-x) is less than half a bit of 1, and its force less than 1e-17

# The thrust of each discrete action along x and y: none, left, right, down, up.
THRUST = np.array([[0, 0], [-1, 0], [1, 0], [0, -1], [0, 1]], np.float64)

FULL = -1
"""In place of a number of neighbours: all are seen."""


def slots(neighbours: int | None) -> int:
    """Number of the others that an agent sees, or FULL where no number is given."""
    return FULL if neighbours is None else neighbours


class Scratch(NamedTuple):
    """Work space of the kernels, a row for each env; means nothing between steps."""

    force: Annotated[Float64, "envs agents 2"]


@kernel
def thrust(action, env, i):
    """Thrust of agent i, (x, y) from -1 to 1.

    `action` is `(num_envs, n)` of 0 none, 1 left, 2 right, 3 down, 4 up, or `(num_envs, n, 5)` with
    the strength of each.
    """
    if action.ndim == 2:  # resolved when compiled
        x, y = THRUST[action[env, i], 0], THRUST[action[env, i], 1]
    else:
        x, y = np.float64(action[env, i, 2] - action[env, i, 1]), np.float64(action[env, i, 4] - action[env, i, 3])
    return x, y


@kernel
def advance_bodies(radius, max_speed, position, velocity, fixed, force):
    """Move the n bodies of one env by one step.

    Args:
        radius: `(n + l,)`, those of the fixed bodies last.
        max_speed: `(n,)`, inf where there is no limit.
        position, velocity: `(n, 2)`, written.
        fixed: `(l, 2)` positions of the bodies that stay.
        force: `(n, 2)` the bodies' own forces; contact forces are added to them.
    """
    n = position.shape[0]
    for a in range(n):
        for b in range(a + 1, n):
            dx, dy = position[a, 0] - position[b, 0], position[a, 1] - position[b, 1]
            strength = _contact(dx * dx + dy * dy, radius[a] + radius[b])
            if strength > 0:
                force[a, 0] += strength * dx
                force[a, 1] += strength * dy
                force[b, 0] -= strength * dx
                force[b, 1] -= strength * dy
        for b in range(fixed.shape[0]):
            dx, dy = position[a, 0] - fixed[b, 0], position[a, 1] - fixed[b, 1]
            strength = _contact(dx * dx + dy * dy, radius[a] + radius[n + b])
            if strength > 0:
                force[a, 0] += strength * dx
                force[a, 1] += strength * dy
    _integrate(position, velocity, force, max_speed)


@kernel
def _contact(squared, reach):
    """Force over distance between bodies at this squared distance that touch at `reach`."""
    far = reach + _MARGINS * CONTACT_MARGIN
    if squared >= far * far or squared == 0:
        return 0.0
    distance = math.sqrt(squared)
    x = (reach - distance) / CONTACT_MARGIN
    overlap = x if x > _MARGINS else max(x, 0.0) + math.log1p(math.exp(-abs(x)))  # log(1 + exp(x))
    return CONTACT_FORCE * CONTACT_MARGIN * overlap / distance


@kernel
def _integrate(position, velocity, force, max_speed):
    for i in range(position.shape[0]):
        position[i, 0] += velocity[i, 0] * TIME_STEP
        position[i, 1] += velocity[i, 1] * TIME_STEP
        vx = velocity[i, 0] * KEPT + force[i, 0] * TIME_STEP
        vy = velocity[i, 1] * KEPT + force[i, 1] * TIME_STEP
        squared, limit = vx * vx + vy * vy, max_speed[i]
        if squared > limit * limit:
            share = limit / math.sqrt(squared)
            vx, vy = vx * share, vy * share
        velocity[i, 0], velocity[i, 1] = vx, vy


@kernel
def squared_distance(one, a, other, b):
    """Squared distance of row a of `one` to row b of `other`, both (rows, 2)."""
    dx, dy = one[a, 0] - other[b, 0], one[a, 1] - other[b, 1]
    return dx * dx + dy * dy


# Observations of bodies. Each function writes at `row[at:]` and returns the index after the last
# number.


@kernel
def see(points, skip, x, y, row, at):
    """Write the offsets of `points` (rows, 2) from (x, y), row `skip` left out."""
    for j in range(points.shape[0]):
        if j != skip:
            row[at] = points[j, 0] - x
            row[at + 1] = points[j, 1] - y
            at += 2
    return at


@kernel
def see_nearest(points, skip, slots, x, y, row, at):
    """Write the offsets of the `slots` points nearest to (x, y), nearest first.

    Where there are fewer, zeros follow.
    """
    squared, j = -1.0, -1
    for _ in range(slots):
        squared, j = next_nearest(points, skip, x, y, squared, j)
        row[at] = points[j, 0] - x if j >= 0 else 0.0
        row[at + 1] = points[j, 1] - y if j >= 0 else 0.0
        at += 2
    return at


@kernel
def next_nearest(points, skip, x, y, squared, index):
    """Find the point after (`squared`, `index`) in the order of distance from (x, y), then index.

    Returns its squared distance and index, or (inf, -1) after the last; begin with (-1.0, -1).
    """
    best, best_index = math.inf, -1
    for j in range(points.shape[0]):
        dx, dy = points[j, 0] - x, points[j, 1] - y
        d = dx * dx + dy * dy
        after = d > squared or (d == squared and j > index)
        if after and d < best and j != skip:
            best, best_index = d, j
    return best, best_index


# Functions of scripted policies: the next position of a body, and the action for a thrust.


@kernel
def coasting(steps):
    """Distance over velocity that a body moves in so many steps without thrust."""
    return TIME_STEP * (1 - KEPT**steps) / (1 - KEPT)


@kernel
def push(action, env, i, x, y):
    """Write the action nearest to the thrust (x, y), in either form that `thrust` reads.

    x and y are clipped to -1..1.
    """
    x, y = min(max(x, -1.0), 1.0), min(max(y, -1.0), 1.0)
    if action.ndim == 2:
        if max(abs(x), abs(y)) <= 0.5:
            action[env, i] = 0
        elif abs(x) >= abs(y):
            action[env, i] = 2 if x > 0 else 1
        else:
            action[env, i] = 4 if y > 0 else 3
    else:
        action[env, i, 0] = 0
        action[env, i, 1] = max(-x, 0.0)
        action[env, i, 2] = max(x, 0.0)
        action[env, i, 3] = max(-y, 0.0)
        action[env, i, 4] = max(y, 0.0)
