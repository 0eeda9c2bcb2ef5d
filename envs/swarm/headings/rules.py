"""What Kuramoto's oscillators and Vicsek's flyers share: agents on a torus that turn an angle, as kernels over the state.

An angle is a phase or a heading. An agent sees the mean direction of the agents near it relative to its own, and turns. All are
paid for the order of the whole population, the length of the mean of the unit vectors with their angles: 1 if all are
equal, about sqrt(pi / (4 n)) if n of them are drawn at random.

Source of structure and constants: Cui, Hauck, Fabian and Koeppl, "Learning decentralized partially observable mean field control
for artificial collective behavior" (2024), and side, noise and horizon of the same group's M3FC environments. The paper's own code was not
at hand, so radius, speeds, observation noise, action cost and the description of the population are our own definitions.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import normal_pair, uniform
from ...core.validation import check_within
from ...errors import BadParameter
from ...kernels import njit, over_copies, prange
from ...plane.geometry import wrap_angle, wrap_offset
from ...plane.neighbours import sort_points, sum_within
from ..collective import CollectiveParameters, add_tents, spread_on_ring

ANGLE_POINTS = 16
"""Grid points on the circle at which the angles are described to a centralized critic."""
PLACE_POINTS = 6
"""Grid points on a side of the torus at which the population is described."""
STATE_SIZE = ANGLE_POINTS + 3 * PLACE_POINTS**2 + 1


@dataclass(frozen=True)
class TurningParameters(CollectiveParameters):
    """Options that Kuramoto's and Vicsek's tasks share."""

    side: float = 4.0
    """Side of the torus; with one that grows like the square root of the number of agents they stay as dense."""
    radius: float = 1.0
    """How far an agent sees: below half the side, or at least side / sqrt(2), where everyone sees everyone."""
    max_turn: float = 0.2
    """How far an action of size 1 turns an agent, in radians."""

    def __post_init__(self):
        super().__post_init__()
        check_within("side", self.side, 1e-6, 1e6)
        check_within("max_turn", self.max_turn, 0, np.pi)
        check_within("radius", self.radius, 0)
        if self.radius >= self.side / 2 and not sees_everyone(self.radius, self.side):
            raise BadParameter(
                f"radius is {self.radius}; allowed on a torus of side {self.side} is 0 to below {self.side / 2:g},"
                f" or {self.side / np.sqrt(2):.6g} and more, where everyone sees everyone"
            )


class State(NamedTuple):
    """n is the number of agents."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    position: NDArray[np.float64]  # (num_envs, n, 2) x, y in [-side / 2, side / 2)
    angle: NDArray[np.float64]  # (num_envs, n) phase or heading in radians, in [-pi, pi)
    frequency: NDArray[np.float64]  # (num_envs, n) by how much the angle turns in each step without any action
    error: NDArray[np.float64]  # (num_envs, n) what each agent's view of the others' direction is off by at this time
    order_sum: NDArray[np.float64]  # (num_envs,) orders after each step of the episode, added up
    effort_sum: NDArray[np.float64]  # (num_envs,) the agents' mean effort in each step, added up


class Constants(NamedTuple):
    """What the kernels need and no step changes."""

    side: float
    radius: float
    everyone: bool  # everyone sees everyone, the whole torus lies within the radius
    speed: float  # how far agents move in a step
    spread: float  # largest natural frequency
    sees_frequency: bool  # the last number of an observation: own frequency, or the share of others in sight
    max_turn: float
    noise: float
    observation_noise: float
    action_cost: float
    horizon: float


class Scratch(NamedTuple):
    """Work space of the kernels, one row a copy; means nothing between steps."""

    vector: NDArray[np.float64]  # (num_envs, n, 2) cosine and sine of each angle
    near: NDArray[np.float64]  # (num_envs, n, 2) sum of the vectors in sight of each agent, its own included
    in_sight: NDArray[np.int32]  # (num_envs, n) how many they are


def sees_everyone(radius: float, side: float) -> bool:
    """Whether no two places on the torus are farther apart than the radius."""
    return radius >= side / np.sqrt(2) * (1 - 1e-9)


def build_constants(p: TurningParameters, speed: float, spread: float, sees_frequency: bool) -> Constants:
    """The constants of a task with parameters `p`; see Constants for the others."""
    return Constants(
        side=p.side,
        radius=p.radius,
        everyone=sees_everyone(p.radius, p.side),
        speed=speed,
        spread=spread,
        sees_frequency=sees_frequency,
        max_turn=p.max_turn,
        noise=p.noise,
        observation_noise=p.observation_noise,
        action_cost=p.action_cost,
        horizon=float(p.max_cycles),
    )


def allocate_state(num_envs: int, n: int) -> State:
    """A state of zeros."""
    return State(
        stream=np.zeros((num_envs, 4), np.uint64),
        elapsed=np.zeros(num_envs, np.int32),
        over=np.zeros(num_envs, np.bool_),
        position=np.zeros((num_envs, n, 2)),
        angle=np.zeros((num_envs, n)),
        frequency=np.zeros((num_envs, n)),
        error=np.zeros((num_envs, n)),
        order_sum=np.zeros(num_envs),
        effort_sum=np.zeros(num_envs),
    )


def allocate_scratch(num_envs: int, n: int) -> Scratch:
    """Work space for n agents."""
    return Scratch(
        vector=np.zeros((num_envs, n, 2)),
        near=np.zeros((num_envs, n, 2)),
        in_sight=np.zeros((num_envs, n), np.int32),
    )


@njit(cache=True)
def begin_copy(state, k, c):
    """Draw places, angles and frequencies evenly."""
    stream = state.stream[c]
    for i in range(state.angle.shape[1]):
        for axis in range(2):
            state.position[c, i, axis] = k.side * (uniform(stream) - 0.5)
        state.angle[c, i] = np.pi * (2.0 * uniform(stream) - 1.0)
        state.frequency[c, i] = k.spread * (2.0 * uniform(stream) - 1.0)
        state.error[c, i] = k.observation_noise * normal_pair(stream)[0]
    state.order_sum[c] = 0.0
    state.effort_sum[c] = 0.0


@njit(cache=True)
def advance_copy(state, k, action, reward, c):
    """Turn, then move, the agents of copy c, and pay them all the same. `action` is (num_envs, n, 1), `reward` (num_envs, n)."""
    stream, angle, position = state.stream[c], state.angle[c], state.position[c]
    n = angle.shape[0]
    effort, x, y = 0.0, 0.0, 0.0
    for i in range(n):
        turn = np.float64(action[c, i, 0])
        effort += abs(turn)
        by_chance, unseen = normal_pair(stream)
        angle[i] = wrap_angle(angle[i] + state.frequency[c, i] + k.max_turn * turn + k.noise * by_chance)
        state.error[c, i] = k.observation_noise * unseen
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
        reward[c, i] = pay
    state.order_sum[c] += order
    state.effort_sum[c] += effort


@njit(cache=True)
def measure_order(angle):
    """Length and direction of the mean unit vector of the angles (n,): the order, 0 to 1, and the mean angle."""
    x, y = 0.0, 0.0
    for i in range(angle.shape[0]):
        x += np.cos(angle[i])
        y += np.sin(angle[i])
    return min(np.sqrt(x * x + y * y) / angle.shape[0], 1.0), np.arctan2(y, x)


@njit(cache=True)
def look_around(state, k, scratch, square, cells, c):
    """Write `vector`, `near` and `in_sight` of the scratch row c."""
    angle, vector, near, count = state.angle[c], scratch.vector[c], scratch.near[c], scratch.in_sight[c]
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
        sort_points(cells, square, state.position[c], vector, c)
        sum_within(cells, square, k.radius, near, count, c)


@njit(cache=True, inline="always")
def relative_direction(scratch, c, i):
    """Cosine and sine of the mean direction around agent i relative to its own, and the order there; (1, 0) where it has no direction."""
    own_x, own_y = scratch.vector[c, i, 0], scratch.vector[c, i, 1]
    x, y = scratch.near[c, i, 0], scratch.near[c, i, 1]
    length = np.sqrt(x * x + y * y)
    if length < 1e-9:
        return 1.0, 0.0, 0.0
    order = min(length / scratch.in_sight[c, i], 1.0)
    return (x * own_x + y * own_y) / length, (y * own_x - x * own_y) / length, order


@njit(cache=True)
def observe_copy(state, k, scratch, square, cells, observation, population, c):
    """Write what agents see, (num_envs, n, 4), and the population, (num_envs, STATE_SIZE)."""
    look_around(state, k, scratch, square, cells, c)
    n = state.angle.shape[1]
    for i in range(n):
        cosine, sine, order = relative_direction(scratch, c, i)
        error_cosine, error_sine = np.cos(state.error[c, i]), np.sin(state.error[c, i])
        observation[c, i, 0] = min(max(sine * error_cosine + cosine * error_sine, -1.0), 1.0)
        observation[c, i, 1] = min(max(cosine * error_cosine - sine * error_sine, -1.0), 1.0)
        observation[c, i, 2] = order
        if k.sees_frequency:
            observation[c, i, 3] = state.frequency[c, i] / k.max_turn if k.max_turn > 0.0 else 0.0
        else:
            observation[c, i, 3] = (scratch.in_sight[c, i] - 1) / max(n - 1, 1)
    _describe(state, k, scratch, population, c)


@njit(cache=True)
def _describe(state, k, scratch, population, c):
    """Write the population: tents over the circle, then over the torus for 1, cosine and sine, then the time."""
    n, points, low = state.angle.shape[1], PLACE_POINTS, -0.5 * k.side
    spacing, turn = k.side / points, 2.0 * np.pi / ANGLE_POINTS
    population[c, :] = 0.0
    circle = population[c, :ANGLE_POINTS]
    fields = population[c, ANGLE_POINTS : STATE_SIZE - 1].reshape(3, points, points)
    scale = points * points / n
    for i in range(n):
        first, second, share = spread_on_ring(state.angle[c, i], -np.pi, turn, ANGLE_POINTS)
        circle[first] += ANGLE_POINTS / n * (1.0 - share)
        circle[second] += ANGLE_POINTS / n * share
        row, next_row, up = spread_on_ring(state.position[c, i, 1], low, spacing, points)
        column, next_column, across = spread_on_ring(state.position[c, i, 0], low, spacing, points)
        add_tents(fields[0], row, next_row, up, column, next_column, across, scale)
        add_tents(fields[1], row, next_row, up, column, next_column, across, scale * scratch.vector[c, i, 0])
        add_tents(fields[2], row, next_row, up, column, next_column, across, scale * scratch.vector[c, i, 1])
    population[c, STATE_SIZE - 1] = state.elapsed[c] / k.horizon


@over_copies
def begin_copies(state, k, where):
    """Begin an episode in every copy of `where` (num_envs,) bool."""
    for c in prange(where.shape[0]):
        if where[c]:
            begin_copy(state, k, np.int64(c))


@over_copies
def advance_copies(state, k, where, action, reward):
    """Advance every copy of `where` by one step."""
    for c in prange(where.shape[0]):
        if where[c]:
            advance_copy(state, k, action, reward, np.int64(c))


@over_copies
def observe_copies(state, k, scratch, square, cells, observation, population):
    """Write observations and global states of all copies."""
    for c in prange(population.shape[0]):
        observe_copy(state, k, scratch, square, cells, observation, population, np.int64(c))


@njit(cache=True)
def _steer(state, k, scratch, square, cells, gain, toward, action, c):
    look_around(state, k, scratch, square, cells, c)
    for i in range(action.shape[1]):
        cosine, sine, order = relative_direction(scratch, c, i)
        direction = np.arctan2(sine, cosine) + state.error[c, i]
        turn = gain * order * np.sin(direction) + toward * wrap_angle(direction)
        action[c, i, 0] = min(max(turn, -1.0), 1.0)


@over_copies
def steer_copies(state, k, scratch, square, cells, gain, toward, action):
    """Write for every agent a turn towards the mean direction that it sees, as a share of the largest turn, within [-1, 1].

    Args:
        gain: weight of order times the sine of the direction relative to its own: Kuramoto's coupling over `max_turn`.
        toward: weight of that angle itself: 1 / max_turn turns right into the mean direction, as in Vicsek's model.
        action: (num_envs, n, 1) float32, written.
    """
    for c in prange(action.shape[0]):
        _steer(state, k, scratch, square, cells, gain, toward, action, np.int64(c))
