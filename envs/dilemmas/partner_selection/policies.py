"""Scripted policies of partner selection: actions of all agents from the state, `(num_envs, n)`.

Among equally good partners one is taken by a hash of the state.
"""

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import hash_below
from ...kernels import njit
from .config import PartnerSelectionConfig
from .state import COOPERATE, DEFECT, NOBODY, PUNISH, SELECT, State


def cooperate(state: State, config: PartnerSelectionConfig) -> NDArray[np.int64]:
    """Cooperate with all, and do not punish."""
    return _act(state, _alike(state), np.full(state.last.shape, COOPERATE))


def defect(state: State, config: PartnerSelectionConfig) -> NDArray[np.int64]:
    """Defect with all, and do not punish."""
    return _act(state, _alike(state), np.full(state.last.shape, DEFECT))


def tit_for_tat(state: State, config: PartnerSelectionConfig) -> NDArray[np.int64]:
    """Repeat the last move of the partner, and prefer cooperators; do not punish."""
    first, second, agent = _pair(state)
    partner = np.where(agent == first, second, first)
    met = np.take_along_axis(state.last, partner, axis=1)
    liking = np.array([2.0, 0.0, 1.0])[state.last]  # cooperated, defected, unknown
    return _act(state, liking[:, _others(state)], np.where(met == DEFECT, DEFECT, COOPERATE))


def punish(state: State, config: PartnerSelectionConfig) -> NDArray[np.int64]:
    """Choose the partner with the best reputation, cooperate, and punish all defectors alone."""
    n = state.last.shape[1]
    opinion = np.broadcast_to(state.reputation, (len(state.over), n, n))
    liking = opinion[:, np.arange(n)[:, None], _others(state)]
    guilty = np.take_along_axis(state.last[:, :, None], np.maximum(state.target, 0).astype(np.int64), axis=1) == DEFECT
    guilty &= state.target != NOBODY
    return _act(state, liking, np.full(state.last.shape, COOPERATE), guilty[:, :, 0] + 2 * guilty[:, :, 1])


def _others(state: State) -> NDArray[np.int64]:
    """Agent that each action chooses, `(n, n - 1)`."""
    n = state.last.shape[1]
    return (np.arange(n)[:, None] + np.arange(1, n)) % n


def _alike(state: State) -> NDArray[np.float64]:
    """Equal preferences for all others, `(num_envs, n, n - 1)`."""
    e, n = state.last.shape
    return np.zeros((e, n, n - 1))


def _pair(state: State) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The first player and its partner, `(num_envs, 1)`, and all indices, `(1, n)`."""
    first = state.pair.astype(np.int64)[:, None]
    second = np.maximum(np.take_along_axis(state.partner, first, axis=1), 0).astype(np.int64)
    return first, second, np.arange(state.last.shape[1])[None]


def _act(
    state: State,
    liking: NDArray[np.floating],
    move: NDArray[np.integer],
    punishment: NDArray[np.integer] | int = 0,
) -> NDArray[np.int64]:
    """Actions for the phase of each env."""
    choice = np.zeros(state.last.shape, np.int64)
    _best(state.stream, state.elapsed, np.ascontiguousarray(liking, np.float64), choice)
    phase = state.phase[:, None]
    return np.where(phase == SELECT, choice, np.where(phase == PUNISH, punishment, move)).astype(np.int64)


@njit(cache=True)
def _best(stream, elapsed, liking, choice):
    """Write the preferred partner of each agent; one of several by a hash."""
    for env in range(choice.shape[0]):
        for i in range(choice.shape[1]):
            most = liking[env, i].max()
            skip = hash_below(stream[env], i, elapsed[env] % 1024, np.sum(liking[env, i] == most))
            for a in range(liking.shape[2]):
                if liking[env, i, a] == most:
                    if skip == 0:
                        choice[env, i] = a
                        break
                    skip -= 1
