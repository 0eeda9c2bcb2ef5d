"""Evaluation plays whole episodes, one in each copy."""

import numpy as np
import pytest

from stigmergy.training.confidence_intervals import mean_and_interval
from stigmergy.training.episode_stats import EpisodeTotals
from stigmergy.training.evaluation import evaluate
from stigmergy.training.experiment import LearnerConfig, build_experiment
from stigmergy.training.trainer import build_learners

from .support.small import CONFIG, digest


def players(name: str, task: dict, episodes: int):
    chosen = build_experiment({"environment": task.pop("environment"), "task": task, "algorithm": name, "learner": {}})
    assert isinstance(chosen.learner, LearnerConfig)
    env = chosen.make_env(episodes)
    return env, build_learners(chosen, env, seed=0)


def test_one_agent_on_its_way_has_the_outcome_that_one_can_count():
    drawing = {"environment": "pathfinding/oneshot-v0", "map": "a..A", "max_cycles": 9, "num_agents": 1}
    outcomes = evaluate(*players("shortest_path", drawing, 3), seed=0).columns()
    assert outcomes["length"].tolist() == [3, 3, 3]
    assert outcomes["return"].tolist() == [1, 1, 1]
    assert outcomes["csr"].tolist() == [1, 1, 1]
    assert outcomes["makespan"].tolist() == [3, 3, 3]


def test_it_repeats_itself_and_differs_by_seed():
    env, learners = players("random", dict(CONFIG["task"], environment=CONFIG["environment"]), 4)
    one, again, other = (evaluate(env, learners, seed).columns() for seed in (5, 5, 6))
    assert digest(one) == digest(again)
    assert digest(one) != digest(other)


def test_planners_beat_random():
    task = dict(CONFIG["task"], environment=CONFIG["environment"])
    planned = evaluate(*players("pibt", dict(task), 8), seed=0).metrics["throughput"].mean()
    drawn = evaluate(*players("random", dict(task), 8), seed=0).metrics["throughput"].mean()
    assert planned > 2 * drawn


def test_episode_totals_agree_with_the_evaluation():
    env, learners = players("random", dict(CONFIG["task"], environment=CONFIG["environment"]), 4)
    outcomes = evaluate(env, learners, seed=3)
    totals = EpisodeTotals(4, ["agents"])
    for learner in learners.values():
        learner.reseed(3)
    step = env.reset(3)
    for _ in range(10):
        step = env.step(learners["agents"].act(step.groups["agents"], None).action)
        totals.add(step)
    logged = totals.flush()
    assert logged["episode/count"] == 4
    assert logged["episode/length"] == 10
    assert logged["episode/return"] == pytest.approx(outcomes.columns()["return"].mean())
    assert logged["episode/throughput"] == pytest.approx(outcomes.metrics["throughput"].mean())
    assert totals.flush() == {}


@pytest.mark.parametrize("number", [3, 4, 5, 10, 30, 200])
def test_the_interval_covers_the_true_mean_as_often_as_it_says(number):
    """95 % of 4,000 normal samples lie within 1.5 %, more than four standard errors."""
    samples = np.random.default_rng(number).normal(3, 2, size=(4000, number))
    covered = np.mean([low <= 3 <= high for _, low, high in map(mean_and_interval, samples)])
    assert 0.935 <= covered <= 0.965


def test_the_interval_covers_in_skewed_outcomes_and_in_rates_of_success():
    rng = np.random.default_rng(0)
    waits, successes = rng.exponential(size=(2000, 40)), rng.random((2000, 64)) < 0.7
    for samples, truth in ((waits, 1), (successes, 0.7)):
        covered = np.mean([low <= truth <= high for _, low, high in map(mean_and_interval, samples)])
        assert 0.91 <= covered <= 0.98


def test_the_interval_is_students():
    mean, low, high = mean_and_interval([1.0, 2.0, 3.0, np.nan])
    # the table's 97.5 % quantile with 2 degrees of freedom, and a deviation of 1
    half = 4.302653 / np.sqrt(3)
    assert (mean, low, high) == pytest.approx((2, 2 - half, 2 + half), rel=1e-6)
    assert mean_and_interval([0.1] * 7) == (0.1, 0.1, 0.1)


@pytest.mark.parametrize("values", [[2.0], [2.0, np.nan], [1.0, 3.0], [1.0, np.nan, 3.0]])
def test_an_interval_needs_three_values(values):
    mean, low, high = mean_and_interval(values)
    assert mean == 2
    assert np.isnan([low, high]).all()
