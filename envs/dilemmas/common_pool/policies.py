"""Scripted policies of the common pool: actions of all agents from the state."""

import numpy as np
from numpy.typing import NDArray

from .config import CommonPoolConfig
from .rules import COOPERATIVE, build_constants
from .state import State


def cooperate(state: State, config: CommonPoolConfig) -> NDArray[np.int64]:
    """Make the cooperative effort, and do not fine."""
    return _harvest(np.full(state.level.shape, COOPERATIVE), config)


def defect(state: State, config: CommonPoolConfig) -> NDArray[np.int64]:
    """Make the largest effort, and do not fine."""
    return _harvest(np.full(state.level.shape, config.levels - 1), config)


def tit_for_tat(state: State, config: CommonPoolConfig) -> NDArray[np.int64]:
    """Repeat the rounded mean level of the others, but not below the cooperative one."""
    level = state.level.astype(np.int64)
    others, n = level.sum(axis=1, keepdims=True) - level, level.shape[1]
    mean = (2 * others + n - 1) // (2 * (n - 1))  # halves are rounded up
    return _harvest(np.maximum(mean, COOPERATIVE), config)


def grim(state: State, config: CommonPoolConfig) -> NDArray[np.int64]:
    """Make the cooperative effort until another has made a larger one, then the largest."""
    return _harvest(np.where(state.disappointed, config.levels - 1, COOPERATIVE), config)


def punish(state: State, config: CommonPoolConfig) -> NDArray[np.int64]:
    """Make the cooperative effort, and fine the greediest of the others if it made a larger one."""
    action = cooperate(state, config)
    if config.sanctions:
        greedy = state.level > COOPERATIVE
        action[:, :, 1] = greedy.sum(axis=1, keepdims=True) > greedy
    return action


def steward(state: State, config: CommonPoolConfig) -> NDArray[np.int64]:
    """Make the efforts that leave half the capacity, or little more, as evenly as levels allow.

    At half the capacity the resource grows fastest, so that r K / 4 can be taken in every unit of
    time. The policy reads the resource without lag and noise.
    """
    p, effort = config, build_constants(config).effort
    stock, n = state.stock[:, 0], p.num_agents
    grown = stock + p.dt * p.growth * stock * (1 - stock / p.capacity)
    wanted = np.where(stock > 0, (grown - p.capacity / 2) / (p.dt * np.maximum(stock, 1e-300)), 0.0)
    wanted += 1e-9  # against rounding
    level = np.maximum(np.searchsorted(effort, wanted / n, side="right") - 1, 0)
    levels = np.repeat(level[:, None], n, axis=1)
    spare = wanted - n * effort[level]
    more = effort[np.minimum(level + 1, p.levels - 1)] - effort[level]
    extra = np.where(more > 0, spare / np.where(more > 0, more, 1.0), 0.0)
    turn = (np.arange(n) - state.elapsed[:, None]) % n  # agents take turns at the larger effort
    levels += (level[:, None] < p.levels - 1) & (turn < np.floor(extra)[:, None])
    return _harvest(levels, config)


def _harvest(level: NDArray[np.integer], config: CommonPoolConfig) -> NDArray[np.int64]:
    """The action that makes the efforts of `level` (num_envs, n) and fines nobody."""
    if not config.sanctions:
        return level.astype(np.int64)
    return np.stack([level, np.zeros_like(level)], axis=2).astype(np.int64)
