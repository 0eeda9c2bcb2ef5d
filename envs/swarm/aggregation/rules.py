"""The rules of aggregation, as kernels over the state.

Source of structure and constants: Cui, Hauck, Fabian and Koeppl, "Learning decentralized partially observable mean field control
for artificial collective behavior" (2024), and the box, speed, noise and horizon of the same group's M3FC environments. The paper's
own code was not at hand, so observation noise, action cost and the description of the population are our own definitions.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import normal_pair, uniform
from ...core.validation import check_within
from ...kernels import njit, over_copies, prange
from ..collective import CollectiveParameters, add_tents, spread_on_line

HALF_SIDE = 2.0
"""The box is [-2, 2] x [-2, 2]."""
POINTS = 9
"""Grid points on a side of the box, at which the population is described to a centralized critic."""


@dataclass(frozen=True)
class AggregationParameters(CollectiveParameters):
    """Options of aggregation."""

    speed: float = 0.2
    """How far an action of length 1 moves an agent."""

    def __post_init__(self):
        super().__post_init__()
        check_within("speed", self.speed, 0, HALF_SIDE)


class State(NamedTuple):
    """n is the number of agents."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    position: NDArray[np.float64]  # (num_envs, n, 2) x, y in [-2, 2]
    error: NDArray[np.float64]  # (num_envs, n, 2) what each agent's view of its position is off by at this time
    dispersion_sum: NDArray[np.float64]  # (num_envs,) dispersions after each step of the episode, added up
    effort_sum: NDArray[np.float64]  # (num_envs,) the agents' mean effort in each step, added up


class Constants(NamedTuple):
    """What the kernels need and no step changes."""

    speed: float
    noise: float
    observation_noise: float
    action_cost: float
    horizon: float


def allocate_state(num_envs: int, n: int) -> State:
    """A state of zeros."""
    return State(
        stream=np.zeros((num_envs, 4), np.uint64),
        elapsed=np.zeros(num_envs, np.int32),
        over=np.zeros(num_envs, np.bool_),
        position=np.zeros((num_envs, n, 2)),
        error=np.zeros((num_envs, n, 2)),
        dispersion_sum=np.zeros(num_envs),
        effort_sum=np.zeros(num_envs),
    )


def build_constants(parameters: AggregationParameters) -> Constants:
    """The constants of a task."""
    p = parameters
    return Constants(p.speed, p.noise, p.observation_noise, p.action_cost, float(p.max_cycles))


@njit(cache=True, inline="always")
def within(x):
    """A coordinate clipped to the box."""
    return min(max(x, -HALF_SIDE), HALF_SIDE)


@njit(cache=True)
def begin_copy(state, k, c):
    """Spread the agents evenly over the box."""
    stream, position = state.stream[c], state.position[c]
    for i in range(position.shape[0]):
        for axis in range(2):
            position[i, axis] = HALF_SIDE * (2.0 * uniform(stream) - 1.0)
    state.dispersion_sum[c] = 0.0
    state.effort_sum[c] = 0.0
    _blur(state, k, c)


@njit(cache=True)
def advance_copy(state, k, action, reward, c):
    """Move the agents of copy c and pay them all the same. `action` is (num_envs, n, 2), `reward` (num_envs, n)."""
    stream, position = state.stream[c], state.position[c]
    n = position.shape[0]
    effort = 0.0
    for i in range(n):
        x, y = np.float64(action[c, i, 0]), np.float64(action[c, i, 1])
        length = np.sqrt(x * x + y * y)
        if length > 1.0:  # the unit ball is what may be wanted: a longer vector keeps its direction only
            x, y, length = x / length, y / length, 1.0
        effort += length
        chance_x, chance_y = normal_pair(stream)
        position[i, 0] = within(position[i, 0] + k.speed * x + k.noise * chance_x)
        position[i, 1] = within(position[i, 1] + k.speed * y + k.noise * chance_y)
    effort /= n
    dispersion = measure_dispersion(position)
    pay = -dispersion - k.action_cost * effort
    for i in range(n):
        reward[c, i] = pay
    state.dispersion_sum[c] += dispersion
    state.effort_sum[c] += effort
    _blur(state, k, c)


@njit(cache=True)
def measure_dispersion(position):
    """The mean distance of the agents (n, 2) to their mean position."""
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
def _blur(state, k, c):
    """Draw by how much each agent will err about where it is now."""
    stream, error = state.stream[c], state.error[c]
    for i in range(error.shape[0]):
        chance_x, chance_y = normal_pair(stream)
        error[i, 0] = k.observation_noise * chance_x
        error[i, 1] = k.observation_noise * chance_y


@njit(cache=True)
def observe_copy(state, k, observation, population, c):
    """Write what agents see, (num_envs, n, 2), and the population, (num_envs, POINTS * POINTS + 1)."""
    position, error = state.position[c], state.error[c]
    n, spacing = position.shape[0], 2.0 * HALF_SIDE / (POINTS - 1)
    population[c, :] = 0.0
    field = population[c, : POINTS * POINTS].reshape(POINTS, POINTS)
    for i in range(n):
        x, y = position[i, 0], position[i, 1]
        observation[c, i, 0] = within(x + error[i, 0])
        observation[c, i, 1] = within(y + error[i, 1])
        row, next_row, up = spread_on_line(y, -HALF_SIDE, spacing, POINTS - 1)
        column, next_column, across = spread_on_line(x, -HALF_SIDE, spacing, POINTS - 1)
        add_tents(field, row, next_row, up, column, next_column, across, POINTS * POINTS / n)
    population[c, POINTS * POINTS] = state.elapsed[c] / k.horizon


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
def observe_copies(state, k, observation, population):
    """Write observations and global states of all copies."""
    for c in prange(population.shape[0]):
        observe_copy(state, k, observation, population, np.int64(c))
