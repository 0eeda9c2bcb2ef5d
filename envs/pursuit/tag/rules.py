"""The rules of simple_tag, as kernels.

Source: package mpe2 1.1.1, simple_tag_v3, which the differential tests follow step by step.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import uniform
from ...kernels import each_env, kernel
from ...plane.particles import advance_bodies, slots, squared_distance, thrust
from .config import TagConfig
from .state import NEVER, Constants, State

PREDATOR_RADIUS, PREY_RADIUS, LANDMARK_RADIUS = 0.075, 0.05, 0.2
PREDATOR_ACCEL, PREY_ACCEL = 3.0, 4.0
PREDATOR_SPEED, PREY_SPEED = 1.0, 1.3
LANDMARKS_WITHIN = 0.9
TOUCH = 10.0
SHAPING = 0.1


def build_constants(config: TagConfig) -> Constants:
    """The constants for a config."""
    counts = (config.num_predators, config.num_prey)
    return Constants(
        predators=config.num_predators,
        radius=np.repeat([PREDATOR_RADIUS, PREY_RADIUS, LANDMARK_RADIUS], [*counts, config.num_landmarks]),
        accel=np.repeat([PREDATOR_ACCEL, PREY_ACCEL * config.prey_speed], counts),
        max_speed=np.repeat([PREDATOR_SPEED, PREY_SPEED * config.prey_speed], counts),
        shaping=SHAPING if config.shaped else 0.0,
        agents_seen=slots(config.num_agent_neighbors),
        landmarks_seen=slots(config.num_landmark_neighbors),
        ends_on_success=config.terminate_on_success,
        horizon=config.max_cycles,
    )


@each_env
@kernel
def begin(state, env):
    """Draw agents uniformly in the square from -1 to 1, landmarks in that from -0.9 to 0.9."""
    stream = state.stream[env]
    for i in range(state.position.shape[1]):
        for axis in range(2):
            state.position[env, i, axis] = 2 * uniform(stream) - 1
            state.velocity[env, i, axis] = 0
    for j in range(state.landmark.shape[1]):
        for axis in range(2):
            state.landmark[env, j, axis] = LANDMARKS_WITHIN * (2 * uniform(stream) - 1)
    for j in range(state.first_touch.shape[1]):
        state.first_touch[env, j] = NEVER
    state.touches[env] = 0
    state.distance[env] = 0
    state.success[env] = False


@each_env
@kernel
def advance(state, k, scratch, predator_action, prey_action, predator_reward, prey_reward, env):
    """Move the agents and pay them.

    Actions are as in `particles.thrust`; rewards (num_envs, predators) and (num_envs, prey).
    """
    force, position, predators = scratch.force[env], state.position[env], k.predators
    for i in range(predators):
        x, y = thrust(predator_action, env, i)
        force[i, 0], force[i, 1] = x * k.accel[i], y * k.accel[i]
    for i in range(predators, force.shape[0]):
        x, y = thrust(prey_action, env, i - predators)
        force[i, 0], force[i, 1] = x * k.accel[i], y * k.accel[i]
    advance_bodies(k.radius, k.max_speed, position, state.velocity[env], state.landmark[env], force)
    touches, distances, everyone = _pay_prey(
        position, predators, k.shaping, state.elapsed[env] + 1, state.first_touch[env], prey_reward[env]
    )
    state.touches[env] += touches
    state.distance[env] += distances
    state.success[env] = everyone
    earned = TOUCH * touches
    if k.shaping > 0:
        earned -= k.shaping * _distances_to_nearest_prey(position, predators)
    for i in range(predators):
        predator_reward[env, i] = earned


@kernel
def _pay_prey(position, predators, shaping, now, first_touch, reward):
    """Write `reward` (prey,), and `first_touch` (prey,) where a prey is touched for the first time.

    Returns the number of touching pairs, the mean distance of predators to prey, and whether every
    prey is touched.
    """
    touches, all_distances, everyone = 0, 0.0, True
    for j in range(first_touch.shape[0]):
        touching, distances = 0, 0.0
        for i in range(predators):
            distance = math.sqrt(squared_distance(position, predators + j, position, i))
            distances += distance
            if distance < PREDATOR_RADIUS + PREY_RADIUS:
                touching += 1
        if touching == 0:
            everyone = False
        elif first_touch[j] == NEVER:
            first_touch[j] = now
        touches += touching
        all_distances += distances
        left = outside(abs(position[predators + j, 0])) + outside(abs(position[predators + j, 1]))
        reward[j] = shaping * distances - TOUCH * touching - left
    return touches, all_distances / (predators * first_touch.shape[0]), everyone


@kernel
def outside(x):
    """Penalty of prey at the coordinate x >= 0 for leaving the square; 0 up to 0.9, at most 10."""
    if x < 0.9:
        return 0.0
    if x < 1.0:
        return (x - 0.9) * 10
    return min(math.exp(2 * x - 2), 10.0)


@kernel
def _distances_to_nearest_prey(position, predators):
    total = 0.0
    for i in range(predators):
        nearest = math.inf
        for j in range(predators, position.shape[0]):
            nearest = min(nearest, squared_distance(position, i, position, j))
        total += math.sqrt(nearest)
    return total


def touching(state: State, env: int, predators: int) -> NDArray[np.bool_]:
    """Touching pairs of predator and prey in one env, `(predators, prey)`."""
    position = state.position[env]
    offset = position[:predators, None] - position[None, predators:]
    return np.sqrt((offset**2).sum(axis=2)) < PREDATOR_RADIUS + PREY_RADIUS
