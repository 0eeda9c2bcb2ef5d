"""What the pursuers see, and the global state."""

import numpy as np

from ...grid.windows import cut_window
from ...kernels import njit, over_copies, prange
from .state import NEVER


@njit(cache=True)
def observe_copy(state, k, observation, terminated, active, whole, c):
    """Write copy c's rows of `observation` (flat uint8), `terminated`, `active` (num_envs, n), `whole` (num_envs, 3, rows, columns)."""
    side = 2 * k.radius + 1
    row = k.wall.shape[1]
    wall, pursuers, evaders = k.wall.reshape(-1), state.pursuer_count[c].reshape(-1), state.evader_count[c].reshape(-1)
    n = state.pursuer.shape[1]
    to = c * n * 3 * side * side
    won = True
    for j in range(state.caught_at.shape[1]):
        won = won and state.caught_at[c, j] != NEVER
    for i in range(n):
        terminated[c, i] = won
        active[c, i] = not won
        start = (state.pursuer[c, i, 0] + k.pad - k.radius) * row + state.pursuer[c, i, 1] + k.pad - k.radius
        cut_window(wall, start, row, observation, to, side)
        cut_window(pursuers, start, row, observation, to + side * side, side)
        cut_window(evaders, start, row, observation, to + 2 * side * side, side)
        to += 3 * side * side
    _show_all(k.building, state.pursuer[c], state.evader[c], state.caught_at[c], whole[c])


@njit(cache=True, inline="always")
def _show_all(building, pursuer, evader, caught_at, whole):
    """The grids of one copy without padding, written from the positions: that is faster than to copy the padded ones."""
    flat, cells, columns = whole.reshape(-1), building.shape[0], whole.shape[2]
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


@over_copies
def observe_copies(state, k, observation, terminated, active, whole):
    """Write what every copy shows."""
    for c in prange(terminated.shape[0]):
        observe_copy(state, k, observation, terminated, active, whole, np.int64(c))
