"""The outcomes that all dilemmas report, and sanctions of those without a map, where all agents meet all others."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..kernels import njit
from .metrics import efficiency, equality, return_names, returns_of

MOST_NAMED = 16
"""The most agents whose returns are metrics of their own."""


def outcome_names(n: int) -> tuple[str, ...]:
    """The metrics that `outcomes` gives for n agents."""
    return ("efficiency", "mean_return", "equality", *(return_names(n) if n <= MOST_NAMED else ()))


def outcomes(returns: NDArray[np.float64], steps: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
    """What agents got, together and each: `returns` (num_envs, n) over `steps` (num_envs,).

    Equality is NaN where the returns do not add up to more than 0.
    """
    common = {
        "efficiency": efficiency(returns, steps),
        "mean_return": returns.mean(axis=1),
        "equality": equality(returns),
    }
    return common | (returns_of(returns) if returns.shape[1] <= MOST_NAMED else {})


def sanction_names(has_guilt: bool = True) -> tuple[str, ...]:
    """The metrics that `sanction_outcomes` gives."""
    names = ("sanctions", "sanction_rate", "hits", "sanction_cost", "sanction_fines")
    return (*names, *(("just_hits", "unjust_hits") if has_guilt else ()))


def sanction_outcomes(
    state: Any, taken: NDArray[Any], cost: NDArray[Any], fines: NDArray[Any], has_guilt: bool = True
) -> dict[str, NDArray[np.float64]]:
    """The metrics of `sanction_names` from a state that keeps `chances`, `shots`, `hits` and `just`.

    `sanctions` are the times that an agent sanctioned, and `sanction_rate` is the share of opportunities that were `taken` (num_envs, n); NaN where
    there was none. One sanction may hit several agents, or none. `just_hits` hit somebody guilty. `sanction_cost` is what all who sanctioned paid for it, and
    `sanction_fines` what all who were hit paid: the sums of `cost` and `fines`, both (num_envs, n). Time that is lost is none of it.
    """
    chances = state.chances.sum(axis=1)
    rate = np.where(chances > 0, taken.sum(axis=1) / np.maximum(chances, 1), np.nan)
    hits, just = state.hits.sum(axis=(1, 2)), state.just.sum(axis=1)
    counts = (state.shots.sum(axis=1), rate, hits, cost.sum(axis=1), fines.sum(axis=1), just, hits - just)
    measured = zip(sanction_names(has_guilt), counts)
    return {name: np.asarray(value, np.float64) for name, value in measured}


@njit(cache=True)
def punish(reward, sanction, target, hits, just, i, j, points, cost, fine, guilty):
    """Agent i of a copy pays `cost` for each of its points and takes `fine` for each from agent j. The arrays are rows of the copy."""
    reward[i] -= cost * points
    reward[j] -= fine * points
    sanction[i] = 1.0
    target[i, j] = 1.0
    hits[i, j] += 1
    if guilty:
        just[i] += 1
