"""The rules of simple_spread: parameters, state, and what a step does, as kernels.

Source: package mpe2 1.1.1, simple_spread_v3, which the differential tests follow step by step.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import uniform
from ...core.validation import MOST_STEPS, check_within
from ...kernels import over_copies, prange
from ...plane.particles import advance_bodies, kernel, slots, squared_distance, thrust

RADIUS = 0.15
LANDMARK_RADIUS = 0.05
ACCEL = 5.0
COVERED = 0.1
"""A landmark is covered by an agent nearer than this."""


@dataclass(frozen=True)
class SpreadParameters:
    """Options of spread.

    Raises:
        BadParameter: a value is out of range.
    """

    num_agents: int = 3
    """Agents, and as many landmarks; mpe2's `N`."""
    local_ratio: float = 0.5
    """Weight of an agent's own penalty for touching others, from 0 to 1; the rest is that of the distances all answer for."""
    collision_penalty: bool = True
    """Whether touching costs anything; off is stage 0 of mpe2's curriculum."""
    continuous: bool = False
    """Actions are five strengths from 0 to 1 instead of one of five."""
    terminate_on_success: bool = False
    """End the episode once every landmark has an agent within 0.1."""
    num_agent_neighbors: int | None = None
    """See so many of the other agents, the nearest first, instead of all in their order."""
    num_landmark_neighbors: int | None = None
    """See so many of the landmarks, the nearest first, instead of all in their order."""
    max_cycles: int = 25
    """Steps after which an episode is truncated."""

    def __post_init__(self):
        check_within("num_agents", self.num_agents, 1, 1000)
        check_within("local_ratio", self.local_ratio, 0, 1)
        for name in ("num_agent_neighbors", "num_landmark_neighbors"):
            if getattr(self, name) is not None:
                check_within(name, getattr(self, name), 1, 1000)
        check_within("max_cycles", self.max_cycles, 1, MOST_STEPS)


class State(NamedTuple):
    """n agents and n landmarks; coordinates are (x, y)."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    position: NDArray[np.float64]  # (num_envs, n, 2)
    velocity: NDArray[np.float64]  # (num_envs, n, 2)
    landmark: NDArray[np.float64]  # (num_envs, n, 2)
    collisions: NDArray[np.int32]  # (num_envs,) pairs that touched, summed over the steps of the episode
    success: NDArray[np.bool_]  # (num_envs,) every landmark was covered after the last step


class Constants(NamedTuple):
    """What the kernels need and no step changes."""

    radius: NDArray[np.float64]  # (n,) of the agents; landmarks are in nobody's way
    max_speed: NDArray[np.float64]  # (n,) inf: there is no limit
    obstacle: NDArray[np.float64]  # (0, 2) fixed bodies, of which there are none
    local: float  # weight of the own penalty, 0 without collision penalty
    shared: float  # weight of the distances
    agents_seen: int  # slots for other agents, or FULL
    landmarks_seen: int  # slots for landmarks, or FULL
    ends_on_success: bool
    horizon: int


def build_constants(p: SpreadParameters) -> Constants:
    """The constants for given parameters."""
    n = p.num_agents
    return Constants(
        radius=np.full(n, RADIUS),
        max_speed=np.full(n, np.inf),
        obstacle=np.zeros((0, 2)),
        local=p.local_ratio if p.collision_penalty else 0.0,
        shared=1 - p.local_ratio,
        agents_seen=slots(p.num_agent_neighbors),
        landmarks_seen=slots(p.num_landmark_neighbors),
        ends_on_success=p.terminate_on_success,
        horizon=p.max_cycles,
    )


@kernel
def begin_copy(state, c):
    """Draw agents and landmarks uniformly in the square from -1 to 1."""
    stream = state.stream[c]
    for i in range(state.position.shape[1]):
        for axis in range(2):
            state.position[c, i, axis] = 2 * uniform(stream) - 1
            state.velocity[c, i, axis] = 0
    for j in range(state.landmark.shape[1]):
        for axis in range(2):
            state.landmark[c, j, axis] = 2 * uniform(stream) - 1
    state.collisions[c] = 0
    state.success[c] = False


@over_copies
def begin_copies(state, where):
    """Begin an episode in every copy of `where` (num_envs,) bool."""
    for c in prange(where.shape[0]):
        if where[c]:
            begin_copy(state, np.int64(c))


@kernel
def advance_copy(state, k, scratch, action, reward, c):
    """Move the agents of copy c and pay them. `action` as in `bodies.thrust`, `reward` (num_envs, n)."""
    position, landmark, force = state.position[c], state.landmark[c], scratch.force[c]
    for i in range(position.shape[0]):
        x, y = thrust(action, c, i)
        force[i, 0], force[i, 1] = x * ACCEL, y * ACCEL
    advance_bodies(k.radius, k.max_speed, position, state.velocity[c], k.obstacle, force)
    total, farthest = _distances(position, landmark)
    state.success[c] = farthest < COVERED
    state.collisions[c] += _pay(position, -k.shared * total, k.local, reward[c])


@kernel
def _distances(position, landmark):
    """The landmarks' distances to their nearest agents: their sum, and the largest."""
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
def _pay(position, all_get, penalty, reward):
    """Write `reward` (n,); returns how many pairs touch."""
    n = position.shape[0]
    pairs = 0
    for i in range(n):
        reward[i] = all_get
    for a in range(n):
        for b in range(a + 1, n):
            if squared_distance(position, a, position, b) < (2 * RADIUS) ** 2:
                pairs += 1
                reward[a] -= penalty
                reward[b] -= penalty
    return pairs


@over_copies
def advance_copies(state, k, scratch, where, action, reward):
    """Advance every copy of `where` (num_envs,) bool by one step."""
    for c in prange(where.shape[0]):
        if where[c]:
            advance_copy(state, k, scratch, action, reward, np.int64(c))


def nearest_distances(state: State) -> NDArray[np.float64]:
    """Distance of each landmark to the nearest agent, `(num_envs, n)`."""
    offset = state.landmark[:, :, None] - state.position[:, None]
    return np.sqrt((offset**2).sum(axis=3)).min(axis=2)
