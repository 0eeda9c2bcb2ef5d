"""Kernels of aggregation.

Source of structure and constants: Cui, Hauck, Fabian and Koeppl, "Learning decentralized partially
observable mean field control for artificial collective behavior" (2024), and the box, speed, noise
and horizon of the same group's M3FC environments. The paper's own code was not at hand, so
observation noise, action cost and the description of the population are our own definitions.
"""

import numpy as np

from ...core.random_streams import normal_pair, uniform
from ...kernels import each_env, njit
from ..collective import add_tents, spread_on_line
from .config import HALF_SIDE, AggregationConfig
from .state import Constants

POINTS = 9
"""Grid points on a side of the box, at which a centralized critic gets the population."""


def build_constants(config: AggregationConfig) -> Constants:
    """Constants of a task with this config."""
    return Constants(
        speed=config.speed,
        noise=config.noise,
        observation_noise=config.observation_noise,
        action_cost=config.action_cost,
        horizon=float(config.max_cycles),
    )


@njit(cache=True, inline="always")
def within(x):
    """A coordinate clipped to the box."""
    return min(max(x, -HALF_SIDE), HALF_SIDE)


@each_env
def begin(state, k, env):
    """Spread the agents evenly over the box."""
    stream, position = state.stream[env], state.position[env]
    for i in range(position.shape[0]):
        for axis in range(2):
            position[i, axis] = HALF_SIDE * (2.0 * uniform(stream) - 1.0)
    state.dispersion_sum[env] = 0.0
    state.effort_sum[env] = 0.0
    _blur(state, k, env)


@each_env
def advance(state, k, action, reward, env):
    """Move the agents of an env and pay them all the same.

    `action` is (num_envs, n, 2), `reward` (num_envs, n).
    """
    stream, position = state.stream[env], state.position[env]
    n = position.shape[0]
    effort = 0.0
    for i in range(n):
        x, y = np.float64(action[env, i, 0]), np.float64(action[env, i, 1])
        length = np.sqrt(x * x + y * y)
        if length > 1.0:  # velocities lie in the unit ball: a longer vector keeps its direction only
            x, y, length = x / length, y / length, 1.0
        effort += length
        chance_x, chance_y = normal_pair(stream)
        position[i, 0] = within(position[i, 0] + k.speed * x + k.noise * chance_x)
        position[i, 1] = within(position[i, 1] + k.speed * y + k.noise * chance_y)
    effort /= n
    dispersion = measure_dispersion(position)
    pay = -dispersion - k.action_cost * effort
    for i in range(n):
        reward[env, i] = pay
    state.dispersion_sum[env] += dispersion
    state.effort_sum[env] += effort
    _blur(state, k, env)


@njit(cache=True)
def measure_dispersion(position):
    """Mean distance of the agents (n, 2) to their mean position."""
    n = position.shape[0]
    x, y = 0.0, 0.0
    for i in range(n):
        x += position[i, 0]
        y += position[i, 1]
    x, y = x / n, y / n
    total = 0.0
    for i in range(n):
        dx, dy = position[i, 0] - x, position[i, 1] - y
        total += np.sqrt(dx * dx + dy * dy)
    return total / n


@njit(cache=True)
def _blur(state, k, env):
    """Draw the error of each agent's observation of its present position."""
    stream, error = state.stream[env], state.error[env]
    for i in range(error.shape[0]):
        chance_x, chance_y = normal_pair(stream)
        error[i, 0] = k.observation_noise * chance_x
        error[i, 1] = k.observation_noise * chance_y


@each_env
def observe(state, k, observation, population, env):
    """Write observations (num_envs, n, 2) and the global state (num_envs, POINTS * POINTS + 1)."""
    position, error = state.position[env], state.error[env]
    n, spacing = position.shape[0], 2.0 * HALF_SIDE / (POINTS - 1)
    population[env, :] = 0.0
    field = population[env, : POINTS * POINTS].reshape(POINTS, POINTS)
    for i in range(n):
        x, y = position[i, 0], position[i, 1]
        observation[env, i, 0] = within(x + error[i, 0])
        observation[env, i, 1] = within(y + error[i, 1])
        row, next_row, up = spread_on_line(y, -HALF_SIDE, spacing, POINTS - 1)
        column, next_column, across = spread_on_line(x, -HALF_SIDE, spacing, POINTS - 1)
        add_tents(field, row, next_row, up, column, next_column, across, POINTS * POINTS / n)
    population[env, POINTS * POINTS] = state.elapsed[env] / k.horizon
