"""The prey of SwarmBench's Pursuit: when it is caught, where it flees, where it comes back.

Quirks of the benchmark that this keeps:

- The danger of a place counts agents and walls in rows r - 4 to r + 3 and columns q - 4 to q + 3:
  the window leans to the upper left.
- The prey flees to a place that is less dangerous than the cell on its left, not less than where it
  is.
- It moves two cells or none. Of places that are equally safe it takes the first it looks at; the
  two cells beside a diagonal must both be free.
- Agents can push the first prey. Those that come after a catch cannot be pushed.
- In the round of a catch the new prey does not move.
"""

import numpy as np

from ...core.random_streams import below
from ...grid.moves import offsets
from ...kernels import njit
from ..swarmbench.state import FREE, STATIC, lift_body, put_body, put_static
from ..swarmbench.symbols import EMPTY, PREY

REACH = 4
WALL_DANGER = 0.9
LOOK = offsets("RLDU", np.int64)
"""Steps in the order in which the prey considers them."""


@njit(cache=True)
def danger(state, env, r, q):
    """Number of agents around (r, q), and 0.9 for each cell of the walls around the map."""
    height, width = state.occupant.shape[1:]
    top, bottom, left, right = max(r - REACH, 0), min(r + REACH, height), max(q - REACH, 0), min(q + REACH, width)
    agents = 0
    for i in range(state.on.shape[1]):
        agents += top <= state.position[env, i, 0] < bottom and left <= state.position[env, i, 1] < right
    inner_rows = min(bottom, height - 1) - max(top, 1)
    inner_columns = min(right, width - 1) - max(left, 1)
    walls = (bottom - top) * (right - left) - inner_rows * inner_columns
    return agents + walls * WALL_DANGER


@njit(cache=True)
def is_caught(state, env):
    """True if all four cells beside the prey are taken, by agents or walls."""
    prey = state.position[env, state.on.shape[1]]
    taken = 0
    for m in range(4):
        taken += state.occupant[env, prey[0] + LOOK[m, 0], prey[1] + LOOK[m, 1]] != FREE
    return taken == 4


@njit(cache=True, inline="always")
def _is_free(state, env, r, q):
    inside = 0 <= r < state.occupant.shape[1] and 0 <= q < state.occupant.shape[2]
    return inside and state.occupant[env, r, q] == FREE


@njit(cache=True)
def flee(state, k, env):
    """Move the prey two cells to the safest place, if one is safer than the cell on its left."""
    n = state.on.shape[1]
    r, q = np.int64(state.position[env, n, 0]), np.int64(state.position[env, n, 1])
    safest = danger(state, env, r, q - 1)
    to_row, to_column = r, q
    for first in range(4):
        if not _is_free(state, env, r + LOOK[first, 0], q + LOOK[first, 1]):
            continue
        for second in range(4):
            dr, dq = LOOK[first, 0] + LOOK[second, 0], LOOK[first, 1] + LOOK[second, 1]
            # The second step must be free from here as well; for two steps in one direction that is
            # the first step once more.
            if not (
                _is_free(state, env, r + dr, q + dq) and _is_free(state, env, r + LOOK[second, 0], q + LOOK[second, 1])
            ):
                continue
            risk = danger(state, env, r + dr, q + dq)
            if risk < safest:
                safest, to_row, to_column = risk, r + dr, q + dq
    if to_row != r or to_column != q:
        place(state, k, env, to_row, to_column, state.occupant[env, r, q] == STATIC)


@njit(cache=True)
def come_back(state, k, env):
    """Let the prey come back at the safest of height * width free cells, drawn with repetition.

    From then on it cannot be pushed.
    """
    height, width = state.occupant.shape[1:]
    remove(state, k, env)
    safest, row, column = np.inf, 0, 0
    looked = 0
    while looked < height * width:
        r, q = 1 + below(state.stream[env], height - 2), 1 + below(state.stream[env], width - 2)
        if state.occupant[env, r, q] != FREE:
            continue
        looked += 1
        risk = danger(state, env, r, q)
        if risk < safest:
            safest, row, column = risk, r, q
    place(state, k, env, row, column, True)


@njit(cache=True)
def remove(state, k, env):
    """Take the prey off the map."""
    n = state.on.shape[1]
    r, q = state.position[env, n, 0], state.position[env, n, 1]
    lift_body(state, k, env, n)
    put_static(state, k, env, r, q, EMPTY)


@njit(cache=True)
def place(state, k, env, r, q, static):
    """Put the prey into the free cell (r, q), from anywhere; a static one cannot be pushed."""
    n = state.on.shape[1]
    if state.position[env, n, 0] >= 0:
        lift_body(state, k, env, n)
    put_body(state, k, env, n, r, q, PREY)
    if static:
        put_static(state, k, env, r, q, PREY)
