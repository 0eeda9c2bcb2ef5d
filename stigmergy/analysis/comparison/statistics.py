"""Statistics of the scores of runs, one a seed: IQM, differences, improvement, tolerance.

Sources: Agarwal et al., "Deep reinforcement learning at the edge of the statistical precipice"
(2021), called rliable below; Patterson et al., "Empirical design in reinforcement learning" (2024).
`python -m benchmarks coverage` measures the coverage of all intervals by simulation.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, ndtri

from stigmergy.training.confidence_intervals import FEWEST, LEVEL, mean_and_interval, mean_of_defined, student_quantile

TRIMMED = 0.25
"""Share of the runs that the IQM leaves out at each end."""
HELD = 0.5
"""Share of all runs that a tolerance interval holds."""


class Estimate(NamedTuple):
    """Estimate with the ends of its interval, NaN where there is none."""

    value: float
    low: float
    high: float


def mean(scores: ArrayLike) -> Estimate:
    """Mean of the scores, with the interval of `training.confidence_intervals`."""
    return Estimate(*mean_and_interval(scores))


def interquartile_mean(scores: ArrayLike) -> Estimate:
    """Interquartile mean (IQM) of scores, with a 95% interval.

    The IQM is that of rliable: the mean without the lowest and the highest quarter of the scores,
    each rounded down to whole scores. So it is the mean of 3 scores, of the middle 3 of 5, and of
    the middle 6 of 10. The interval is that of trimmed means by Tukey and McLaughlin (1963): a
    winsorized standard error, and Student's t with as many degrees of freedom as scores are kept,
    less one. There is none of fewer than three scores, as for the mean.
    """
    ordered = np.sort(_known(scores))
    n = ordered.size
    cut = int(TRIMMED * n)
    kept = n - 2 * cut
    if n < FEWEST:
        return Estimate(mean_of_defined(ordered), np.nan, np.nan)
    middle = float(ordered[cut : n - cut].mean())
    winsorized = np.clip(ordered, ordered[cut], ordered[n - cut - 1])
    if winsorized[0] == winsorized[-1]:  # rounding would make an interval of equal values
        return Estimate(float(winsorized[0]), float(winsorized[0]), float(winsorized[0]))
    error = float(winsorized.std(ddof=1)) * math.sqrt((n - 1) / (kept * (kept - 1)))
    half = student_quantile(kept - 1) * error
    return Estimate(middle, middle - half, middle + half)


def improvement_probability(ours: ArrayLike, theirs: ArrayLike) -> Estimate:
    """Probability that a run of ours scores higher than one of theirs; equal scores count one half.

    It is that of rliable: the share of such pairs among all pairs of one run each, the statistic of
    Mann and Whitney (1947). The interval is method 5 of Newcombe, "Confidence intervals for an
    effect size measure based on the Mann-Whitney statistic. Part 2" (2006): the probabilities from
    which the observed share is within 1.96 standard errors, as Hanley and McNeil (1982) give them.
    There is none where either side has fewer than three scores.
    """
    one, other = _known(ours), _known(theirs)
    if not one.size or not other.size:
        return Estimate(np.nan, np.nan, np.nan)
    above = one[:, None] > other
    share = float((above + 0.5 * (one[:, None] == other)).mean())
    if min(one.size, other.size) < FEWEST:
        return Estimate(share, np.nan, np.nan)
    quantile = float(ndtri((1 + LEVEL) / 2))

    def distance(p: float) -> float:
        spread = 1 + ((one.size + other.size) / 2 - 1) * ((1 - p) / (2 - p) + p / (1 + p))
        return (p - share) ** 2 * one.size * other.size - quantile**2 * p * (1 - p) * spread

    # 0 and 1 are roots of their own where the share is 0 or 1, and not the ends that are sought.
    inside = min(max(share, 1e-9), 1 - 1e-9)
    low = _root(distance, inside, 0) if share > 0 else 0.0
    high = _root(distance, inside, 1) if share < 1 else 1.0
    return Estimate(share, low, high)


def paired_difference(ours: ArrayLike, theirs: ArrayLike) -> Estimate:
    """Mean of the differences of scores of the same seeds, with Student's interval.

    Args:
        ours, theirs: `(n,)`, in one order of seeds.
    """
    return mean(np.asarray(ours, np.float64) - np.asarray(theirs, np.float64))


def tolerance_interval(scores: ArrayLike, held: float = HELD) -> tuple[float, float]:
    """Tolerance interval: it holds the share `held` of all runs, with 95% confidence.

    More exactly, of repeated experiments 95% or more give an interval into which a new run falls
    with a probability of `held` or more, whatever the distribution of scores (Wilks 1941; section
    4.3 of Patterson et al. 2024). Its ends are the k-th lowest and the k-th highest score, with the
    largest k that suffices.

    Returns:
        lower and upper end; NaN for fewer scores than `runs_needed`.
    """
    ordered = np.sort(_known(scores))
    for k in range(ordered.size // 2, 0, -1):
        if _confidence(ordered.size, k, held) >= LEVEL:
            return float(ordered[k - 1]), float(ordered[-k])
    return np.nan, np.nan


def runs_needed(held: float = HELD) -> int:
    """Fewest runs of which there is a tolerance interval."""
    n = 2
    while _confidence(n, 1, held) < LEVEL:
        n += 1
    return n


def share_in_range(runs: int) -> float:
    """Share of all runs between the lowest and the highest of some, with 95% confidence.

    0 for fewer than two.
    """
    if runs < 2:
        return 0.0
    return _root(lambda held: LEVEL - _confidence(runs, 1, held), 0, 1)


def _root(function: Callable[[float], float], inside: float, outside: float) -> float:
    """Root of a function that is negative at `inside` and positive at `outside`, by bisection."""
    for _ in range(50):
        middle = (inside + outside) / 2
        if function(middle) < 0:
            inside = middle
        else:
            outside = middle
    return (inside + outside) / 2


def _confidence(n: int, k: int, held: float) -> float:
    """Probability that the k-th lowest to the k-th highest of n scores hold the share `held`.

    The share between them is beta distributed, so this is a probability of a binomial number.
    """
    return float(bdtr(n - 2 * k, n, held))


def _known(scores: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(scores, np.float64).reshape(-1)
    return values[~np.isnan(values)]
