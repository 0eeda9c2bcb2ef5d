"""Means with confidence intervals, by bootstrap, from a generator of their own."""

import numpy as np
from numpy.typing import ArrayLike

RESAMPLES = 5000


def mean_and_interval(values: ArrayLike, level: float = 0.95, seed: int = 0) -> tuple[float, float, float]:
    """Mean and bootstrap percentile interval (Efron 1979) of independent values, NaN left out.

    Returns:
        mean, lower end, upper end; the ends are NaN for fewer than two values.
    """
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    if known.size < 2:
        return (float(known.mean()) if known.size else np.nan), np.nan, np.nan
    draws = np.random.default_rng(seed).integers(known.size, size=(RESAMPLES, known.size))
    means = known[draws].mean(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(known.mean()), float(low), float(high)


def mean_of_defined(values: ArrayLike) -> float:
    """The mean of the values that are not NaN; NaN if none is."""
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    return float(known.mean()) if known.size else np.nan
