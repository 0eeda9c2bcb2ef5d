"""Evaluation plays whole episodes, one in each copy."""

import numpy as np
import pytest

from stigmergy.training.episodes import EpisodeTotals
from stigmergy.training.evaluation import evaluate
from stigmergy.training.experiment import LearnerChoice, build_experiment
from stigmergy.training.intervals import mean_and_interval
from stigmergy.training.trainer import build_learners

from .small import CONFIG, digest


def players(name: str, task: dict, episodes: int):
    chosen = build_experiment({"environment": task.pop("environment"), "task": task, "algorithm": name, "learner": {}})
    assert isinstance(chosen.learner, LearnerChoice)
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


def test_the_interval_covers_the_true_mean_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    covered = sum(
        low <= 1 <= high for _, low, high in (mean_and_interval(rng.exponential(size=40)) for _ in range(200))
    )
    assert 0.86 <= covered / 200 <= 0.99


def test_an_interval_needs_two_values():
    mean, low, high = mean_and_interval([2.0, np.nan])
    assert mean == 2
    assert np.isnan([low, high]).all()
