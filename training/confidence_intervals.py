"""Means with confidence intervals."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

FEWEST = 3
"""Fewest values with an interval; two values say next to nothing about their spread."""


def student_quantile(degrees: float, level: float = 0.95) -> float:
    """Half width of a two-sided interval of Student's t, in standard errors.

    `degrees` are the degrees of freedom.
    """
    return float(stdtrit(degrees, (1 + level) / 2))


def mean_and_interval(values: ArrayLike, level: float = 0.95) -> tuple[float, float, float]:
    """Mean and confidence interval of independent values by Student's t (1908); NaN is left out.

    The coverage is exact for normal values, however few they are. It is nearly exact for means of
    many values of another distribution.

    Returns:
        mean, lower end, upper end. The ends are NaN for fewer than FEWEST values, the mean too for
        none.
    """
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    mean = mean_of_defined(known)
    if known.size < FEWEST:
        return mean, np.nan, np.nan
    if known.min() == known.max():  # rounding would make an interval of them
        return float(known[0]), float(known[0]), float(known[0])
    half = student_quantile(known.size - 1, level) * float(known.std(ddof=1)) / math.sqrt(known.size)
    return mean, mean - half, mean + half


def mean_of_defined(values: ArrayLike) -> float:
    """Mean of the values that are not NaN; NaN if there are none."""
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    return float(known.mean()) if known.size else np.nan
