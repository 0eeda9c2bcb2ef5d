"""What the agents of spread see, and the global state."""

import numpy as np

from ...kernels import over_copies, prange
from ...plane.particles import FULL, kernel, see, see_nearest
from .rules import Constants


def width(k: Constants, n: int) -> int:
    """Length of an agent's observation."""
    others = n - 1 if k.agents_seen == FULL else k.agents_seen
    landmarks = n if k.landmarks_seen == FULL else k.landmarks_seen
    return 4 + 2 * landmarks + 4 * others


@kernel
def observe_copy(state, k, observation, global_state, c):
    """Write what copy c shows: observations (num_envs, n, width), and the global state (num_envs, 6n + 1).

    The places of what agents say stay 0: nobody speaks here. The global state is positions, velocities, landmarks, and the share of
    the episode that is over.
    """
    position, velocity, landmark = state.position[c], state.velocity[c], state.landmark[c]
    for i in range(position.shape[0]):
        row, x, y = observation[c, i], position[i, 0], position[i, 1]
        row[0], row[1], row[2], row[3] = velocity[i, 0], velocity[i, 1], x, y
        if k.landmarks_seen == FULL:
            at = see(landmark, -1, x, y, row, 4)
        else:
            at = see_nearest(landmark, -1, k.landmarks_seen, x, y, row, 4)
        if k.agents_seen == FULL:
            see(position, i, x, y, row, at)
        else:
            see_nearest(position, i, k.agents_seen, x, y, row, at)
    row = global_state[c]
    at = see(position, -1, 0.0, 0.0, row, 0)
    at = see(velocity, -1, 0.0, 0.0, row, at)
    at = see(landmark, -1, 0.0, 0.0, row, at)
    row[at] = state.elapsed[c] / k.horizon


@over_copies
def observe_copies(state, k, observation, global_state):
    """Write what every copy shows."""
    for c in prange(observation.shape[0]):
        observe_copy(state, k, observation, global_state, np.int64(c))
