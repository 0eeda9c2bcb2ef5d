"""Scripted policies of the public goods game: actions of all agents from the state."""

import numpy as np
from numpy.typing import NDArray

from .config import PublicGoodsConfig
from .rules import NONE
from .state import State


def cooperate(state: State, config: PublicGoodsConfig) -> NDArray[np.int64]:
    """Give everything, and do not punish."""
    return _give(np.full(state.contribution.shape, config.levels - 1), config)


def defect(state: State, config: PublicGoodsConfig) -> NDArray[np.int64]:
    """Give nothing, and do not punish."""
    return _give(np.zeros(state.contribution.shape, np.int64), config)


def tit_for_tat(state: State, config: PublicGoodsConfig) -> NDArray[np.int64]:
    """Give everything first, then the rounded mean of the last contributions of the others."""
    given = state.contribution.astype(np.int64)
    others = given.sum(axis=1, keepdims=True) - given
    mean = (2 * others + len(given[0]) - 1) // (2 * (len(given[0]) - 1))  # halves are rounded up
    return _give(np.where(given == NONE, config.levels - 1, mean), config)


def grim(state: State, config: PublicGoodsConfig) -> NDArray[np.int64]:
    """Give everything until another has given less, then nothing."""
    return _give(np.where(state.disappointed, 0, config.levels - 1), config)


def punish(state: State, config: PublicGoodsConfig) -> NDArray[np.int64]:
    """Give everything, and assign points to agents that gave less than the mean.

    Their number is the least that, assigned by all others alike, takes away more than the target
    gained by not giving everything, as far as `most_points` allows.
    """
    action = cooperate(state, config)
    if not config.punishment:
        return action
    p, given = config, state.contribution
    gained = max(1 - p.share, 0) * p.unit * (p.levels - 1 - given)
    taken = p.punishment_fine * (p.num_agents - 1)
    enough = np.floor(gained / taken).astype(np.int64) + 1 if taken > 0 else np.ones(given.shape, np.int64)
    below = given * p.num_agents < given.sum(axis=1, keepdims=True)
    points = np.where(below, np.minimum(enough, p.most_points), 0)
    rows = np.arange(len(given))[:, None, None]
    action[:, :, 1:] = points[rows, state.slot]
    return action


def _give(level: NDArray[np.integer], config: PublicGoodsConfig) -> NDArray[np.int64]:
    """The action that contributes `level` (num_envs, n) and assigns no points."""
    if not config.punishment:
        return level.astype(np.int64)
    action = np.zeros((*level.shape, config.num_agents), np.int64)
    action[:, :, 0] = level
    return action
