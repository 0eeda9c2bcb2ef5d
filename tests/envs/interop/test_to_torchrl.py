"""Batches as TorchRL's EnvBase, where that is installed: `make interop` runs these."""

import numpy as np
import pytest

import stigmergy
from tests.envs.support.dummies import Candles, race

pytest.importorskip("torchrl")
import torch
from torchrl.envs import ActionMask, TransformedEnv
from torchrl.envs.utils import check_env_specs

from stigmergy.envs.interop.to_torchrl import TorchRLEnv

SMALL = "games/switch-v0"


@pytest.mark.parametrize("flatten", [False, True])
@pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda: Candles(3), id="masks and early ends"),
        pytest.param(lambda: race(2), id="two groups, boxes, signals, state"),
        pytest.param(lambda: stigmergy.make("dilemmas/common_pool-v0", 2), id="several numbers as action"),
        pytest.param(lambda: stigmergy.make("dilemmas/coin_game-v0", 2), id="images"),
    ],
)
def test_specs_are_kept(build, flatten):
    check_env_specs(TorchRLEnv(build(), flatten=flatten), seed=1)


def test_flags_are_of_agents_and_of_envs():
    env = TorchRLEnv(Candles(1, (1, 2, 4)))
    played = env.rollout(4, policy=lambda td: td.set(("candles", "action"), torch.ones(1, 3, dtype=torch.int64)))
    after = played["next"]
    assert played.shape == (1, 3)
    assert after["candles", "terminated"][0, ..., 0].tolist() == [
        [True, False, False],
        [True, True, False],
        [True, True, False],
    ]
    assert after["candles", "truncated"][0, ..., 0].tolist() == [[False] * 3, [False] * 3, [False, False, True]]
    assert played["candles", "mask"][0].tolist() == [[True] * 3, [False, True, True], [False, False, True]]
    assert after["candles", "reward"][0, ..., 0].tolist() == [[2, 2, 2], [0, 2, 2], [0, 0, 2]]
    assert after["done"].flatten().tolist() == [False, False, True]
    assert after["truncated"].flatten().tolist() == [False, False, True]
    assert not after["terminated"].any()
    assert after["metrics", "burnt"].flatten().tolist() == pytest.approx([0, 0, 2 / 3])
    assert after["metrics_defined"].flatten().tolist() == [False, False, True]


def test_a_rollout_is_the_play_of_the_batch():
    env, batch = stigmergy.torchrl_env(SMALL, 3, seed=7), stigmergy.make(SMALL, 3)
    torch.manual_seed(0)
    played = env.rollout(80, break_when_any_done=False)
    step, t = batch.reset(7), 0
    ends = 0
    for t in range(80):
        assert np.array_equal(played["agents", "observation"][:, t], step.groups["agents"].observation)
        step = batch.step(played["agents", "action"][:, t].numpy())
        assert np.array_equal(played["next", "agents", "reward"][:, t, :, 0], step.groups["agents"].reward)
        assert np.array_equal(played["next", "agents", "observation"][:, t], step.groups["agents"].observation)
        assert np.array_equal(played["next", "done"][:, t, 0], step.last)
        ends += step.last.sum()
        if step.last.any():
            step = batch.begin(step.last.copy())
    assert ends >= 3


def test_envs_are_reset_one_by_one():
    env = TorchRLEnv(Candles(3, (3, 3, 3)))
    after = env.step(env.rand_action(env.reset()))["next"]
    where = torch.tensor([[True], [False], [False]])
    begun = env.reset(after.clone().set("_reset", where))
    assert begun["candles", "observation"][:, 0, 1].tolist() == [1, 2, 2]


def test_masks_guide_random_actions():
    env = TransformedEnv(TorchRLEnv(Candles(8)), ActionMask(("candles", "action"), ("candles", "action_mask")))
    actions = env.rollout(30, break_when_any_done=False)["candles", "action"]
    assert actions.max() == 1
    assert TorchRLEnv(Candles(8)).rollout(3)["candles", "action"].max() == 2


def test_names_of_agents_are_in_the_group_map():
    assert stigmergy.torchrl_env("pursuit/tag-v0").group_map == {
        "predators": ["predator_0", "predator_1", "predator_2"],
        "prey": ["prey_0"],
    }


@pytest.mark.parametrize(
    ("id", "options", "sentence"),
    [
        ("games/swich-v0", {}, "swich"),
        (SMALL, {"num_envs": 0}, "num_envs is 0; allowed is 1 or more"),
        (SMALL, {"rouds": 3}, "has no parameter 'rouds'"),
    ],
)
def test_mistakes_are_told_in_a_sentence(id, options, sentence):
    with pytest.raises(stigmergy.UserError, match=sentence):
        stigmergy.torchrl_env(id, **options)
