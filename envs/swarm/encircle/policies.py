"""Scripted baseline of encircle."""

import numpy as np
from numpy.typing import NDArray

from ...kernels import njit
from ..swarmbench.planning import Planner
from ..swarmbench.pushing import COLUMN, ROW
from ..swarmbench.state import FREE, State
from ..swarmbench.symbols import STAY
from .prey import LOOK

IDLE = -1


class Surround(Planner):
    """Agents surround the prey.

    Agents beside it stay, the nearest others walk to the open cells beside it, and the rest come
    near. The policy reads the cells of all agents and of the prey from the state. It does not
    foresee where the prey flees to.
    """

    plays = ("swarm/encircle",)

    def _plan(self, state: State, draws: NDArray[np.float32], moves: NDArray[np.int64]) -> None:
        moves.fill(IDLE)
        _surround(state, draws, moves)


@njit(cache=True)
def _surround(state, draws, moves):
    n = moves.shape[1]
    for env in range(moves.shape[0]):
        r, q = np.int64(state.position[env, n, 0]), np.int64(state.position[env, n, 1])
        for m in range(4):
            body = np.int64(state.occupant[env, r + LOOK[m, 0], q + LOOK[m, 1]])
            if body > 0:
                moves[env, body - 1] = STAY
        for m in range(4):
            if state.occupant[env, r + LOOK[m, 0], q + LOOK[m, 1]] == FREE:
                _send_nearest(state, draws, moves, env, r + LOOK[m, 0], q + LOOK[m, 1])
        for i in range(n):
            if moves[env, i] == IDLE:
                moves[env, i] = _step(state, draws, env, i, r, q)


@njit(cache=True)
def _send_nearest(state, draws, moves, env, r, q):
    """Let the nearest idle agent go to (r, q)."""
    nearest, chosen = 1 << 20, -1
    for i in range(moves.shape[1]):
        away = abs(state.position[env, i, 0] - r) + abs(state.position[env, i, 1] - q)
        if moves[env, i] == IDLE and away < nearest:
            nearest, chosen = away, i
    if chosen >= 0:
        moves[env, chosen] = _step(state, draws, env, chosen, r, q)


@njit(cache=True)
def _step(state, draws, env, i, r, q):
    """A move of agent i into a free cell nearer to (r, q), or STAY; the longer side comes first."""
    best, move = 0.0, STAY
    down, right = r - state.position[env, i, 0], q - state.position[env, i, 1]
    for d in range(4):
        ahead = down * ROW[d] + right * COLUMN[d]
        at = state.position[env, i, 0] + ROW[d], state.position[env, i, 1] + COLUMN[d]
        if ahead > 0 and ahead + draws[env, i, d] > best and state.occupant[env, at[0], at[1]] == FREE:
            best, move = ahead + draws[env, i, d], d
    return move
