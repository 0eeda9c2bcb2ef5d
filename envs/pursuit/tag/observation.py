"""What predators and prey see, and the global state."""

import numpy as np

from ...kernels import over_copies, prange
from ...plane.particles import FULL, kernel, next_nearest, see, see_nearest
from .rules import Constants


def width(k: Constants, agents: int, landmarks: int, velocities: int) -> int:
    """Length of the observation of an agent that sees all, or the k nearest: `velocities` is of how many prey, if all."""
    seen = landmarks if k.landmarks_seen == FULL else k.landmarks_seen
    return 4 + 2 * seen + (2 * (agents - 1 + velocities) if k.agents_seen == FULL else 4 * k.agents_seen)


@kernel
def observe_copy(state, k, predator_sees, prey_sees, global_state, c):
    """Write what copy c shows: observations (num_envs, p or q, width), and the global state (num_envs, 4n + 2l + 1).

    The latter is positions, velocities, landmarks, and the share of the episode that is over.
    """
    position, velocity, landmark, row = state.position[c], state.velocity[c], state.landmark[c], global_state[c]
    slots = (k.landmarks_seen, k.agents_seen)
    _observe_group(position, velocity, landmark, k.predators, slots, predator_sees[c], 0)
    _observe_group(position, velocity, landmark, k.predators, slots, prey_sees[c], k.predators)
    at = see(position, -1, 0.0, 0.0, row, 0)
    at = see(velocity, -1, 0.0, 0.0, row, at)
    at = see(landmark, -1, 0.0, 0.0, row, at)
    row[at] = state.elapsed[c] / k.horizon


@kernel
def _observe_group(position, velocity, landmark, predators, slots, observation, first):
    """Write what the agents from number `first` on see into `observation` (p or q, width)."""
    landmarks_seen, agents_seen = slots
    for number in range(observation.shape[0]):
        i, row = first + number, observation[number]
        x, y = position[i, 0], position[i, 1]
        row[0], row[1], row[2], row[3] = velocity[i, 0], velocity[i, 1], x, y
        if landmarks_seen == FULL:
            at = see(landmark, -1, x, y, row, 4)
        else:
            at = see_nearest(landmark, -1, landmarks_seen, x, y, row, 4)
        if agents_seen == FULL:
            at = see(position, i, x, y, row, at)
            see(velocity[predators:], i - predators, 0.0, 0.0, row, at)
        else:
            at = see_nearest(position, i, agents_seen, x, y, row, at)
            _see_velocities(position, velocity, predators, i, agents_seen, row, at)


@kernel
def _see_velocities(position, velocity, predators, i, slots, row, at):
    """The velocities of the agents nearest to agent i, nearest first; zeros for predators and where there are fewer."""
    squared, j = -1.0, -1
    for _ in range(slots):
        squared, j = next_nearest(position, i, position[i, 0], position[i, 1], squared, j)
        row[at] = velocity[j, 0] if j >= predators else 0.0
        row[at + 1] = velocity[j, 1] if j >= predators else 0.0
        at += 2


@over_copies
def observe_copies(state, k, predator_sees, prey_sees, global_state):
    """Write what every copy shows."""
    for c in prange(global_state.shape[0]):
        observe_copy(state, k, predator_sees, prey_sees, global_state, np.int64(c))
