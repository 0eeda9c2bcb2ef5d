"""Standard outcomes of social dilemmas, from the rewards of each agent and their times.

Source: Perolat et al., "A multi-agent reinforcement learning model of common-pool resource
appropriation" (2017), section 3.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]


def efficiency(returns: Numbers, steps: Numbers) -> NDArray[np.float64]:
    """Reward of all agents per step, `(num_envs,)`.

    Args:
        returns: `(num_envs, n)`.
        steps: `(num_envs,)`.
    """
    return returns.sum(axis=1) / np.maximum(steps, 1)


def equality(returns: Numbers) -> NDArray[np.float64]:
    """1 less the Gini coefficient of `returns` (num_envs, n).

    It is 1 if all returns are equal, 1/n if one agent got everything, and NaN unless the sum is
    above 0. It has a meaning only if no return is below 0.
    """
    total = returns.sum(axis=1)
    apart = np.abs(returns[:, :, None] - returns[:, None, :]).sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        value = 1 - apart / (2 * returns.shape[1] * total)
    return np.where(total > 0, value, np.nan)


def sustainability(paid_at: Numbers, paid: Numbers) -> NDArray[np.float64]:
    """Mean over agents of the mean step at which an agent was paid; the first step is 0.

    Agents that were never paid do not count; NaN if none was.

    Args:
        paid_at: `(num_envs, n)` sum of the steps at which each agent's reward was above 0.
        paid: `(num_envs, n)` number of those steps.
    """
    got = paid > 0
    mean = np.where(got, paid_at / np.maximum(paid, 1), 0.0)
    count = got.sum(axis=1)
    return np.where(count > 0, mean.sum(axis=1) / np.maximum(count, 1), np.nan)


def peace(timed_out: Numbers, steps: Numbers) -> NDArray[np.float64]:
    """Mean number of agents in play: n less the steps timed out (num_envs, n) per step."""
    return timed_out.shape[1] - timed_out.sum(axis=1) / np.maximum(steps, 1)


def share(part: Numbers, whole: Numbers) -> NDArray[np.float64]:
    """`part` of `whole`, NaN where that is 0."""
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


def return_names(n: int) -> tuple[str, ...]:
    """Names of the metrics of `returns_of`."""
    return tuple(f"return_{i}" for i in range(n))


def returns_of(returns: Numbers) -> dict[str, NDArray[np.float64]]:
    """The returns (num_envs, n) of an episode as one metric per agent."""
    return {name: returns[:, i].astype(np.float64) for i, name in enumerate(return_names(returns.shape[1]))}
