"""Coverage of confidence intervals over seeds, by simulation.

`python -m benchmarks coverage` draws the scores of 3, 5, 10 and 30 seeds again and again from
distributions that outcomes of learning have, and counts how often the intervals of `stigmergy
compare`, `plot` and `evaluate` hold the truth, beside those of other methods. It writes
`benchmarks/coverage.md`.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr, ndtri
from scipy.stats import beta, binom

from stigmergy.analysis.comparison.statistics import (
    HELD,
    improvement_probability,
    interquartile_mean,
    tolerance_interval,
)
from stigmergy.training.confidence_intervals import mean_and_interval, rate_interval, student_quantile

Sample = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, ...]], Sample]
Interval = tuple[float, float]

PATH = Path(__file__).with_name("coverage.md")
SEEDS = (3, 5, 10, 30)
SEED = 20261201
SAMPLES, SLOW_SAMPLES = 4_000, 500
"""Simulated experiments for each cell; the second of methods that resample."""
RESAMPLES = 999
TRUTH = 1_000_000
"""Draws from which the truth is taken."""
LOWEST, HIGHEST = 0.93, 0.97
"""Coverage that is aimed at."""


def bimodal(failing: float) -> Draw:
    """Scores near 1, and near 0 for the share of seeds that fail to learn."""

    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Sample:
        return np.where(rng.random(shape) < failing, 0.0, 1.0) + 0.1 * rng.standard_normal(shape)

    return draw


DISTRIBUTIONS: Mapping[str, Draw] = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "uniform": lambda rng, shape: rng.random(shape),
    "heavy tails (t, 3 degrees)": lambda rng, shape: rng.standard_t(3, shape),
    "skewed (log-normal, 0.5)": lambda rng, shape: np.exp(0.5 * rng.standard_normal(shape)),
    "very skewed (exponential)": lambda rng, shape: rng.exponential(size=shape),
    "rates near 1 (beta 8, 2)": lambda rng, shape: rng.beta(8, 2, shape),
    "half of the seeds fail": bimodal(0.5),
    "1 in 5 seeds fails": bimodal(0.2),
    "1 in 10 seeds fails": bimodal(0.1),
}
PAIRS: Mapping[str, tuple[Draw, Draw]] = {
    "normal, equal": (DISTRIBUTIONS["normal"], DISTRIBUTIONS["normal"]),
    "normal, 1 deviation apart": (lambda rng, shape: 1 + rng.standard_normal(shape), DISTRIBUTIONS["normal"]),
    "normal, 2 deviations apart": (lambda rng, shape: 2 + rng.standard_normal(shape), DISTRIBUTIONS["normal"]),
    "normal, 1 apart, 3 times as wide": (lambda rng, shape: 1 + 3 * rng.standard_normal(shape), DISTRIBUTIONS["normal"]),
    "very skewed, twice as large": (lambda rng, shape: 2 * rng.exponential(size=shape), DISTRIBUTIONS["very skewed (exponential)"]),
    "1 in 10 fails, half fail": (bimodal(0.1), bimodal(0.5)),
    "1 in 5 fails, normal at 0.8": (bimodal(0.2), lambda rng, shape: 0.8 + 0.1 * rng.standard_normal(shape)),
}  # fmt: skip


def covered(
    method: Callable[[Sample], Interval], truth: float, draw: Draw, n: int, samples: int, rng: np.random.Generator
) -> float:
    """Share of `samples` experiments with n seeds whose interval holds the truth."""
    return _share((method(own) for own in draw(rng, (samples, n))), truth, samples)


def pairs_covered(
    method: Callable[[Sample, Sample], Interval],
    truth: float,
    draws: tuple[Draw, Draw],
    n: int,
    samples: int,
    rng: np.random.Generator,
) -> float:
    """Share of `samples` experiments with two groups of n seeds whose interval holds the truth."""
    ours, theirs = (draw(rng, (samples, n)) for draw in draws)
    return _share((method(one, other) for one, other in zip(ours, theirs)), truth, samples)


def _share(intervals: Iterator[Interval], truth: float, samples: int) -> float:
    return sum(low <= truth <= high for low, high in intervals) / samples


def student(scores: Sample) -> Interval:
    """Interval of the mean as the project gives it."""
    return mean_and_interval(scores)[1:]


def johnson(scores: Sample) -> Interval:
    """Student's interval, moved by the skewness (Johnson 1978)."""
    n, mean, deviation = len(scores), float(scores.mean()), float(scores.std(ddof=1))
    third = n * float(((scores - mean) ** 3).sum()) / ((n - 1) * (n - 2))
    middle = mean + third / (6 * deviation**2 * n)
    half = student_quantile(n - 1) * deviation / math.sqrt(n)
    return middle - half, middle + half


def hall(scores: Sample) -> Interval:
    """Interval by Hall's cubic transformation (1992), with quantiles of Student's t."""
    n, mean, deviation = len(scores), float(scores.mean()), float(scores.std(ddof=1))
    skew = n * float(((scores - mean) ** 3).sum()) / ((n - 1) * (n - 2) * deviation**3)
    if abs(skew) < 1e-8:
        return student(scores)
    half = student_quantile(n - 1) / math.sqrt(n)
    low, high = (3 / skew * (np.cbrt(1 + skew * (y - skew / (6 * n))) - 1) for y in (half, -half))
    return mean - deviation * low, mean - deviation * high


class Resampling:
    """Bootstrap intervals of a statistic of n scores, with the same resamples for every sample.

    Args:
        statistic: of scores `(..., n)`, over the last axis.
    """

    def __init__(self, n: int, rng: np.random.Generator, statistic: Callable[[Sample], Sample]):
        self.index = rng.integers(0, n, (RESAMPLES, n))
        self.statistic = statistic

    def percentile(self, scores: Sample) -> Interval:
        """Quantiles of the resampled statistic, as rliable takes them."""
        low, high = np.quantile(self.statistic(scores[self.index]), (0.025, 0.975))
        return float(low), float(high)

    def bca(self, scores: Sample) -> Interval:
        """Bias-corrected and accelerated quantiles of the mean (Efron 1987)."""
        means, mean = self.statistic(scores[self.index]), float(scores.mean())
        below = float((means < mean).mean() + 0.5 * (means == mean).mean())
        bias = ndtri(min(max(below, 1 / RESAMPLES), 1 - 1 / RESAMPLES))
        gaps = scores - mean
        acceleration = float((gaps**3).sum()) / (6 * float((gaps**2).sum()) ** 1.5)
        shifted = [bias + z for z in (-1.96, 1.96)]
        low, high = np.quantile(means, [ndtr(bias + z / (1 - acceleration * z)) for z in shifted])
        return float(low), float(high)

    def studentized(self, scores: Sample) -> Interval:
        """Quantiles of the resampled t statistic of the mean (Efron 1982)."""
        mean, deviation = float(scores.mean()), float(scores.std(ddof=1))
        resampled = scores[self.index]
        deviations = resampled.std(axis=1, ddof=1)
        spread = deviations > 1e-9 * deviation
        t = (resampled[spread].mean(axis=1) - mean) / deviations[spread]
        low, high = np.quantile(t, (0.025, 0.975))
        return mean - float(high) * deviation, mean - float(low) * deviation


def middle_mean(scores: Sample) -> Sample:
    """IQM over the last axis, as rliable has it."""
    n = scores.shape[-1]
    cut = int(0.25 * n)
    return np.sort(scores, axis=-1)[..., cut : n - cut].mean(axis=-1)


def brunner_munzel(ours: Sample, theirs: Sample) -> Interval:
    """Interval of the probability of improvement by Brunner and Munzel (2000), on its logit."""
    above = (ours[:, None] > theirs) + 0.5 * (ours[:, None] == theirs)
    share, n, m = float(above.mean()), len(ours), len(theirs)
    parts = [float(above.mean(axis=1).var(ddof=1)) / n, float(above.mean(axis=0).var(ddof=1)) / m]
    variance = sum(parts)
    if not 0 < share < 1 or variance == 0:
        return share, share
    degrees = variance**2 / (parts[0] ** 2 / (n - 1) + parts[1] ** 2 / (m - 1))
    half = student_quantile(degrees) * math.sqrt(variance) / (share * (1 - share))
    return float(expit(logit(share) - half)), float(expit(logit(share) + half))


def resampled_improvement(ours: Sample, theirs: Sample, index: NDArray[np.int64]) -> Interval:
    """Percentile bootstrap of the probability of improvement, as rliable takes it."""
    one, other = ours[index], theirs[index[::-1]]
    low, high = np.quantile((one[:, :, None] > other[:, None, :]).mean(axis=(1, 2)), (0.025, 0.975))
    return float(low), float(high)


def rate_coverage(method: Callable[[int, int], Interval], rate: float, trials: int) -> float:
    """Probability, without simulation, that the interval of a rate of success holds it."""
    successes = np.arange(trials + 1)
    ends = np.array([method(int(k), trials) for k in successes])
    return float(binom.pmf(successes, trials, rate) @ ((ends[:, 0] <= rate) & (rate <= ends[:, 1])))


def student_rate(successes: int, trials: int) -> Interval:
    """Student's interval of successes."""
    half = student_quantile(trials - 1) * math.sqrt(successes * (trials - successes) / (trials - 1)) / trials
    return successes / trials - half, successes / trials + half


def jeffreys_rate(successes: int, trials: int) -> Interval:
    """Jeffreys' interval of successes."""
    low = beta.ppf(0.025, successes + 0.5, trials - successes + 0.5) if successes else 0.0
    high = beta.ppf(0.975, successes + 0.5, trials - successes + 0.5) if successes < trials else 1.0
    return float(low), float(high)


Row = Sequence[str]


def mean_rows() -> Iterator[Row]:
    """Coverage of intervals of the mean: a row for each distribution and number of seeds."""
    for name, draw in DISTRIBUTIONS.items():
        truth = 0.0 if name == "normal" else float(draw(_generator("truth"), (TRUTH,)).mean())
        for n in SEEDS:
            resampling = Resampling(n, _generator("resamples"), lambda scores: scores.mean(axis=-1))
            quick = [covered(m, truth, draw, n, SAMPLES, _generator(name)) for m in (student, johnson, hall)]
            slow = [
                covered(m, truth, draw, n, SLOW_SAMPLES, _generator(name))
                for m in (resampling.studentized, resampling.bca, resampling.percentile)
            ]
            yield name, str(n), *map(_percent, quick + slow)


def iqm_rows() -> Iterator[Row]:
    """Coverage of intervals of the IQM, whose truth is the mean of the middle half."""
    for name, draw in DISTRIBUTIONS.items():
        ordered = np.sort(draw(_generator("truth"), (TRUTH,)))
        truth = float(ordered[TRUTH // 4 : -TRUTH // 4].mean())
        for n in SEEDS:
            resampling = Resampling(n, _generator("resamples"), middle_mean)
            ours = covered(lambda own: interquartile_mean(own)[1:], truth, draw, n, SAMPLES, _generator(name))
            theirs = covered(resampling.percentile, truth, draw, n, SLOW_SAMPLES, _generator(name))
            yield name, str(n), _percent(ours), _percent(theirs)


def difference_rows() -> Iterator[Row]:
    """Coverage of intervals of paired differences and of probabilities of improvement."""
    for name, draws in PAIRS.items():
        one, other = (draw(_generator(f"truth {k}"), (TRUTH,)) for k, draw in enumerate(draws))
        gap, improvement = float(one.mean() - other.mean()), 0.5 if "equal" in name else float((one > other).mean())
        for n in SEEDS:
            index = _generator("resamples").integers(0, n, (RESAMPLES, n))
            methods = (
                (lambda a, b: student(a - b), 0.0 if "equal" in name else gap, SAMPLES),
                (lambda a, b: improvement_probability(a, b)[1:], improvement, SAMPLES),
                (brunner_munzel, improvement, SAMPLES),
                (lambda a, b, index=index: resampled_improvement(a, b, index), improvement, SLOW_SAMPLES),
            )
            shares = [pairs_covered(m, truth, draws, n, k, _generator(name)) for m, truth, k in methods]
            yield name, str(n), f"{improvement:.2f}", *map(_percent, shares)


def rate_rows() -> Iterator[Row]:
    """Coverage of intervals of rates of success, exact: least and mean over rates 0.01 to 0.99."""
    rates = np.linspace(0.01, 0.99, 99)
    for trials in (3, 5, 10, 30, 64, 128):
        cells = []
        for method in (rate_interval, jeffreys_rate, student_rate):
            shares = [rate_coverage(method, float(rate), trials) for rate in rates]
            cells.append(f"{100 * float(np.mean(shares)):.1f} ({100 * min(shares):.0f})")
        yield str(trials), *cells


def tolerance_rows() -> Iterator[Row]:
    """Share of experiments whose tolerance interval holds the promised share of runs.

    It does not hang on the distribution, so that uniform scores tell it.
    """
    for n in (8, 10, 30):
        ends = [tolerance_interval(own) for own in _generator("tolerance").random((SAMPLES, n))]
        yield str(n), _percent(sum(high - low >= HELD for low, high in ends) / SAMPLES)


TABLES = {
    "Mean": (("scores", "seeds", "Student's t", "Johnson", "Hall", "studentized bootstrap", "BCa", "percentile"), mean_rows),
    "IQM": (("scores", "seeds", "Tukey and McLaughlin", "percentile (rliable)"), iqm_rows),
    "Paired difference, and probability of improvement": (
        ("scores", "seeds", "probability", "difference: Student's t", "probability: Newcombe", "Brunner and Munzel", "percentile (rliable)"),
        difference_rows,
    ),
    "Rate of success: mean over all rates (least)": (("episodes", "Wilson", "Jeffreys", "Student's t"), rate_rows),
    "Tolerance interval of half of the runs": (("seeds", "order statistics"), tolerance_rows),
}  # fmt: skip


def markdown() -> Iterator[str]:
    """Yield the tables as Markdown, one after the other."""
    yield (
        "# Coverage of intervals\n\n`python -m benchmarks coverage` simulates this and writes this page: how often 95% intervals hold the\n"
        f"truth, in percent of {SAMPLES:,} experiments (of {SLOW_SAMPLES:,} for methods that resample). The first method of each kind is\n"
        "that of `stigmergy compare`, `plot` and `evaluate`. [docs/compare.md](../docs/compare.md#intervals) says why.\n"
    )
    for title, (columns, rows) in TABLES.items():
        lines = [columns, ["---"] * len(columns), *rows()]
        yield f"## {title}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _percent(share: float) -> str:
    """Percent, in bold where the coverage is outside of what is aimed at."""
    text = f"{100 * share:.1f}"
    return text if LOWEST <= share <= HIGHEST else f"**{text}**"


def _generator(name: str) -> np.random.Generator:
    return np.random.default_rng([SEED, *name.encode()])
