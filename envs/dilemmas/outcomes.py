"""Outcomes and sanctions of the dilemmas without a map, where all agents meet all others."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .metrics import efficiency, equality, return_names, returns_of

MOST_NAMED = 16
"""The most agents whose returns are metrics of their own."""
SANCTION_NAMES = ("sanctions", "sanction_rate", "hits", "just_hits", "unjust_hits")


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


def sanction_outcomes(state: Any) -> dict[str, NDArray[np.float64]]:
    """The metrics SANCTION_NAMES from a state that keeps `chances`, `shots`, `hits` and `just`.

    `sanctions` are the times that an agent punished somebody, and `sanction_rate` those per opportunity (NaN where there was none); one
    sanction may hit several, so `hits` are at least as many. `just_hits` hit somebody guilty.
    """
    chances, shots = state.chances.sum(axis=1), state.shots.sum(axis=1)
    hits, just = state.hits.sum(axis=(1, 2)), state.just.sum(axis=1)
    rate = np.where(chances > 0, shots / np.maximum(chances, 1), np.nan)
    measured = zip(SANCTION_NAMES, (shots, rate, hits, just, hits - just))
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
