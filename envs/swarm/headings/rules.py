"""Kernels of Kuramoto's oscillators and Vicsek's flyers: agents on a torus that turn an angle.

An angle is a phase or a heading. An agent sees the mean direction of the agents near it relative to
its own, and turns. All are paid for the order of the whole population, the length of the mean of
the unit vectors with their angles: 1 if all are equal, about sqrt(pi / (4 n)) if n of them are
drawn at random.

Source of structure and constants: Cui, Hauck, Fabian and Koeppl, "Learning decentralized partially
observable mean field control for artificial collective behavior" (2024), and side, noise and
horizon of the same group's M3FC environments. The paper's own code was not at hand, so radius,
speeds, observation noise, action cost and the description of the population are our own
definitions.
"""

import numpy as np

from ...core.random_streams import normal_pair, uniform
from ...kernels import each_env, njit
from ...plane.geometry import wrap_angle, wrap_offset
from ...plane.neighbours import sort_points, sum_within
from ..collective import add_tents, spread_on_ring
from .config import TurningConfig, sees_everyone
from .state import Constants

ANGLE_POINTS = 16
"""Grid points on the circle at which the angles are described to a centralized critic."""
PLACE_POINTS = 6
"""Grid points on a side of the torus at which the population is described."""
STATE_SIZE = ANGLE_POINTS + 3 * PLACE_POINTS**2 + 1


def build_constants(config: TurningConfig, speed: float, spread: float, sees_frequency: bool) -> Constants:
    """Constants of a task with this config; see Constants for the others."""
    return Constants(
        side=config.side,
        radius=config.radius,
        everyone=sees_everyone(config.radius, config.side),
        speed=speed,
        spread=spread,
        sees_frequency=sees_frequency,
        max_turn=config.max_turn,
        noise=config.noise,
        observation_noise=config.observation_noise,
        action_cost=config.action_cost,
        horizon=float(config.max_cycles),
    )


@each_env
def begin(state, k, env):
    """Draw places, angles and frequencies evenly."""
    stream = state.stream[env]
    for i in range(state.angle.shape[1]):
        for axis in range(2):
            state.position[env, i, axis] = k.side * (uniform(stream) - 0.5)
        state.angle[env, i] = np.pi * (2.0 * uniform(stream) - 1.0)
        state.frequency[env, i] = k.spread * (2.0 * uniform(stream) - 1.0)
        state.error[env, i] = k.observation_noise * normal_pair(stream)[0]
    state.order_sum[env] = 0.0
    state.effort_sum[env] = 0.0


@each_env
def advance(state, k, action, reward, env):
    """Turn, then move, the agents of an env, and pay them all the same.

    `action` is (num_envs, n, 1), `reward` (num_envs, n).
    """
    stream, angle, position = state.stream[env], state.angle[env], state.position[env]
    n = angle.shape[0]
    effort, x, y = 0.0, 0.0, 0.0
    for i in range(n):
        turn = np.float64(action[env, i, 0])
        effort += abs(turn)
        by_chance, unseen = normal_pair(stream)
        angle[i] = wrap_angle(angle[i] + state.frequency[env, i] + k.max_turn * turn + k.noise * by_chance)
        state.error[env, i] = k.observation_noise * unseen
        cosine, sine = np.cos(angle[i]), np.sin(angle[i])
        x += cosine
        y += sine
        if k.speed > 0.0:
            position[i, 0] = wrap_offset(position[i, 0] + k.speed * cosine, k.side)
            position[i, 1] = wrap_offset(position[i, 1] + k.speed * sine, k.side)
    effort /= n
    order = np.sqrt(x * x + y * y) / n
    pay = order - k.action_cost * effort
    for i in range(n):
        reward[env, i] = pay
    state.order_sum[env] += order
    state.effort_sum[env] += effort


@njit(cache=True)
def measure_order(angle):
    """Length and direction of the mean unit vector of the angles (n,): order, 0 to 1, and angle."""
    x, y = 0.0, 0.0
    for i in range(angle.shape[0]):
        x += np.cos(angle[i])
        y += np.sin(angle[i])
    return min(np.sqrt(x * x + y * y) / angle.shape[0], 1.0), np.arctan2(y, x)


@njit(cache=True)
def look_around(state, k, scratch, square, cells, env):
    """Write `vector`, `near` and `in_sight` of an env."""
    angle, vector, near, count = state.angle[env], scratch.vector[env], scratch.near[env], scratch.in_sight[env]
    n = angle.shape[0]
    x, y = 0.0, 0.0
    for i in range(n):
        vector[i, 0], vector[i, 1] = np.cos(angle[i]), np.sin(angle[i])
        x += vector[i, 0]
        y += vector[i, 1]
    if k.everyone:
        for i in range(n):
            near[i, 0], near[i, 1] = x, y
            count[i] = n
    else:
        sort_points(cells, square, state.position[env], vector, env)
        sum_within(cells, square, k.radius, near, count, env)


@njit(cache=True, inline="always")
def relative_direction(scratch, env, i):
    """Cosine and sine of the mean direction around agent i relative to its own, and the order.

    They are 1 and 0 where the mean has no direction.
    """
    own_x, own_y = scratch.vector[env, i, 0], scratch.vector[env, i, 1]
    x, y = scratch.near[env, i, 0], scratch.near[env, i, 1]
    length = np.sqrt(x * x + y * y)
    if length < 1e-9:
        return 1.0, 0.0, 0.0
    order = min(length / scratch.in_sight[env, i], 1.0)
    return (x * own_x + y * own_y) / length, (y * own_x - x * own_y) / length, order


@each_env
def observe(state, k, scratch, square, cells, observation, population, env):
    """Write observations (num_envs, n, 4) and the global state (num_envs, STATE_SIZE)."""
    look_around(state, k, scratch, square, cells, env)
    n = state.angle.shape[1]
    for i in range(n):
        cosine, sine, order = relative_direction(scratch, env, i)
        error_cosine, error_sine = np.cos(state.error[env, i]), np.sin(state.error[env, i])
        observation[env, i, 0] = min(max(sine * error_cosine + cosine * error_sine, -1.0), 1.0)
        observation[env, i, 1] = min(max(cosine * error_cosine - sine * error_sine, -1.0), 1.0)
        observation[env, i, 2] = order
        if k.sees_frequency:
            observation[env, i, 3] = state.frequency[env, i] / k.max_turn if k.max_turn > 0.0 else 0.0
        else:
            observation[env, i, 3] = (scratch.in_sight[env, i] - 1) / max(n - 1, 1)
    _describe(state, k, scratch, population, env)


@njit(cache=True)
def _describe(state, k, scratch, population, env):
    """Write tents over the circle, those over the torus for 1, cosine and sine, and the time."""
    n, points, low = state.angle.shape[1], PLACE_POINTS, -0.5 * k.side
    spacing, turn = k.side / points, 2.0 * np.pi / ANGLE_POINTS
    population[env, :] = 0.0
    circle = population[env, :ANGLE_POINTS]
    fields = population[env, ANGLE_POINTS : STATE_SIZE - 1].reshape(3, points, points)
    scale = points * points / n
    for i in range(n):
        first, second, share = spread_on_ring(state.angle[env, i], -np.pi, turn, ANGLE_POINTS)
        circle[first] += ANGLE_POINTS / n * (1.0 - share)
        circle[second] += ANGLE_POINTS / n * share
        row, next_row, up = spread_on_ring(state.position[env, i, 1], low, spacing, points)
        column, next_column, across = spread_on_ring(state.position[env, i, 0], low, spacing, points)
        add_tents(fields[0], row, next_row, up, column, next_column, across, scale)
        add_tents(fields[1], row, next_row, up, column, next_column, across, scale * scratch.vector[env, i, 0])
        add_tents(fields[2], row, next_row, up, column, next_column, across, scale * scratch.vector[env, i, 1])
    population[env, STATE_SIZE - 1] = state.elapsed[env] / k.horizon


@each_env
def steer(state, k, scratch, square, cells, coupling, toward, action, env):
    """Write a turn of each agent towards the mean direction in sight, in largest turns, in [-1, 1].

    Args:
        coupling: weight of order times the sine of the direction relative to its own: Kuramoto's
            coupling over `max_turn`.
        toward: weight of that angle itself: 1 / max_turn turns right into the mean direction, as in
            Vicsek's model.
        action: (num_envs, n, 1) float32, written.
    """
    look_around(state, k, scratch, square, cells, env)
    for i in range(action.shape[1]):
        cosine, sine, order = relative_direction(scratch, env, i)
        direction = np.arctan2(sine, cosine) + state.error[env, i]
        turn = coupling * order * np.sin(direction) + toward * wrap_angle(direction)
        action[env, i, 0] = min(max(turn, -1.0), 1.0)
