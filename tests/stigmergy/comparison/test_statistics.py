"""Statistics of scores, beside values worked out by hand or by scipy, and their coverage."""

import math

import numpy as np
import pytest
from scipy.stats import mannwhitneyu, trim_mean

from benchmarks import coverage
from stigmergy.analysis.comparison.statistics import (
    improvement_probability,
    interquartile_mean,
    mean,
    paired_difference,
    runs_needed,
    share_in_range,
    tolerance_interval,
)
from stigmergy.training.confidence_intervals import mean_and_interval, rate_interval

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 10, 30])
def test_the_iqm_is_that_of_rliable(n):
    scores = RNG.standard_normal(n)
    assert interquartile_mean(scores).value == pytest.approx(trim_mean(scores, 0.25))


def test_the_interval_of_the_iqm_is_tukeys_and_mclaughlins():
    # Of 1, 2, 3, 4, 100 the middle three are kept; winsorized 2, 2, 3, 4, 4 have the deviation 1.
    value, low, high = interquartile_mean([1, 2, 3, 4, 100])
    # Their sum of squares, 4, over 3 x 2 is the squared error, with 2 degrees of freedom.
    half = 4.302653 * math.sqrt(4 / (3 * 2))
    assert (value, low, high) == pytest.approx((3, 3 - half, 3 + half), rel=1e-6)


@pytest.mark.parametrize(("n", "m"), [(3, 3), (5, 4), (10, 30)])
def test_the_probability_of_improvement_is_mann_and_whitneys(n, m):
    ours, theirs = RNG.integers(0, 5, n), RNG.integers(0, 5, m)
    value, low, high = improvement_probability(ours, theirs)
    assert value == pytest.approx(mannwhitneyu(ours, theirs).statistic / (n * m))
    assert 0 <= low <= value <= high <= 1
    mirrored = improvement_probability(theirs, ours)
    assert mirrored == pytest.approx((1 - value, 1 - high, 1 - low))


def test_the_ends_of_an_improvement_lie_two_standard_errors_away():
    value, low, high = improvement_probability([1, 2, 3, 4, 6], [0, 1, 2, 3, 5])
    for end in (low, high):
        spread = 1 + 4 * ((1 - end) / (2 - end) + end / (1 + end))
        assert abs(end - value) == pytest.approx(1.959964 * math.sqrt(end * (1 - end) * spread / 25), rel=1e-5)


def test_groups_that_do_not_overlap_have_an_end_of_their_own():
    value, low, high = improvement_probability([4, 5, 6], [1, 2, 3])
    assert (value, high) == (1, 1)
    assert 0.5 < low < 0.51


def test_a_paired_difference_is_more_exact_than_its_sides():
    ours, theirs = np.array([10.0, 20, 30, 40]), np.array([9.0, 18, 29, 38])
    assert paired_difference(ours, theirs) == pytest.approx((1.5, *mean([1, 2, 1, 2])[1:]))
    assert paired_difference(ours, theirs).low > 0 > mean(ours).low - mean(theirs).high


def test_a_tolerance_interval_needs_eight_runs_for_one_half():
    # 1 - 8 / 2**7 + 7 / 2**8 is 0.965, with 7 runs 1 - 7 / 2**6 + 6 / 2**7 is 0.9375 (Wilks 1941).
    assert runs_needed(0.5) == 8
    assert np.isnan(tolerance_interval(range(7))).all()
    assert tolerance_interval(range(8)) == (0, 7)
    assert tolerance_interval(range(30)) == (4, 25)
    share = share_in_range(7)
    assert 1 - 7 * share**6 + 6 * share**7 == pytest.approx(0.95)


@pytest.mark.parametrize("scores", [[], [1.0], [1.0, 2.0], [1.0, 2.0, math.nan]])
def test_below_three_seeds_there_is_no_interval(scores):
    for estimate in (mean(scores), interquartile_mean(scores), improvement_probability(scores, [1.0, 2.0, 3.0])):
        assert np.isnan(estimate[1:]).all()


def test_the_interval_of_rates_is_wilsons():
    # Example of Newcombe (1998): 81 of 263 successes, by the method without continuity correction.
    assert rate_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert mean_and_interval([1.0] * 81 + [0.0] * 182)[1:] == rate_interval(81, 263)


# Coverage. A method whose coverage is 93 to 97 % stays within four standard errors of these ends
# in `samples` experiments; 0.93 and 0.97 have the largest errors.


def within(share: float, samples: int) -> bool:
    error = 4 * math.sqrt(0.93 * 0.07 / samples)
    return coverage.LOWEST - error <= share <= coverage.HIGHEST + error


@pytest.mark.parametrize("n", coverage.SEEDS)
def test_intervals_cover_normal_scores_in_93_to_97_percent(n):
    normal, rng = coverage.DISTRIBUTIONS["normal"], np.random.default_rng(n)
    for method in (coverage.student, lambda own: interquartile_mean(own)[1:]):
        assert within(coverage.covered(method, 0, normal, n, 4000, rng), 4000)
    pair = coverage.PAIRS["normal, 1 deviation apart"]
    difference = coverage.pairs_covered(lambda a, b: paired_difference(a, b)[1:], 1, pair, n, 4000, rng)
    assert within(difference, 4000)
    truth = 0.7602499  # of a normal variable with deviation sqrt(2) and mean 1 above 0
    improvement = coverage.pairs_covered(lambda a, b: improvement_probability(a, b)[1:], truth, pair, n, 2000, rng)
    assert within(improvement, 2000)


@pytest.mark.parametrize("n", [3, 5])
def test_the_percentile_bootstrap_would_not(n):
    rng = np.random.default_rng(n)
    method = coverage.Resampling(n, rng, lambda scores: scores.mean(axis=-1)).percentile
    share = coverage.covered(method, 0, coverage.DISTRIBUTIONS["normal"], n, 1000, rng)
    assert not within(share, 1000)
    assert 0.7 < share < 0.87


def test_rates_of_success_are_covered_in_the_mean_and_students_would_not():
    rates = np.linspace(0.01, 0.99, 99)
    for trials in (3, 5, 10, 30, 64):
        wilson = [coverage.rate_coverage(rate_interval, rate, trials) for rate in rates]
        assert 0.93 <= np.mean(wilson) <= 0.97  # exact, without simulation
        assert np.mean([coverage.rate_coverage(coverage.student_rate, rate, trials) for rate in rates]) < 0.93


def test_seeds_that_fail_now_and_then_are_covered_too_rarely():
    """The limit that docs/compare.md names: few seeds may all succeed."""
    share = coverage.covered(
        coverage.student, 0.9, coverage.DISTRIBUTIONS["1 in 10 seeds fails"], 5, 2000, np.random.default_rng(0)
    )
    assert share < 0.85


@pytest.mark.parametrize("n", [8, 10, 30])
def test_tolerance_intervals_hold_half_of_the_runs(n):
    ends = [tolerance_interval(own) for own in np.random.default_rng(n).random((2000, n))]
    assert np.mean([high - low >= 0.5 for low, high in ends]) >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / 2000)
