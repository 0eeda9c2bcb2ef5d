"""Rules of the differential game: two agents are paid by a landscape with two hills."""

import numpy as np
from numpy.typing import NDArray

from .state import State

HILL, WIDE_HILL = 5.0, -5.0
"""Actions of both agents at the top of the narrow hill and of the wide one."""
HIGHEST, LOCAL = 10.0, 0.0
"""Rewards at these tops."""


def payoff(u1: NDArray[np.floating], u2: NDArray[np.floating]) -> NDArray[np.float64]:
    """Reward of both agents: the higher of the wide hill and the narrow one at (u1, u2)."""
    u1, u2 = np.asarray(u1, np.float64), np.asarray(u2, np.float64)
    wide = -0.8 * (((u1 - WIDE_HILL) / 3) ** 2 + ((u2 - WIDE_HILL) / 3) ** 2)
    narrow = HIGHEST - (u1 - HILL) ** 2 - (u2 - HILL) ** 2
    return np.maximum(wide, narrow)


def begin(state: State, where: NDArray[np.bool_]) -> None:
    """Begin episodes in the envs `where`."""
    state.action[where] = 0
    state.paid[where] = 0


def advance(state: State, action: NDArray[np.float32], where: NDArray[np.bool_]) -> None:
    """Play the choices of both agents in the envs `where`."""
    state.action[where] = action[where]
    state.paid[where] = payoff(action[where, 0], action[where, 1])
