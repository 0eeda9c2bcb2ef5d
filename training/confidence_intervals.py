"""Means with confidence intervals."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

FEWEST = 3
"""Values below which there is no interval: two say next to nothing about their spread."""


def student_quantile(degrees: float, level: float = 0.95) -> float:
    """Standard errors that a two-sided interval of Student's t reaches to each side, for `degrees` of freedom."""
    return float(stdtrit(degrees, (1 + level) / 2))


def mean_and_interval(values: ArrayLike, level: float = 0.95) -> tuple[float, float, float]:
    """Mean and confidence interval of independent values by Student's t (1908); NaN is left out.

    The interval covers the true mean as often as it says where the values are normal, however few they are. It holds nearly so for
    means of many values of another kind.

    Returns:
        mean, lower end, upper end. The ends are NaN for fewer than FEWEST values, the mean too for none.
    """
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    mean = mean_of_defined(known)
    if known.size < FEWEST:
        return mean, np.nan, np.nan
    if known.min() == known.max():  # of which rounding would make an interval
        return float(known[0]), float(known[0]), float(known[0])
    half = student_quantile(known.size - 1, level) * float(known.std(ddof=1)) / math.sqrt(known.size)
    return mean, mean - half, mean + half


def mean_of_defined(values: ArrayLike) -> float:
    """The mean of the values that are not NaN; NaN if none is."""
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    return float(known.mean()) if known.size else np.nan
