"""Scripted policies of an iterated game: actions of both agents from the state, `(num_envs, 2)`."""

import numpy as np
from numpy.typing import NDArray

from .config import IteratedConfig
from .rules import COOPERATE, DEFECT, NONE
from .state import State


def cooperate(state: State, config: IteratedConfig) -> NDArray[np.int64]:
    """Play action 0."""
    return np.full(state.action.shape, COOPERATE)


def defect(state: State, config: IteratedConfig) -> NDArray[np.int64]:
    """Play action 1."""
    return np.full(state.action.shape, DEFECT)


def tit_for_tat(state: State, config: IteratedConfig) -> NDArray[np.int64]:
    """Cooperate first, then repeat the last action of the other."""
    return np.where(state.action[:, ::-1] == DEFECT, DEFECT, COOPERATE)


def grim(state: State, config: IteratedConfig) -> NDArray[np.int64]:
    """Cooperate until the other has defected once."""
    return np.where(state.betrayed, DEFECT, COOPERATE)


def win_stay_lose_shift(state: State, config: IteratedConfig) -> NDArray[np.int64]:
    """Cooperate first; repeat the last action if the other cooperated, else change it."""
    own, other = state.action, state.action[:, ::-1]
    return np.where(own == NONE, COOPERATE, np.where(other == COOPERATE, own, 1 - own))
