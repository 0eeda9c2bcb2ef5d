"""Means with confidence intervals.

`python -m benchmarks coverage` measures how often they cover the true mean, by simulation.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

FEWEST = 3
"""Fewest values with an interval; two values say next to nothing about their spread."""
LEVEL = 0.95


def student_quantile(degrees: float, level: float = LEVEL) -> float:
    """Half width of a two-sided interval of Student's t, in standard errors.

    `degrees` are the degrees of freedom.
    """
    from scipy.special import stdtrit

    return float(stdtrit(degrees, (1 + level) / 2))


def mean_and_interval(values: ArrayLike, level: float = LEVEL) -> tuple[float, float, float]:
    """Mean and confidence interval of independent values; NaN is left out.

    The interval is Student's t (1908). Its coverage is exact for normal values, however few they
    are. It is nearly exact for means of many values of another distribution. Values of which some
    are 0 and all others are 1, such as successes of episodes, have Wilson's interval of a rate.

    Returns:
        mean, lower end, upper end. The ends are NaN for fewer than FEWEST values, the mean too for
        none. They are the mean where all values are equal, because such values show no spread.
    """
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    mean = mean_of_defined(known)
    if known.size < FEWEST:
        return mean, np.nan, np.nan
    if known.min() == known.max():  # rounding would make an interval of them
        return float(known[0]), float(known[0]), float(known[0])
    if np.isin(known, (0.0, 1.0)).all():
        return mean, *rate_interval(int(known.sum()), known.size, level)
    half = student_quantile(known.size - 1, level) * float(known.std(ddof=1)) / math.sqrt(known.size)
    return mean, mean - half, mean + half


def rate_interval(successes: int, trials: int, level: float = LEVEL) -> tuple[float, float]:
    """Confidence interval of a rate of success, by the score test.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
    """
    from scipy.special import ndtri

    z = float(ndtri((1 + level) / 2))
    rate, weight = successes / trials, z * z / trials
    middle = (rate + weight / 2) / (1 + weight)
    half = math.sqrt(rate * (1 - rate) * weight + weight * weight / 4) / (1 + weight)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def mean_of_defined(values: ArrayLike) -> float:
    """Mean of the values that are not NaN; NaN if there are none."""
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    return float(known.mean()) if known.size else np.nan


def with_interval(mean: float, low: float, high: float) -> str:
    """Write a mean with its interval, `3.2 [2.9, 3.5]`; without one, the mean alone."""
    return f"{mean:.4g} [{low:.4g}, {high:.4g}]" if low < high else f"{mean:.4g}"
