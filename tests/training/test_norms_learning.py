"""One norm learner among bots, end to end.

It learns whom they sanction, and nothing where nobody sanctions, or where sanctions have no reason.

Over five seeds and at full length, with what its own sanctions then do:
`benchmarks/learning/norms.md`.
"""

import dataclasses

import numpy as np
import pytest

from benchmarks.norms.run import STUDIES, experiment_of
from benchmarks.norms.sanction_targets import count_meetings
from stigmergy.training.trainer import Trainer

STUDY = STUDIES["under_a_norm"]
SHORT = 64 * 50 * 12
WARM_UP = 6
"""Updates, half of the short run."""


def meetings(condition, steps=SHORT, change=lambda rollout: rollout):
    """Judgements of agents by the colour that they planted, after a short training.

    `change` may alter the learner's rollouts.
    """
    experiment = experiment_of(STUDY, condition, 0, steps)
    if steps:
        norms = dataclasses.replace(experiment.learner.config.norms, warm_up=WARM_UP)
        config = dataclasses.replace(experiment.learner.config, norms=norms)
        experiment = dataclasses.replace(experiment, learner=dataclasses.replace(experiment.learner, config=config))
    trainer = Trainer(experiment)
    learner = trainer.learners["learner"]
    learn = learner.learn
    learner.learn = lambda rollout: learn(change(rollout))
    while not trainer.finished:
        trainer.update()
    env = trainer.experiment.make_env(16)
    return count_meetings(env, trainer.learners, "learner", 200, 1000).rows()


def shuffled(rollout):
    """The same events, with sanctions dealt out anew."""
    order = np.random.default_rng(0).permutation(len(rollout.events.step))
    return rollout._replace(events=rollout.events._replace(sanctioned=rollout.events.sanctioned[order]))


def test_it_learns_whom_the_others_sanction():
    found = meetings("norms")
    assert found["green"]["judgement"] > 0.4
    assert found["red"]["judgement"] < 0.2
    assert found["newborn"]["judgement"] < 0.2
    assert found["green"]["pseudo_reward"] > found["red"]["pseudo_reward"] + 0.5


@pytest.mark.parametrize(("condition", "change"), [("nobody sanctions", lambda rollout: rollout), ("norms", shuffled)])
def test_without_a_norm_green_planters_are_like_others(condition, change):
    found = meetings(condition, change=change)
    assert abs(found["green"]["judgement"] - found["red"]["judgement"]) < 0.15


def test_the_base_judges_nobody():
    found = meetings("base", 64 * 50)
    assert np.isnan(found["green"]["judgement"])
    assert found["green"]["opportunities"] > 0


@pytest.mark.slow
def test_it_comes_to_sanction_them_itself():
    """Three minutes: seed 0 of the study."""
    norms, base = (meetings(condition, 0) for condition in ("norms", "base"))
    assert norms["green"]["sanction_rate"] > 2 * norms["red"]["sanction_rate"]
    assert norms["green"]["sanction_rate"] > base["green"]["sanction_rate"] + 0.1
    assert norms["green"]["pseudo_reward"] > 0
    assert norms["red"]["pseudo_reward"] < 0
