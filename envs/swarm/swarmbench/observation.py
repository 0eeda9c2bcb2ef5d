"""Observations, in planes of the square around each agent, and the global state."""

import numpy as np

from ...grid.simd_copy import clear_bytes
from ...kernels import each_env, njit
from .messages import count_heard
from .state import GONE

FULL = 255


@each_env
def observe(state, k, observation, terminated, active, global_state, env):
    """Write observations (flat uint8), `terminated`, `active` and the global state of an env."""
    _observe_agents(state, k, observation, terminated, active, env)
    _describe(state, k, global_state, env)


@njit(cache=True)
def _observe_agents(state, k, observation, terminated, active, env):
    n = state.on.shape[1]
    side = 2 * k.radius + 1
    area = side * side
    height, width = state.occupant.shape[1:]
    channels = k.planes + k.lights + 3 + max(k.message_size - 1, 0)
    to = env * n * channels * area
    for i in range(n):
        r, q = state.position[env, i, 0], state.position[env, i, 1]
        gone = r == GONE
        terminated[env, i] = gone or state.finished[env]
        active[env, i] = not terminated[env, i]
        clear_bytes(observation, to, channels * area)
        if not gone:
            _show_symbols(state, k, observation, to, side, r, q, env)
            at = to + k.planes * area
            if k.lights:
                at = _fill(observation, at, area, FULL * state.on[env, i])
            at = _fill(observation, at, area, FULL * r // (height - 1))
            at = _fill(observation, at, area, FULL * q // (width - 1))
            at = _fill(observation, at, area, FULL * np.int64(state.elapsed[env]) // k.horizon)
            for message in range(1, k.message_size):
                at = _fill(observation, at, area, FULL * count_heard(state, k.radius, env, i, message) // n)
        to += channels * area


@njit(cache=True, inline="always")
def _show_symbols(state, k, observation, to, side, r, q, env):
    area = side * side
    for a in range(side):
        for b in range(side):
            plane = k.plane_of[state.symbol[env, r + a, q + b]]
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
def _describe(state, k, out, env):
    """Write the global state into `out` (num_envs, size): planes, agents, time."""
    out[env] = 0
    height, width = state.occupant.shape[1:]
    for r in range(height):
        for q in range(width):
            plane = k.mapped_of[state.symbol[env, r + k.radius, q + k.radius]]
            if plane >= 0:
                out[env, (plane * height + r) * width + q] = 1
    at = k.mapped * height * width
    for i in range(state.on.shape[1]):
        if state.position[env, i, 0] != GONE:
            out[env, at] = 1
            out[env, at + 1] = state.position[env, i, 0] / (height - 1)
            out[env, at + 2] = state.position[env, i, 1] / (width - 1)
            out[env, at + 3] = state.on[env, i]
        at += 4
    out[env, at] = state.elapsed[env] / k.horizon
