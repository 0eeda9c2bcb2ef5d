"""Training over the bridge: unannounced outcomes, masks that older runs lack, turns."""

import numpy as np
import pytest

from stigmergy.algorithms.core.rollout import Rollout
from stigmergy.algorithms.q_learning.replay import Replay
from stigmergy.envs.registration.registry import environments
from stigmergy.envs.tools.fingerprint import fingerprint
from stigmergy.training.experiment import build_experiment
from stigmergy.training.trainer import Trainer
from tests.envs.support.bridged import Duel, Orchard


def trained(id, factory, algorithm="ippo", learner=None, **training):
    """A trainer of a small run; the id is registered once."""
    if id not in environments:
        environments.register(id, factory)
    plain = {"total_steps": 64, "num_envs": 2, "rollout_length": 16, "evaluation_episodes": 2, "threads": 1, **training}
    experiment = build_experiment(
        {"environment": id, "algorithm": algorithm, "learner": learner or {}, "training": plain}
    )
    return Trainer(experiment)


def successful():
    return Orchard(tell=lambda env, agent: {"is_success": env.t >= 6})


def test_the_best_may_be_chosen_by_an_outcome_in_the_infos():
    trainer = trained("test/successful-v0", successful, best_metric="success")
    assert trainer.update()["episode/success"] == 1.0
    assert trainer.is_best(trainer.evaluate())
    assert trainer.progress.best == 1.0


def test_a_best_metric_that_does_not_come_is_said():
    trainer = trained("test/successful-v0", successful, best_metric="succes")
    with pytest.warns(
        UserWarning,
        match="best_metric is 'succes', and the evaluation of 'test/successful-v0' has return, length, success",
    ):
        assert not trainer.is_best(trainer.evaluate())


def rollout(mask):
    shape = (4, 1, 2)
    return Rollout(
        np.zeros((5, 1, 2, 3), np.float32), mask, np.ones((5, 1, 2), bool), np.zeros((5, 1), bool), np.zeros(shape, int),
        np.zeros(shape, np.float32), np.zeros(shape, bool), np.zeros((4, 1), bool), {}, None, None,
    )  # fmt: skip


def test_a_replay_from_before_there_were_masks_goes_on():
    old = Replay(12, rollout(None), False)
    old.add(rollout(None))
    restored = Replay.restored(old.state_dict())
    mask = np.ones((5, 1, 2, 3), bool)
    mask[..., 1] = False
    restored.add(rollout(mask))
    kept = restored.whole("cpu").action_mask
    assert kept is not None
    assert kept[:4].all()
    assert not kept[4:, ..., 1].any()


def test_masks_that_allow_everything_leave_the_fingerprint_alone():
    """Runs from before bridged environments had masks can be loaded.

    The digest is that of an action space without masks.
    """

    def digest(id, factory):
        if id not in environments:
            environments.register(id, factory)
        return fingerprint(id, None)

    plain = digest("test/plain-v0", Orchard)
    assert plain == digest(
        "test/allowing-v0", lambda: Orchard(tell=lambda env, agent: {"action_mask": [1, 1, 1]} if env.t else {})
    )
    assert plain != digest("test/masked-v0", masked)


def masked():
    return Orchard(tell=lambda env, agent: {"action_mask": [1, 1, 0]} if env.t else {})


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ["ippo", "iql"])
def test_the_first_move_of_nim_is_learnt_in_turns(algorithm):
    """With four stones the one who begins wins by taking one, whatever comes.

    A random player wins half as often.
    """
    learner = (
        {"learning_rate": 3e-3}
        if algorithm == "ippo"
        else {"learning_rate": 3e-3, "gradient_steps": 16, "buffer_size": 20_000}
    )
    trainer = trained(
        "test/nim-v0",
        Duel,
        algorithm,
        learner,
        total_steps=16 * 32 * 60,
        num_envs=16,
        rollout_length=32,
        seed=3,
        best_metric="return",
    )
    while not trainer.finished:
        trainer.update()
    step = trainer.env.reset(5)
    decision = trainer.learners["agents"].act(
        step.groups["agents"], trainer.learners["agents"].initial_hidden_state(16), greedy=True
    )
    assert step.groups["agents"].active[:, 0].all()
    assert (decision.action[:, 0] == 0).all()
