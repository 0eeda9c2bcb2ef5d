"""Observations and global state of spread."""

from ...kernels import each_env, kernel
from ...plane.particles import FULL, see, see_nearest
from .state import Constants


def width(k: Constants, n: int) -> int:
    """Length of an agent's observation."""
    others = n - 1 if k.agents_seen == FULL else k.agents_seen
    landmarks = n if k.landmarks_seen == FULL else k.landmarks_seen
    return 4 + 2 * landmarks + 4 * others


@each_env
@kernel
def observe(state, k, observation, global_state, env):
    """Write observations (num_envs, n, width) and the global state (num_envs, 6n + 1) of an env.

    The places of messages stay 0: there are none here. The global state is positions, velocities,
    landmarks, and the share of `max_cycles` gone.
    """
    position, velocity, landmark = state.position[env], state.velocity[env], state.landmark[env]
    for i in range(position.shape[0]):
        row, x, y = observation[env, i], position[i, 0], position[i, 1]
        row[0], row[1], row[2], row[3] = velocity[i, 0], velocity[i, 1], x, y
        if k.landmarks_seen == FULL:
            at = see(landmark, -1, x, y, row, 4)
        else:
            at = see_nearest(landmark, -1, k.landmarks_seen, x, y, row, 4)
        if k.agents_seen == FULL:
            see(position, i, x, y, row, at)
        else:
            see_nearest(position, i, k.agents_seen, x, y, row, at)
    row = global_state[env]
    at = see(position, -1, 0.0, 0.0, row, 0)
    at = see(velocity, -1, 0.0, 0.0, row, at)
    at = see(landmark, -1, 0.0, 0.0, row, at)
    row[at] = state.elapsed[env] / k.horizon
