"""Value decomposition on games whose answers are known.

They show which functions each mixer represents, and its actions.

Data are uniform (epsilon 1), so exploration is no excuse. Figures: ../shared/specs/learners.md,
sections 3.2 and 3.3.
"""

import itertools

import numpy as np
import pytest
import torch

from stigmergy.training.evaluation import evaluate
from stigmergy.training.experiment import build_experiment
from stigmergy.training.trainer import Trainer

UNIFORM = {
    "network": {"hidden": [32]},
    "epsilon_start": 1.0,
    "epsilon_end": 1.0,
    "learning_rate": 5e-3,
    "anneal": True,
    "batch_size": 64,
    "sequence_length": 1,
    "gradient_steps": 50,
}
NON_MONOTONE = {"payoff": [[8, -12, -12], [-12, 0, 0], [-12, 0, 0]]}


def learnt(algorithm, environment, task=None, updates=60, **config):
    """A learner trained on uniform play with seed 0, and the return of its greedy play."""
    plain = {
        "environment": environment,
        "task": task or {},
        "algorithm": algorithm,
        "learner": UNIFORM | config,
        "training": {"num_envs": 64, "rollout_length": 12, "total_steps": 64 * 12 * updates, "threads": 1},
    }
    experiment = build_experiment(plain)
    trainer = Trainer(experiment)
    while not trainer.finished:
        trainer.update()
    returns = evaluate(experiment.make_env(4), trainer.learners, 1000, greedy=True).columns()["return"]
    return trainer.learners["agents"], returns.mean()


@torch.no_grad()
def joint_values(learner, step):
    """Team values of the joint actions in the first env, an axis for each agent."""
    group = step.groups["agents"]
    n, choices = learner.group.size, learner.actions.choices
    flags = torch.zeros(1, 1, dtype=torch.bool), torch.ones(1, 1, n, dtype=torch.bool)
    values = learner.network(torch.from_numpy(group.observation[None, :1]), None, *flags)[0][0, 0]
    joint = torch.tensor(list(itertools.product(range(choices), repeat=n))).unsqueeze(-1)
    rows = len(joint)
    chosen = learner.actions.of(values.expand(rows, -1, -1), joint)
    best = values.amax(dim=-1).expand(rows, -1)
    state = torch.from_numpy(step.state[:1]).expand(rows, -1)
    total = learner.parts["mixer"](chosen, best, learner.actions.one_hot(joint).flatten(1), state)
    return total.view([choices] * n).numpy()


def in_2b(learner):
    """The two-step game after agent 0's action 1."""
    env = build_experiment({"environment": "games/two_step-v0"}).make_env(1)
    env.reset(0)
    return env.step({"agents": np.array([[1, 0]])})


def test_vdn_fits_the_two_step_game_as_well_as_a_sum_can_and_plays_safe():
    learner, gain = learnt("vdn", "games/two_step-v0")
    np.testing.assert_allclose(joint_values(learner, in_2b(learner)), [[-1.5, 2.5], [2.5, 6.5]], atol=0.1)
    assert gain == 7


@pytest.mark.thorough
@pytest.mark.parametrize("algorithm", ["qmix", "qplex", "wqmix"])
def test_richer_mixers_fit_the_two_step_game_exactly_and_find_its_best_return(algorithm):
    learner, gain = learnt(algorithm, "games/two_step-v0")
    np.testing.assert_allclose(joint_values(learner, in_2b(learner)), [[0, 1], [1, 8]], atol=0.1)
    assert gain == 8


@pytest.mark.parametrize("algorithm", ["vdn", pytest.param("qmix", marks=pytest.mark.thorough)])
def test_monotone_mixers_miss_a_best_action_that_others_can_spoil(algorithm):
    _, gain = learnt(algorithm, "games/matrix-v0", NON_MONOTONE, updates=30)
    assert gain == 0


@pytest.mark.thorough
@pytest.mark.parametrize("weighting", ["optimistic", "central"])
def test_weights_find_it(weighting):
    _, gain = learnt("wqmix", "games/matrix-v0", NON_MONOTONE, weighting=weighting)
    assert gain == 8


@pytest.mark.thorough
def test_with_all_weights_alike_it_is_missed_again():
    _, gain = learnt("wqmix", "games/matrix-v0", NON_MONOTONE, updates=30, weight=1.0)
    assert gain == 0


@pytest.mark.thorough
def test_duplex_dueling_finds_it():
    learner, gain = learnt("qplex", "games/matrix-v0", NON_MONOTONE)
    env = build_experiment({"environment": "games/matrix-v0", "task": NON_MONOTONE}).make_env(1)
    np.testing.assert_allclose(joint_values(learner, env.reset(0)), NON_MONOTONE["payoff"], atol=0.3)
    assert gain == 8
