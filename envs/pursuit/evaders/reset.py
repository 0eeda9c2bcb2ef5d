"""The begin of an episode: pursuers and evaders are scattered over a window of the map."""

import numpy as np

from ...core.random_streams import below, uniform
from ...kernels import each_env, njit
from .state import NEVER

TRIES = 64
"""Cells drawn for an agent before those that are left for it are counted."""


@each_env
def begin(state, k, scratch, env):
    """Write the state at the start of an episode.

    As in pursuit_v5, pursuers are drawn one after the other from the open cells of the window that
    are no other pursuer's cell and not beside one; then evaders likewise, among themselves. Our own
    definition, where pursuit_v5 would never come to an end: if no such cell is left, any open cell
    of the window will do, and of the map if the window has none.
    """
    taken = scratch.taken[env]
    height, width = k.wall.shape[0] - 2 * k.pad, k.wall.shape[1] - 2 * k.pad
    left, right = _draw_span(state.stream[env], width, k.window)
    top, bottom = _draw_span(state.stream[env], height, k.window)
    if _find_open(k, taken, True, top, bottom, left, right, 0)[0] < 0:
        top, bottom, left, right = 0, height, 0, width
    _scatter(state.stream[env], k, taken, state.pursuer[env], state.pursuer_count[env], top, bottom, left, right)
    _scatter(state.stream[env], k, taken, state.evader[env], state.evader_count[env], top, bottom, left, right)
    state.caught_at[env, :] = NEVER
    state.catching[env, :] = False
    state.tags[env] = 0
    state.earned[env] = 0


@njit(cache=True)
def _draw_span(stream, size, window):
    """First cell of the window along one side, and the cell after its last."""
    start = uniform(stream) * (1.0 - window)
    first = int(size * start)
    return first, min(max(int(size * (start + window)), first + 1), size)


@njit(cache=True)
def _scatter(stream, k, taken, cell, count, top, bottom, left, right):
    """Draw `cell` (agents, 2) and count the agents in `count` (padded)."""
    taken[:, :] = 0
    count[:, :] = 0
    for i in range(cell.shape[0]):
        r, q = _draw_cell(stream, k, taken, top, bottom, left, right)
        cell[i, 0], cell[i, 1] = r, q
        r, q = r + k.pad, q + k.pad
        count[r, q] += np.uint8(1)
        taken[r, q] = 1
        taken[r - 1, q] = 1
        taken[r + 1, q] = 1
        taken[r, q - 1] = 1
        taken[r, q + 1] = 1


@njit(cache=True)
def _draw_cell(stream, k, taken, top, bottom, left, right):
    for _ in range(TRIES):
        r, q = top + below(stream, bottom - top), left + below(stream, right - left)
        if k.wall[r + k.pad, q + k.pad] == 0 and taken[r + k.pad, q + k.pad] == 0:
            return r, q
    crowded = _find_open(k, taken, False, top, bottom, left, right, 0)[0] < 0
    number = below(stream, _count_open(k, taken, crowded, top, bottom, left, right))
    return _find_open(k, taken, crowded, top, bottom, left, right, number)


@njit(cache=True)
def _find_open(k, taken, crowded, top, bottom, left, right, number):
    """Open cell of that number in the window, those taken left out unless `crowded`.

    Returns (-1, -1) if there are not so many.
    """
    for r in range(top, bottom):
        for q in range(left, right):
            if k.wall[r + k.pad, q + k.pad] == 0 and (crowded or taken[r + k.pad, q + k.pad] == 0):
                if number == 0:
                    return r, q
                number -= 1
    return -1, -1


@njit(cache=True)
def _count_open(k, taken, crowded, top, bottom, left, right):
    count = 0
    for r in range(top, bottom):
        for q in range(left, right):
            count += k.wall[r + k.pad, q + k.pad] == 0 and (crowded or taken[r + k.pad, q + k.pad] == 0)
    return count
