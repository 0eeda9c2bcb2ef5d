"""Outcomes of all dilemmas, and sanctions of those without a map."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..kernels import njit
from .metrics import efficiency, equality, return_names, returns_of

MOST_NAMED = 16
"""Largest number of agents whose returns are metrics of their own."""


def outcome_names(n: int) -> tuple[str, ...]:
    """Names of the metrics of `outcomes` for n agents."""
    return ("efficiency", "mean_return", "equality", *(return_names(n) if n <= MOST_NAMED else ()))


def outcomes(returns: NDArray[np.float64], steps: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
    """Metrics of the returns (num_envs, n) over `steps` (num_envs,), of all and of each agent.

    Equality is NaN unless the returns add up to more than 0.
    """
    common = {
        "efficiency": efficiency(returns, steps),
        "mean_return": returns.mean(axis=1),
        "equality": equality(returns),
    }
    return common | (returns_of(returns) if returns.shape[1] <= MOST_NAMED else {})


def sanction_names(has_guilt: bool = True) -> tuple[str, ...]:
    """Names of the metrics of `sanction_outcomes`."""
    names = ("sanctions", "sanction_rate", "hits", "sanction_cost", "sanction_fines")
    return (*names, *(("just_hits", "unjust_hits") if has_guilt else ()))


def sanction_outcomes(
    state: Any, taken: NDArray[Any], cost: NDArray[Any], fines: NDArray[Any], has_guilt: bool = True
) -> dict[str, NDArray[np.float64]]:
    """Metrics of `sanction_names` from a state that keeps `chances`, `shots`, `hits` and `just`.

    `sanctions` counts the times that an agent sanctioned. `sanction_rate` is the share of
    opportunities that were taken; NaN without one. One sanction may hit several agents, or none.
    `just_hits` hit a guilty agent. `sanction_cost` and `sanction_fines` are the sums of `cost` and
    `fines`. Lost time is in neither.

    Args:
        taken: `(num_envs, n)` opportunities that were taken.
        cost: `(num_envs, n)` cost of the sanctions that each agent imposed.
        fines: `(num_envs, n)` loss of each agent by sanctions that hit it.
    """
    chances = state.chances.sum(axis=1)
    rate = np.where(chances > 0, taken.sum(axis=1) / np.maximum(chances, 1), np.nan)
    hits, just = state.hits.sum(axis=(1, 2)), state.just.sum(axis=1)
    counts = (state.shots.sum(axis=1), rate, hits, cost.sum(axis=1), fines.sum(axis=1), just, hits - just)
    measured = zip(sanction_names(has_guilt), counts)
    return {name: np.asarray(value, np.float64) for name, value in measured}


@njit(cache=True)
def punish(reward, sanction, target, hits, just, i, j, points, cost, fine, guilty):
    """Subtract `cost` for each point from agent i and `fine` for each from agent j.

    The arrays are the rows of one env.
    """
    reward[i] -= cost * points
    reward[j] -= fine * points
    sanction[i] = 1.0
    target[i, j] = 1.0
    hits[i, j] += 1
    if guilty:
        just[i] += 1
