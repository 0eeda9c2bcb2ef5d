"""Rules of the two-step game: agent 0 chooses a table, then both choose its row and column."""

import numpy as np
from numpy.typing import NDArray

from .state import State

START, SAFE, RISKY, END = 0, 1, 2, 3
NONE = -1


def begin(state: State, where: NDArray[np.bool_]) -> None:
    """Begin episodes in the envs `where`."""
    state.place[where] = START
    state.action[where] = NONE
    state.paid[where] = 0


def advance(
    state: State, table: NDArray[np.float64], action: NDArray[np.int64], where: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Play a step in the envs `where` and return the reward of all envs, `(num_envs,)`."""
    envs = np.flatnonzero(where)
    paid = np.zeros(len(where))
    paid[envs] = table[state.place[envs], action[envs, 0], action[envs, 1]]
    at_start = state.place[envs] == START
    state.action[envs, np.where(at_start, 0, 1)] = action[envs]
    state.place[envs] = np.where(at_start, SAFE + action[envs, 0], END)
    state.paid[envs] += paid[envs]
    return paid
