"""The begin of an episode: pursuers anywhere, targets near a pursuer, beliefs near targets."""

import numpy as np

from ...core.random_streams import below, uniform
from ...kernels import each_env, njit
from .belief import log_determinant

WALL_MARGIN = 0.5
"""Metres to the walls that pursuers and targets keep."""
TARGET_DISTANCE = (5.0, 10.0)
"""Metres from a target to the pursuer near which it begins."""
BELIEF_DISTANCE = (0.0, 5.0)
"""Metres from a belief to its target."""
INITIAL_VARIANCE = 30.0


@njit(cache=True, inline="always")
def inside(x, y, side):
    """True for a place that keeps the margin to the walls."""
    return WALL_MARGIN <= x <= side - WALL_MARGIN and WALL_MARGIN <= y <= side - WALL_MARGIN


@njit(cache=True)
def _around(stream, x, y, nearest, furthest):
    """A place at a random angle and distance from (x, y)."""
    angle = 2 * np.pi * uniform(stream)
    r = nearest + (furthest - nearest) * uniform(stream)
    return x + r * np.cos(angle), y + r * np.sin(angle)


@each_env
def begin(state, k, env):
    """Begin an episode."""
    stream = state.stream[env]
    n, m = state.pursuer.shape[1], state.target.shape[1]
    state.present[env] = k.fewest + below(stream, m - k.fewest + 1) if k.fewest < m else m
    for i in range(n):
        for a in range(2):
            state.pursuer[env, i, a] = WALL_MARGIN + (k.side - 2 * WALL_MARGIN) * uniform(stream)
            state.motion[env, i, a] = 0
        state.pursuer[env, i, 2] = 2 * np.pi * uniform(stream) - np.pi
    for j in range(m):
        state.target[env, j] = 0
        state.mean[env, j] = 0
        state.covariance[env, j] = 0
        state.log_det[env, j] = 0
        state.observers[env, j] = 0
        if j < state.present[env]:
            _place_target(state, k, stream, env, j)
    state.information[env] = 0
    state.error[env] = 0
    state.observed[env] = 0


@njit(cache=True)
def _place_target(state, k, stream, env, j):
    x, y = -1.0, -1.0
    while not inside(x, y, k.side):
        i = below(stream, state.pursuer.shape[1])
        x, y = _around(
            stream, state.pursuer[env, i, 0], state.pursuer[env, i, 1], TARGET_DISTANCE[0], TARGET_DISTANCE[1]
        )
    state.target[env, j, 0], state.target[env, j, 1] = x, y
    u, v = -1.0, -1.0
    while not inside(u, v, k.side):
        u, v = _around(stream, x, y, BELIEF_DISTANCE[0], BELIEF_DISTANCE[1])
    state.mean[env, j, 0], state.mean[env, j, 1] = u, v
    for a in range(4):
        state.covariance[env, j, a, a] = INITIAL_VARIANCE
    state.log_det[env, j] = log_determinant(state.covariance[env, j])
