"""Every config that ships can be trained, and two short ones learn what they should."""

import dataclasses

import numpy as np
import pytest

from stigmergy.api.evaluation import baseline
from stigmergy.training.evaluation import evaluate
from stigmergy.training.experiment import build_experiment, read_config, shipped_configs
from stigmergy.training.trainer import Trainer, build_learners

SHORT = {"num_envs": 8, "rollout_length": 16, "total_steps": 128, "threads": 1}


def experiment(name, **training):
    plain = build_experiment(read_config(name))
    return dataclasses.replace(plain, training=dataclasses.replace(plain.training, **training))


@pytest.mark.parametrize("name", shipped_configs())
def test_every_config_makes_an_update(name):
    trainer = Trainer(experiment(name, **SHORT))
    metrics = trainer.update()
    assert trainer.finished
    assert any("loss" in key for key in metrics)
    assert all(np.isfinite(value) for value in metrics.values())


def learnt(name, outcome, **learner):
    """Mean outcome over held-out episodes, after training with seed 0."""
    plain = experiment(name, threads=1, evaluation_interval=0)
    config = dataclasses.replace(plain.learner.config, **learner)
    plain = dataclasses.replace(plain, learner=dataclasses.replace(plain.learner, config=config))
    trainer = Trainer(plain)
    while not trainer.finished:
        trainer.update()
    return evaluate(plain.make_env(64), trainer.learners, 1000).columns()[outcome].mean()


# Thresholds: over seeds 0 to 2 two_step has 8 and random play 4.9; aggregation -20.9 ± 3.4 and
# random play -155.
@pytest.mark.parametrize(
    ("name", "threshold"),
    [("games/two_step-ippo", 7.5), pytest.param("swarm/aggregation-ippo", -60, marks=pytest.mark.thorough)],
)
def test_a_short_config_learns_and_does_not_without_a_learning_rate(name, threshold):
    assert learnt(name, "return") > threshold
    assert learnt(name, "return", learning_rate=1e-9) < threshold


@pytest.mark.thorough
def test_independent_learners_defect_in_the_repeated_prisoners_dilemma():
    """Random play cooperates half of the time.

    Over seeds 0 to 4 they come to `benchmarks/learning/dilemmas.md`.
    """
    assert learnt("dilemmas/iterated-ippo", "mutual_defection") > 0.8
    assert learnt("dilemmas/iterated-ippo", "mutual_defection", learning_rate=1e-9) < 0.4


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [name for name in shipped_configs() if name.split("/")[0] in ("games", "pursuit", "swarm")]
)
def test_every_config_beats_random_play(name):
    """Twenty to 160 seconds each; figures over seeds are in benchmarks/learning/ippo.md."""
    if name == "games/value_truth-ippo":
        pytest.skip("nothing depends on what is done there")
    plain = experiment(name, evaluation_interval=0)
    trainer = Trainer(plain)
    while not trainer.finished:
        trainer.update()
    env, outcome = plain.make_env(64), plain.training.best_metric
    random = build_learners(plain, env, 0) | baseline(plain, env, "random", 0)
    learnt, drawn = (evaluate(env, players, 1000).columns()[outcome] for players in (trainer.learners, random))
    assert learnt.mean() > drawn.mean() + 2 * np.hypot(learnt.std(), drawn.std()) / 8
