"""How the scripted players of `..policies` play an iterated game: everyone's actions from the state, `(num_envs, 2)`."""

import numpy as np
from numpy.typing import NDArray

from .rules import COOPERATE, DEFECT, NONE, IteratedParameters, State


def cooperate(state: State, parameters: IteratedParameters) -> NDArray[np.int64]:
    """Action 0."""
    return np.full(state.action.shape, COOPERATE)


def defect(state: State, parameters: IteratedParameters) -> NDArray[np.int64]:
    """Action 1."""
    return np.full(state.action.shape, DEFECT)


def tit_for_tat(state: State, parameters: IteratedParameters) -> NDArray[np.int64]:
    """Cooperates first and then does what the other did last."""
    return np.where(state.action[:, ::-1] == DEFECT, DEFECT, COOPERATE)


def grim(state: State, parameters: IteratedParameters) -> NDArray[np.int64]:
    """Cooperates until the other has defected once."""
    return np.where(state.betrayed, DEFECT, COOPERATE)


def win_stay_lose_shift(state: State, parameters: IteratedParameters) -> NDArray[np.int64]:
    """Cooperates first, repeats its action where the other cooperated, and else takes the other one."""
    own, other = state.action, state.action[:, ::-1]
    return np.where(own == NONE, COOPERATE, np.where(other == COOPERATE, own, 1 - own))
