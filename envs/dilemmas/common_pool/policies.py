"""How the scripted players of `..policies` play the common pool: everyone's actions from the state."""

import numpy as np
from numpy.typing import NDArray

from .config import CommonPoolParameters
from .rules import COOPERATIVE, State, constants_of


def cooperate(state: State, parameters: CommonPoolParameters) -> NDArray[np.int64]:
    """The cooperative effort, and no fines."""
    return _harvest(np.full(state.level.shape, COOPERATIVE), parameters)


def defect(state: State, parameters: CommonPoolParameters) -> NDArray[np.int64]:
    """The largest effort, and no fines."""
    return _harvest(np.full(state.level.shape, parameters.levels - 1), parameters)


def tit_for_tat(state: State, parameters: CommonPoolParameters) -> NDArray[np.int64]:
    """The mean level of the others in the last step, rounded, but not below the cooperative one."""
    level = state.level.astype(np.int64)
    others, n = level.sum(axis=1, keepdims=True) - level, level.shape[1]
    mean = (2 * others + n - 1) // (2 * (n - 1))  # halves are rounded up
    return _harvest(np.maximum(mean, COOPERATIVE), parameters)


def grim(state: State, parameters: CommonPoolParameters) -> NDArray[np.int64]:
    """The cooperative effort until another has made a larger one, and then the largest."""
    return _harvest(np.where(state.disappointed, parameters.levels - 1, COOPERATIVE), parameters)


def punish(state: State, parameters: CommonPoolParameters) -> NDArray[np.int64]:
    """The cooperative effort, and a fine for the greediest of the others if its effort was above that."""
    action = cooperate(state, parameters)
    if parameters.sanctions:
        greedy = state.level > COOPERATIVE
        action[:, :, 1] = greedy.sum(axis=1, keepdims=True) > greedy
    return action


def steward(state: State, parameters: CommonPoolParameters) -> NDArray[np.int64]:
    """The efforts with which half the capacity will be left, or as much more as must be, and as evenly as levels allow.

    At half the capacity the resource grows fastest: so r K / 4 can be taken in every unit of time. It sees the resource as it is.
    """
    p, effort = parameters, constants_of(parameters).effort
    stock, n = state.stock[:, 0], p.num_agents
    grown = stock + p.dt * p.growth * stock * (1 - stock / p.capacity)
    wanted = np.where(stock > 0, (grown - p.capacity / 2) / (p.dt * np.maximum(stock, 1e-300)), 0.0)
    wanted += 1e-9  # so that rounding does not cost a level
    level = np.maximum(np.searchsorted(effort, wanted / n, side="right") - 1, 0)
    levels = np.repeat(level[:, None], n, axis=1)
    spare = wanted - n * effort[level]
    more = effort[np.minimum(level + 1, p.levels - 1)] - effort[level]
    extra = np.where(more > 0, spare / np.where(more > 0, more, 1.0), 0.0)
    turn = (np.arange(n) - state.elapsed[:, None]) % n  # who takes more changes from step to step
    levels += (level[:, None] < p.levels - 1) & (turn < np.floor(extra)[:, None])
    return _harvest(levels, parameters)


def _harvest(level: NDArray[np.integer], parameters: CommonPoolParameters) -> NDArray[np.int64]:
    """The action that makes the efforts of `level` (num_envs, n) and fines nobody."""
    if not parameters.sanctions:
        return level.astype(np.int64)
    return np.stack([level, np.zeros_like(level)], axis=2).astype(np.int64)
