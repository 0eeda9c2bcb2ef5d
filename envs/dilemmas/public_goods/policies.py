"""How the scripted players of `..policies` play the public goods game: everyone's actions from the state."""

import numpy as np
from numpy.typing import NDArray

from .rules import NONE, PublicGoodsParameters, State


def cooperate(state: State, parameters: PublicGoodsParameters) -> NDArray[np.int64]:
    """Gives everything, and punishes nobody."""
    return _give(np.full(state.contribution.shape, parameters.levels - 1), parameters)


def defect(state: State, parameters: PublicGoodsParameters) -> NDArray[np.int64]:
    """Gives nothing, and punishes nobody."""
    return _give(np.zeros(state.contribution.shape, np.int64), parameters)


def tit_for_tat(state: State, parameters: PublicGoodsParameters) -> NDArray[np.int64]:
    """A conditional cooperator: gives everything first, and then the mean of what the others gave last, rounded."""
    given = state.contribution.astype(np.int64)
    others = given.sum(axis=1, keepdims=True) - given
    mean = (2 * others + len(given[0]) - 1) // (2 * (len(given[0]) - 1))  # halves are rounded up
    return _give(np.where(given == NONE, parameters.levels - 1, mean), parameters)


def grim(state: State, parameters: PublicGoodsParameters) -> NDArray[np.int64]:
    """Gives everything until another has given less, and then nothing."""
    return _give(np.where(state.disappointed, 0, parameters.levels - 1), parameters)


def punish(state: State, parameters: PublicGoodsParameters) -> NDArray[np.int64]:
    """Gives everything, and assigns points to those who gave less than the mean.

    They are as many as, assigned by all others alike, take away more than the target gained by not giving everything, as far as
    `most_points` allows.
    """
    action = cooperate(state, parameters)
    if not parameters.punishment:
        return action
    p, given = parameters, state.contribution
    gained = max(1 - p.share, 0) * p.unit * (p.levels - 1 - given)
    taken = p.punishment_fine * (p.num_agents - 1)
    enough = np.floor(gained / taken).astype(np.int64) + 1 if taken > 0 else np.ones(given.shape, np.int64)
    below = given * p.num_agents < given.sum(axis=1, keepdims=True)
    points = np.where(below, np.minimum(enough, p.most_points), 0)
    rows = np.arange(len(given))[:, None, None]
    action[:, :, 1:] = points[rows, state.slot]
    return action


def _give(level: NDArray[np.integer], parameters: PublicGoodsParameters) -> NDArray[np.int64]:
    """The action that contributes `level` (num_envs, n) and assigns no points."""
    if not parameters.punishment:
        return level.astype(np.int64)
    action = np.zeros((*level.shape, parameters.num_agents), np.int64)
    action[:, :, 0] = level
    return action
