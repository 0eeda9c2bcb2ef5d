"""Rules of the iterated game: in each round both choose at once and are paid by a table."""

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import draw_uniform
from .state import State

NONE = -1
"""Action of an agent before the first round."""
COOPERATE, DEFECT = 0, 1


def begin(state: State, where: NDArray[np.bool_]) -> None:
    """Begin episodes in the envs `where`."""
    for field in (state.ended, state.betrayed, state.rounds, state.returns):
        field[where] = 0
    state.action[where] = NONE


def advance(
    state: State, payoff: NDArray[np.float64], action: NDArray[np.int64], where: NDArray[np.bool_], end_chance: float
) -> NDArray[np.float64]:
    """Play a round in the envs `where` by `payoff` (kind of round, agent).

    Returns:
        the rewards of both agents in these envs, `(envs played, 2)`.
    """
    chosen = action[where]
    kind = 2 * chosen[:, 0] + chosen[:, 1]
    paid = payoff[kind]
    state.action[where] = chosen
    state.betrayed[where] |= chosen[:, ::-1] == DEFECT
    state.rounds[np.flatnonzero(where), kind] += 1
    state.returns[where] += paid
    if end_chance:
        state.ended[where] = draw_uniform(state.stream, (), where)[where] < end_chance
    return paid
