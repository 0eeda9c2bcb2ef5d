"""Observations of the pursuers, and the global state."""

import numpy as np

from ...grid.windows import cut_window
from ...kernels import each_env, njit
from .state import NEVER


@each_env
def observe(state, k, observation, terminated, active, global_state, env):
    """Write the rows of the env.

    Args:
        observation: flat uint8, all envs after each other.
        terminated, active: (num_envs, pursuers).
        global_state: (num_envs, 3, rows, columns).
    """
    side = 2 * k.radius + 1
    row = k.wall.shape[1]
    wall, pursuers, evaders = (
        k.wall.reshape(-1),
        state.pursuer_count[env].reshape(-1),
        state.evader_count[env].reshape(-1),
    )
    n = state.pursuer.shape[1]
    to = env * n * 3 * side * side
    won = True
    for j in range(state.caught_at.shape[1]):
        won = won and state.caught_at[env, j] != NEVER
    for i in range(n):
        terminated[env, i] = won
        active[env, i] = not won
        start = (state.pursuer[env, i, 0] + k.pad - k.radius) * row + state.pursuer[env, i, 1] + k.pad - k.radius
        cut_window(wall, start, row, observation, to, side)
        cut_window(pursuers, start, row, observation, to + side * side, side)
        cut_window(evaders, start, row, observation, to + 2 * side * side, side)
        to += 3 * side * side
    _show_all(k.building, state.pursuer[env], state.evader[env], state.caught_at[env], global_state[env])


@njit(cache=True, inline="always")
def _show_all(building, pursuer, evader, caught_at, global_state):
    """Write the grids of one env without padding.

    They are written from the positions, which is faster than to copy the padded grids.
    """
    flat, cells, columns = global_state.reshape(-1), building.shape[0], global_state.shape[2]
    counts = flat[cells:]
    for j in range(cells):
        flat[j] = building[j]
    for j in range(counts.shape[0]):
        counts[j] = 0
    for i in range(pursuer.shape[0]):
        counts[pursuer[i, 0] * columns + pursuer[i, 1]] += np.float32(1)
    for j in range(evader.shape[0]):
        if caught_at[j] == NEVER:
            counts[cells + evader[j, 0] * columns + evader[j, 1]] += np.float32(1)
