"""The rules of simple_tag: parameters, state, and what a step does, as kernels.

Source: package mpe2 1.1.1, simple_tag_v3, which the differential tests follow step by step.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import uniform
from ...core.validation import MOST_STEPS, check_within
from ...errors import BadParameter
from ...kernels import over_copies, prange
from ...plane.particles import advance_bodies, kernel, slots, squared_distance, thrust

PREDATOR_RADIUS, PREY_RADIUS, LANDMARK_RADIUS = 0.075, 0.05, 0.2
PREDATOR_ACCEL, PREY_ACCEL = 3.0, 4.0
PREDATOR_SPEED, PREY_SPEED = 1.0, 1.3
LANDMARKS_WITHIN = 0.9
TOUCH = 10.0
SHAPING = 0.1
NEVER = np.int32(-1)


@dataclass(frozen=True)
class TagParameters:
    """Options of tag.

    Raises:
        BadParameter: a value is out of range.
    """

    num_predators: int = 3
    """Predators; mpe2's `num_adversaries`."""
    num_prey: int = 1
    """Prey; mpe2's `num_good`."""
    num_landmarks: int = 2
    """Obstacles; mpe2's `num_obstacles`."""
    continuous: bool = False
    """Actions are five strengths from 0 to 1 instead of one of five."""
    prey_speed: float = 1.0
    """Factor of the prey's top speed and acceleration; mpe2's curriculum has the stages 0.5, 0.75 and 1."""
    shaped: bool = False
    """Pay for distances too: predators lose, prey gain a tenth of them (written out but switched off in mpe2)."""
    terminate_on_success: bool = False
    """End the episode once every prey is touched in the same step."""
    num_agent_neighbors: int | None = None
    """See so many of the other agents, the nearest first, instead of all in their order."""
    num_landmark_neighbors: int | None = None
    """See so many of the landmarks, the nearest first, instead of all in their order."""
    max_cycles: int = 25
    """Steps after which an episode is truncated."""

    def __post_init__(self):
        check_within("num_predators", self.num_predators, 1, 1000)
        check_within("num_prey", self.num_prey, 1, 1000)
        check_within("num_landmarks", self.num_landmarks, 0, 1000)
        if not 0 < self.prey_speed <= 10:
            raise BadParameter(f"prey_speed is {self.prey_speed}; allowed is above 0 to 10")
        for name in ("num_agent_neighbors", "num_landmark_neighbors"):
            if getattr(self, name) is not None:
                check_within(name, getattr(self, name), 1, 1000)
        check_within("max_cycles", self.max_cycles, 1, MOST_STEPS)


class State(NamedTuple):
    """p predators and q prey, n = p + q agents with the predators first, l landmarks; coordinates are (x, y)."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    position: NDArray[np.float64]  # (num_envs, n, 2)
    velocity: NDArray[np.float64]  # (num_envs, n, 2)
    landmark: NDArray[np.float64]  # (num_envs, l, 2)
    touches: NDArray[np.int32]  # (num_envs,) touching pairs of predator and prey, summed over the steps of the episode
    first_touch: NDArray[np.int32]  # (num_envs, q) step in which the prey was first touched, or -1
    distance: NDArray[np.float64]  # (num_envs,) mean distance of predators to prey, summed over the steps
    success: NDArray[np.bool_]  # (num_envs,) every prey was touched in the last step


class Constants(NamedTuple):
    """What the kernels need and no step changes."""

    predators: int
    radius: NDArray[np.float64]  # (n + l,)
    accel: NDArray[np.float64]  # (n,) acceleration at full thrust
    max_speed: NDArray[np.float64]  # (n,)
    shaping: float  # reward per distance
    agents_seen: int  # slots for other agents, or FULL
    landmarks_seen: int  # slots for landmarks, or FULL
    ends_on_success: bool
    horizon: int


def build_constants(p: TagParameters) -> Constants:
    """The constants for given parameters."""
    counts = (p.num_predators, p.num_prey)
    return Constants(
        predators=p.num_predators,
        radius=np.repeat([PREDATOR_RADIUS, PREY_RADIUS, LANDMARK_RADIUS], [*counts, p.num_landmarks]),
        accel=np.repeat([PREDATOR_ACCEL, PREY_ACCEL * p.prey_speed], counts),
        max_speed=np.repeat([PREDATOR_SPEED, PREY_SPEED * p.prey_speed], counts),
        shaping=SHAPING if p.shaped else 0.0,
        agents_seen=slots(p.num_agent_neighbors),
        landmarks_seen=slots(p.num_landmark_neighbors),
        ends_on_success=p.terminate_on_success,
        horizon=p.max_cycles,
    )


@kernel
def begin_copy(state, c):
    """Draw agents uniformly in the square from -1 to 1, landmarks in that from -0.9 to 0.9."""
    stream = state.stream[c]
    for i in range(state.position.shape[1]):
        for axis in range(2):
            state.position[c, i, axis] = 2 * uniform(stream) - 1
            state.velocity[c, i, axis] = 0
    for j in range(state.landmark.shape[1]):
        for axis in range(2):
            state.landmark[c, j, axis] = LANDMARKS_WITHIN * (2 * uniform(stream) - 1)
    for j in range(state.first_touch.shape[1]):
        state.first_touch[c, j] = NEVER
    state.touches[c] = 0
    state.distance[c] = 0
    state.success[c] = False


@over_copies
def begin_copies(state, where):
    """Begin an episode in every copy of `where` (num_envs,) bool."""
    for c in prange(where.shape[0]):
        if where[c]:
            begin_copy(state, np.int64(c))


@kernel
def advance_copy(state, k, scratch, predator_action, prey_action, predator_reward, prey_reward, c):
    """Move the agents of copy c and pay them. Actions as in `bodies.thrust`; rewards (num_envs, p) and (num_envs, q)."""
    force, position, predators = scratch.force[c], state.position[c], k.predators
    for i in range(predators):
        x, y = thrust(predator_action, c, i)
        force[i, 0], force[i, 1] = x * k.accel[i], y * k.accel[i]
    for i in range(predators, force.shape[0]):
        x, y = thrust(prey_action, c, i - predators)
        force[i, 0], force[i, 1] = x * k.accel[i], y * k.accel[i]
    advance_bodies(k.radius, k.max_speed, position, state.velocity[c], state.landmark[c], force)
    touches, distances, everyone = _pay_prey(
        position, predators, k.shaping, state.elapsed[c] + 1, state.first_touch[c], prey_reward[c]
    )
    state.touches[c] += touches
    state.distance[c] += distances
    state.success[c] = everyone
    earned = TOUCH * touches
    if k.shaping > 0:
        earned -= k.shaping * _distances_to_nearest_prey(position, predators)
    for i in range(predators):
        predator_reward[c, i] = earned


@kernel
def _pay_prey(position, predators, shaping, now, first_touch, reward):
    """Write the prey's rewards (q,) and in `first_touch` (q,) who is touched for the first time.

    Returns the number of touching pairs, the mean distance of predators to prey, and whether every prey is touched.
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
    """The penalty of prey at the coordinate x >= 0 for leaving the square; 0 up to 0.9, at most 10."""
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


@over_copies
def advance_copies(state, k, scratch, where, predator_action, prey_action, predator_reward, prey_reward):
    """Advance every copy of `where` (num_envs,) bool by one step."""
    for c in prange(where.shape[0]):
        if where[c]:
            advance_copy(state, k, scratch, predator_action, prey_action, predator_reward, prey_reward, np.int64(c))


def touching(state: State, copy: int, predators: int) -> NDArray[np.bool_]:
    """Which predators touch which prey in one copy, `(predators, prey)`."""
    position = state.position[copy]
    offset = position[:predators, None] - position[None, predators:]
    return np.sqrt((offset**2).sum(axis=2)) < PREDATOR_RADIUS + PREY_RADIUS
