"""An exported policy as a learner: for evaluations, as a partner, in place of a scripted policy."""

import dataclasses

import numpy as np
import pytest
import torch
from gymnasium import spaces

from stigmergy.algorithms.core.conformance import check_decision
from stigmergy.algorithms.core.learner import Context
from stigmergy.algorithms.export.exported_policy import ExportedPolicy
from stigmergy.envs.errors import BadParameter

from ..support.every_learner import build, changed, every_learner, noise, quick_config
from ..support.exported import disturb, export, play
from ..support.loop import Collector
from ..support.tiny_envs import FEATURES, IMAGE

GRU = {"network": {"memory": "gru"}}
BOX = spaces.Box(-1, 2, (2,), np.float32)


def both(path, name="ippo", wanted=GRU, **world):
    """A learner, and its export as one, with an environment for each."""
    envs = noise(FEATURES, **world), noise(FEATURES, **world)
    learner = build(name, changed(quick_config(every_learner()[name]), wanted), envs[0])
    disturb(learner)
    export(learner, path)
    return learner, ExportedPolicy(Context(envs[1].spec, envs[1].spec.groups[0], seed=5), path), envs


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("name", ["ippo", "iql"])
def test_it_plays_whole_episodes_as_the_learner_does(name, tmp_path):
    learner, policy, envs = both(tmp_path / "policy.npz", name)
    for step, own in zip(play(envs[0], learner, 20), play(envs[1], policy, 20)):
        np.testing.assert_array_equal(own.observation, step.observation)
        np.testing.assert_array_equal(own.action[step.active], step.action[step.active])


@pytest.mark.parametrize(
    "world",
    [{"masks": True}, {"masks": False, "action": BOX}, {"masks": False, "action": spaces.MultiDiscrete([3, 2])}],
)
def test_it_draws_actions_as_often_as_the_learner_does(world, tmp_path):
    """Means of 300 draws each differ by less than five standard errors."""
    learner, policy, envs = both(tmp_path / "policy.npz", **world)
    group = envs[0].spec.groups[0]
    step = envs[0].reset(1).groups[group.name]
    means = []
    for player in (learner, policy):
        drawn = [player.act(step, player.initial_hidden_state(5)) for _ in range(300)]
        check_decision(group, step, drawn[0])
        means.append(
            np.stack([decision.action for decision in drawn]).astype(np.float64).reshape(300, 5, 3, -1)[:, step.active]
        )
    error = np.sqrt(sum(own.var(axis=0) for own in means) / 300)
    assert (np.abs(means[0].mean(axis=0) - means[1].mean(axis=0)) <= 5 * error + 1e-12).all()
    assert means[1].std(axis=0).max() > 0.1


def test_its_draws_repeat_from_its_state(tmp_path):
    _, policy, envs = both(tmp_path / "policy.npz", masks=True)
    Collector(envs[1], policy, 5).collect()
    state = policy.state_dict()
    step = envs[1].reset(1).groups["agents"]
    draws = []
    for _ in range(2):
        policy.load_state_dict(state)
        draws.append(policy.act(step, policy.initial_hidden_state(5)).action.copy())
    np.testing.assert_array_equal(*draws)
    assert isinstance(policy.initial_hidden_state(5), torch.Tensor)


def refused(path, **changes):
    """The sentence in which the policy of `path` refuses a group with changes."""
    env = noise(FEATURES, True)
    group = dataclasses.replace(env.spec.groups[0], agents=(), places=(), **changes)
    with pytest.raises(BadParameter) as error:
        ExportedPolicy(Context(dataclasses.replace(env.spec, groups=(group,)), group), path)
    assert "\n" not in str(error.value)
    return str(error.value).replace(str(path), "policy.npz")


def test_a_group_that_does_not_fit_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "policy.npz"
    both(path, masks=True)
    assert refused(path, size=4) == "the policy 'policy.npz' plays 3 agents, and 'agents' of 'test/noise-v0' has 4"
    assert refused(path, has_action_mask=False).endswith("its has_action_mask is True, there it is False")
    assert "its observation_space is {'shape': [3], 'dtype': 'float32'}" in refused(path, observation_space=IMAGE)
    assert (
        "its action_space is {'type': 'Discrete', 'n': 4, 'start': 0}, there it is {'type': 'Discrete', 'n': 5, 'start': 0}"
        in refused(path, action_space=spaces.Discrete(5))
    )


def test_a_file_that_is_no_policy_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "policy.npz"
    assert refused(path).startswith("'policy.npz' is no file of `stigmergy export`: FileNotFoundError")
    path.write_bytes(b"nothing")
    assert refused(path).startswith("'policy.npz' is no file of `stigmergy export`")
    np.savez(path, x=np.zeros(3))
    assert refused(path) == "'policy.npz' has the format None; this loader reads 1"
