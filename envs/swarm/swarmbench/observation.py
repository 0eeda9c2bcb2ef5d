"""What the agents see: a square around each of them in planes of symbols, and what holds for the whole square; and the global state."""

import numpy as np

from ...grid.simd_copy import clear_bytes
from ...kernels import njit, over_copies, prange
from .messages import count_heard
from .state import GONE

FULL = 255


@njit(cache=True)
def observe_copy(state, k, observation, terminated, active, c):
    """Write copy c's rows of `observation` (flat uint8), `terminated` and `active`."""
    n = state.on.shape[1]
    side = 2 * k.radius + 1
    area = side * side
    height, width = state.occupant.shape[1:]
    channels = k.planes + k.lights + 3 + max(k.message_size - 1, 0)
    to = c * n * channels * area
    for i in range(n):
        r, q = state.position[c, i, 0], state.position[c, i, 1]
        gone = r == GONE
        terminated[c, i] = gone or state.finished[c]
        active[c, i] = not terminated[c, i]
        clear_bytes(observation, to, channels * area)
        if not gone:
            _show_symbols(state, k, observation, to, side, r, q, c)
            at = to + k.planes * area
            if k.lights:
                at = _fill(observation, at, area, FULL * state.on[c, i])
            at = _fill(observation, at, area, FULL * r // (height - 1))
            at = _fill(observation, at, area, FULL * q // (width - 1))
            at = _fill(observation, at, area, FULL * np.int64(state.elapsed[c]) // k.horizon)
            for message in range(1, k.message_size):
                at = _fill(observation, at, area, FULL * count_heard(state, k.radius, c, i, message) // n)
        to += channels * area


@njit(cache=True, inline="always")
def _show_symbols(state, k, observation, to, side, r, q, c):
    area = side * side
    for a in range(side):
        for b in range(side):
            plane = k.plane_of[state.symbol[c, r + a, q + b]]
            if plane >= 0:
                observation[to + plane * area + a * side + b] = FULL
    middle = k.radius * side + k.radius
    for plane in range(k.planes):  # the agent itself is always in the middle, and no other
        observation[to + plane * area + middle] = 0


@njit(cache=True, inline="always")
def _fill(observation, at, area, value):
    for cell in range(at, at + area):
        observation[cell] = value
    return at + area


@njit(cache=True)
def state_copy(state, k, out, c):
    """Write copy c's global state into `out` (num_envs, size): planes of symbols, four numbers an agent, and the time."""
    out[c] = 0
    height, width = state.occupant.shape[1:]
    for r in range(height):
        for q in range(width):
            plane = k.mapped_of[state.symbol[c, r + k.radius, q + k.radius]]
            if plane >= 0:
                out[c, (plane * height + r) * width + q] = 1
    at = k.mapped * height * width
    for i in range(state.on.shape[1]):
        if state.position[c, i, 0] != GONE:
            out[c, at] = 1
            out[c, at + 1] = state.position[c, i, 0] / (height - 1)
            out[c, at + 2] = state.position[c, i, 1] / (width - 1)
            out[c, at + 3] = state.on[c, i]
        at += 4
    out[c, at] = state.elapsed[c] / k.horizon


@over_copies
def observe_copies(state, k, observation, terminated, active, out):
    """Write what every copy shows, and its global state."""
    for c in prange(terminated.shape[0]):
        observe_copy(state, k, observation, terminated, active, np.int64(c))
        state_copy(state, k, out, np.int64(c))
