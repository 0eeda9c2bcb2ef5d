"""The learnt value against the truth, in a world that pays 1 for every step.

Truncation bootstraps, termination does not.
"""

import numpy as np
import pytest
import torch

from stigmergy.envs.registration.make import make

from .support.loop import ippo, small, train

GAMMA, CUT, UPDATES = 0.9, 5, 100
ENDLESS = 1 / (1 - GAMMA)
# The value of what is left, by position in an episode of CUT steps.
TO_GO = np.array([(1 - GAMMA**left) / (1 - GAMMA) for left in range(CUT, 0, -1)])
OPTIONS = {"learning_rate": 1e-2, "anneal": True, "value_clip": None, "entropy": 0.0, "max_grad_norm": 10.0}
FEW = {"epochs": 2, "minibatches": 2}


def values(ends, position=False, change=lambda rollout: rollout, memory="none", **options):
    """Train in the endless world and return the value of each observation there is."""
    observe = "time" if position else "nothing"
    env = make("games/value_truth-v0", 4, ends=ends, observe=observe, max_cycles=CUT)
    network = small(activation="tanh", memory=memory)
    learner = ippo(env, num_updates=UPDATES, network=network, gamma=GAMMA, **{**OPTIONS, **FEW, **options})
    # whole episodes, each with the step into the next
    train(env, learner, 3 * (CUT + 1), UPDATES, change)
    observation = torch.eye(CUT) if position else torch.ones(1, 1)
    flags = torch.zeros(1, len(observation), dtype=torch.bool)
    with torch.no_grad():
        hidden_state = learner.initial_hidden_state(len(observation))
        _, value, _ = learner.network(observation[None, :, None], hidden_state, flags, ~flags[..., None])
    if learner.normalizer is not None:
        value = learner.normalizer.denormalize(value)
    return value.squeeze(0).numpy()


def as_termination(rollout):
    """The field's commonest bug."""
    return rollout._replace(
        terminated=rollout.terminated | rollout.truncated[:, :, None], truncated=np.zeros_like(rollout.truncated)
    )


def as_truncation(rollout):
    """Its reverse: a true end that bootstraps."""
    ended = rollout.terminated.all(axis=2)
    active = rollout.active.copy()
    active[1:] |= ended[:, :, None]
    return rollout._replace(terminated=np.zeros_like(rollout.terminated), truncated=ended, active=active)


@pytest.mark.parametrize("gae_lambda", [0.0, 0.95])
def test_truncation_leaves_the_endless_value(gae_lambda):
    np.testing.assert_allclose(values("truncation", gae_lambda=gae_lambda), ENDLESS, rtol=0.03)


def test_truncation_leaves_the_endless_value_with_memory_and_normalized_values():
    learnt = values("truncation", memory="gru", normalize_value=True, value_clip=0.2, epochs=1)
    np.testing.assert_allclose(learnt, ENDLESS, rtol=0.05)


def test_termination_gives_the_value_of_what_is_left():
    np.testing.assert_allclose(values("termination", position=True), TO_GO, rtol=0.03)


def test_termination_unseen_gives_the_mean_over_positions():
    # With lambda = 1 the targets are the returns themselves, and one observation can only have
    # their mean.
    np.testing.assert_allclose(values("termination", gae_lambda=1.0), TO_GO.mean(), rtol=0.03)


def test_truncation_taken_for_termination_is_clearly_wrong():
    learnt = values("truncation", change=as_termination, gae_lambda=1.0)
    np.testing.assert_allclose(learnt, TO_GO.mean(), rtol=0.03)
    assert (learnt < ENDLESS / 2).all()


def test_termination_taken_for_truncation_is_clearly_wrong():
    assert (values("termination", change=as_truncation) > 2 * TO_GO.mean()).all()


def test_returns_in_the_thousands_need_normalized_values():
    """With values clipped at 0.2 an update the bare critic crawls; the normalized one is there."""
    scale = 1000.0

    def pay(rollout):
        return rollout._replace(reward=rollout.reward * scale)

    few = {"position": True, "change": pay, "value_clip": 0.2}
    np.testing.assert_allclose(values("termination", normalize_value=True, **few), TO_GO * scale, rtol=0.1)
    assert (values("termination", normalize_value=False, **few) < 0.1 * TO_GO * scale).all()
