"""Rules of the matrix game: all agents choose at once and are paid by a table."""

import numpy as np
from numpy.typing import NDArray

from .state import Game, State

NONE = -1
"""Action of an agent that has not chosen yet."""


def solve(table: NDArray[np.float64]) -> Game:
    """Solve the game with the payoffs `(n, actions, ..., actions)`."""
    n, actions = table.shape[0], table.shape[1]
    best_replies = np.array([table[i] >= table[i].max(axis=i, keepdims=True) for i in range(n)])
    payoff = np.ascontiguousarray(table.reshape(n, -1).T)
    mean = payoff.mean(axis=1)
    return Game(
        payoff=payoff,
        stride=actions ** np.arange(n - 1, -1, -1),
        mean=mean,
        optimal=np.isclose(mean, mean.max(), rtol=1e-9, atol=1e-12),
        equilibrium=best_replies.all(axis=0).reshape(-1),
    )


def begin(state: State, where: NDArray[np.bool_]) -> None:
    """Begin episodes in the envs `where`."""
    for field in (state.optimal, state.equilibrium, state.regret):
        field[where] = 0
    state.action[where] = NONE


def advance(state: State, game: Game, action: NDArray[np.int64], where: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Play a round in the envs `where` and return the payoffs in all envs, `(num_envs, n)`."""
    joint = action @ game.stride
    state.action[where] = action[where]
    state.optimal[where] += game.optimal[joint[where]]
    state.equilibrium[where] += game.equilibrium[joint[where]]
    state.regret[where] += game.mean.max() - game.mean[joint[where]]
    return game.payoff[joint]
