"""Batches as Stable-Baselines3's VecEnv, where that is installed: `make interop` runs these."""

import numpy as np
import pytest

import stigmergy
from tests.envs.support.dummies import Candles

pytest.importorskip("stable_baselines3")
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecMonitor

from stigmergy.envs.interop.to_sb3 import SB3VecEnv


def test_ends_of_rows_are_told_in_infos():
    env = SB3VecEnv(Candles(2, (1, 2, 4)))
    env.seed(0)
    env.reset()
    seen = []
    for _ in range(3):
        observation, _, ended, infos = env.step(np.ones(6, np.int64))
        seen.append((observation[:3, 1].tolist(), ended[:3].tolist(), infos[:3]))
    (first, ends, infos), (second, _, _), (third, last, final) = seen
    assert (first, ends) == ([0, 2, 2], [True, False, False])
    assert infos[0]["terminal_observation"].tolist() == [2, 2]
    assert infos[0]["TimeLimit.truncated"] is False
    assert infos[1:] == [{}, {}]
    assert second == [0, 0, 3]
    assert (third, last) == ([1, 1, 1], [True] * 3)
    assert [info["TimeLimit.truncated"] for info in final] == [False, False, True]
    assert final[2]["terminal_observation"].tolist() == [5, 4]
    assert final[0]["metrics"] == {"burnt": pytest.approx(2 / 3)}


def test_infos_are_no_shared_objects():
    env = SB3VecEnv(Candles(1, (3, 3, 3)))
    env.reset()
    infos = env.step(np.ones(3, np.int64))[3]
    infos[0]["mine"] = 1
    assert infos[1] == {}
    assert env.step(np.ones(3, np.int64))[3] == [{}, {}, {}]


def test_seeds_hold_for_one_reset():
    env = SB3VecEnv(Candles(3))
    observations = []
    for seed in (4, None, 4):
        if seed is not None:
            env.seed(seed)
        observations.append(env.reset())
    assert np.array_equal(observations[0], observations[2])
    assert not np.array_equal(observations[0], observations[1])


def test_masks_for_sb3_contrib():
    env = SB3VecEnv(Candles(1, (1, 2, 4)))
    env.reset()
    env.step(np.ones(3, np.int64))
    assert env.has_attr("action_masks")
    assert np.stack(env.env_method("action_masks")).tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 0]]
    assert len(env.env_method("action_masks", indices=[1, 2])) == 2
    assert not stigmergy.sb3_vec_env("games/differential-v0").has_attr("action_masks")
    with pytest.raises(AttributeError, match="rows of a batch have the method action_masks, not 'fly'"):
        env.env_method("fly")
    with pytest.raises(AttributeError, match="'horizon' cannot be set"):
        env.set_attr("horizon", 3)


def test_ppo_learns_to_take_the_action_that_pays():
    env = VecMonitor(SB3VecEnv(Candles(16, (3, 3, 3))))
    model = PPO("MlpPolicy", env, n_steps=12, batch_size=144, learning_rate=0.01, seed=1, device="cpu")
    model.learn(12 * env.num_envs * 8)
    observation = env.reset()
    actions, _ = model.predict(observation, deterministic=True)
    assert (actions == 2).all()  # paid 3 a step, the others 1 and 2
    assert np.mean([info["r"] for info in model.ep_info_buffer]) > 8  # of 9; untrained play has 6


def test_masked_ppo_never_takes_a_forbidden_action():
    contrib = pytest.importorskip("sb3_contrib")
    env = VecMonitor(SB3VecEnv(Candles(16, (1, 2, 4))))
    model = contrib.MaskablePPO("MlpPolicy", env, n_steps=12, batch_size=144, learning_rate=0.01, seed=1, device="cpu")
    model.learn(12 * env.num_envs * 4)
    assert model.rollout_buffer.actions.max() == 1
    assert model.rollout_buffer.actions.min() == 0


@pytest.mark.parametrize(
    ("id", "options", "sentence"),
    [
        ("games/swich-v0", {}, "swich"),
        ("games/switch-v0", {"num_envs": 0}, "num_envs is 0; allowed is 1 or more"),
        ("games/switch-v0", {"rouds": 3}, "has no parameter 'rouds'"),
        ("games/switch-v0", {"render_mode": "ansi"}, "render_mode is 'ansi'; 'games/switch-v0' has rgb_array"),
    ],
)
def test_mistakes_are_told_in_a_sentence(id, options, sentence):
    with pytest.raises(stigmergy.UserError, match=sentence):
        stigmergy.sb3_vec_env(id, **options)


def test_pictures_are_of_envs():
    env = stigmergy.sb3_vec_env("games/switch-v0", 3, render_mode="rgb_array")
    env.reset()
    assert len(env.get_images()) == 3
    assert env.render().ndim == 3  # tiled
