"""A yardstick for encircle."""

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
    """Agents beside the prey stay, the nearest agent left walks to each cell that is open beside it, and the others come near.

    It reads the places of all agents and of the prey from the world, and does not foresee where the prey flees to.
    """

    plays = ("swarm/encircle",)

    def _plan(self, world: State, draws: NDArray[np.float32], moves: NDArray[np.int64]) -> None:
        moves.fill(IDLE)
        _surround(world, draws, moves)


@njit(cache=True)
def _surround(world, draws, moves):
    n = moves.shape[1]
    for c in range(moves.shape[0]):
        r, q = np.int64(world.position[c, n, 0]), np.int64(world.position[c, n, 1])
        for m in range(4):
            body = np.int64(world.occupant[c, r + LOOK[m, 0], q + LOOK[m, 1]])
            if body > 0:
                moves[c, body - 1] = STAY
        for m in range(4):
            if world.occupant[c, r + LOOK[m, 0], q + LOOK[m, 1]] == FREE:
                _send_nearest(world, draws, moves, c, r + LOOK[m, 0], q + LOOK[m, 1])
        for i in range(n):
            if moves[c, i] == IDLE:
                moves[c, i] = _step(world, draws, c, i, r, q)


@njit(cache=True)
def _send_nearest(world, draws, moves, c, r, q):
    """Let the nearest agent that has nothing to do yet go to (r, q)."""
    nearest, chosen = 1 << 20, -1
    for i in range(moves.shape[1]):
        away = abs(world.position[c, i, 0] - r) + abs(world.position[c, i, 1] - q)
        if moves[c, i] == IDLE and away < nearest:
            nearest, chosen = away, i
    if chosen >= 0:
        moves[c, chosen] = _step(world, draws, c, chosen, r, q)


@njit(cache=True)
def _step(world, draws, c, i, r, q):
    """A move of agent i into a free cell nearer to (r, q), along the longer side of the way if it can be, or STAY."""
    best, move = 0.0, STAY
    down, right = r - world.position[c, i, 0], q - world.position[c, i, 1]
    for d in range(4):
        ahead = down * ROW[d] + right * COLUMN[d]
        at = world.position[c, i, 0] + ROW[d], world.position[c, i, 1] + COLUMN[d]
        if ahead > 0 and ahead + draws[c, i, d] > best and world.occupant[c, at[0], at[1]] == FREE:
            best, move = ahead + draws[c, i, d], d
    return move
