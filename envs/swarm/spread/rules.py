"""Kernels of simple_spread.

Source: package mpe2 1.1.1, simple_spread_v3, which the differential tests follow step by step.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import uniform
from ...kernels import each_env, kernel
from ...plane.particles import advance_bodies, slots, squared_distance, thrust
from .config import SpreadConfig
from .state import Constants, State

RADIUS = 0.15
LANDMARK_RADIUS = 0.05
ACCEL = 5.0
COVERED = 0.1
"""A landmark is covered by an agent nearer than this."""


def build_constants(config: SpreadConfig) -> Constants:
    """Constants of a task with this config."""
    n = config.num_agents
    return Constants(
        radius=np.full(n, RADIUS),
        max_speed=np.full(n, np.inf),
        obstacle=np.zeros((0, 2)),
        local=config.local_ratio if config.collision_penalty else 0.0,
        shared=1 - config.local_ratio,
        agents_seen=slots(config.num_agent_neighbors),
        landmarks_seen=slots(config.num_landmark_neighbors),
        ends_on_success=config.terminate_on_success,
        horizon=config.max_cycles,
    )


@each_env
@kernel
def begin(state, env):
    """Draw agents and landmarks uniformly in the square from -1 to 1."""
    stream = state.stream[env]
    for i in range(state.position.shape[1]):
        for axis in range(2):
            state.position[env, i, axis] = 2 * uniform(stream) - 1
            state.velocity[env, i, axis] = 0
    for j in range(state.landmark.shape[1]):
        for axis in range(2):
            state.landmark[env, j, axis] = 2 * uniform(stream) - 1
    state.collisions[env] = 0
    state.success[env] = False


@each_env
@kernel
def advance(state, k, scratch, action, reward, env):
    """Move the agents of an env and pay them.

    `action` as in `particles.thrust`, `reward` (num_envs, n).
    """
    position, landmark, force = state.position[env], state.landmark[env], scratch.force[env]
    for i in range(position.shape[0]):
        x, y = thrust(action, env, i)
        force[i, 0], force[i, 1] = x * ACCEL, y * ACCEL
    advance_bodies(k.radius, k.max_speed, position, state.velocity[env], k.obstacle, force)
    total, farthest = _distances(position, landmark)
    state.success[env] = farthest < COVERED
    state.collisions[env] += _pay(position, -k.shared * total, k.local, reward[env])


@kernel
def _distances(position, landmark):
    """Sum and largest of the landmarks' distances to their nearest agents."""
    total, farthest = 0.0, 0.0
    for j in range(landmark.shape[0]):
        nearest = math.inf
        for i in range(position.shape[0]):
            nearest = min(nearest, squared_distance(position, i, landmark, j))
        distance = math.sqrt(nearest)
        total += distance
        farthest = max(farthest, distance)
    return total, farthest


@kernel
def _pay(position, shared, penalty, reward):
    """Write `reward` (n,). Returns the number of pairs that touch."""
    n = position.shape[0]
    pairs = 0
    for i in range(n):
        reward[i] = shared
    for a in range(n):
        for b in range(a + 1, n):
            if squared_distance(position, a, position, b) < (2 * RADIUS) ** 2:
                pairs += 1
                reward[a] -= penalty
                reward[b] -= penalty
    return pairs


def nearest_distances(state: State) -> NDArray[np.float64]:
    """Distance of each landmark to the nearest agent, `(num_envs, n)`."""
    offset = state.landmark[:, :, None] - state.position[:, None]
    return np.sqrt((offset**2).sum(axis=3)).min(axis=2)
