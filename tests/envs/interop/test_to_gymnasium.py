"""Batches as Gymnasium's VectorEnv, one agent a row."""

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers.vector import RecordEpisodeStatistics

import stigmergy
from stigmergy.envs.interop.agent_rows import flat_space
from stigmergy.envs.interop.to_gymnasium import GymnasiumVecEnv
from tests.envs.support.dummies import Candles, race
from tests.support.process_state import SHIPPED

SMALL = "games/switch-v0"


def burnt(autoreset):
    """Columns of eight steps of one env with wicks 1, 2 and 4, all actions 1."""
    env = GymnasiumVecEnv(Candles(1, (1, 2, 4)), autoreset)
    observation, _ = env.reset(seed=0)
    seen = [(observation[:, 1].tolist(), [0, 0, 0], "   ")]
    for _ in range(4):
        observation, reward, terminated, truncated, _ = env.step(np.ones(3, np.int64))
        marks = "".join("T" if t else "c" if c else " " for t, c in zip(terminated, truncated))
        seen.append((observation[:, 1].tolist(), reward.tolist(), marks))
    return seen


def test_rows_end_and_wait_until_the_episode_ends():
    assert burnt("next_step") == [
        ([1, 1, 1], [0, 0, 0], "   "),
        ([2, 2, 2], [2, 2, 2], "T  "),
        ([0, 3, 3], [0, 2, 2], " T "),
        ([0, 0, 4], [0, 0, 2], "TTc"),  # two that waited, and one that was cut
        ([1, 1, 1], [0, 0, 0], "   "),
    ]


def test_same_step_shows_what_follows():
    assert burnt("same_step") == [
        ([1, 1, 1], [0, 0, 0], "   "),
        ([0, 2, 2], [2, 2, 2], "T  "),
        ([0, 0, 3], [0, 2, 2], " T "),
        ([1, 1, 1], [0, 0, 2], "TTc"),
        ([0, 2, 2], [2, 2, 2], "T  "),
    ]


def test_same_step_keeps_last_observations_and_metrics():
    env = GymnasiumVecEnv(Candles(2, (1, 2, 4)), "same_step")
    env.reset(seed=0)
    _, _, _, _, infos = env.step(np.zeros(6, np.int64))
    assert infos["_final_obs"].tolist() == [True, False, False] * 2
    assert infos["final_obs"][infos["_final_obs"]].tolist() == [[2, 2], [2, 2]]
    assert "metrics/burnt" not in infos
    env.step(np.zeros(6, np.int64))
    _, _, _, _, infos = env.step(np.zeros(6, np.int64))
    assert infos["final_obs"][:, 1].tolist() == [0, 0, 4] * 2
    assert infos["metrics/burnt"] == pytest.approx([2 / 3] * 6)
    assert infos["_metrics/burnt"].all()


def paid(autoreset):
    """Rewards of four envs: (env, episode) to a row of rewards for each of its steps."""
    env = GymnasiumVecEnv(Candles(4), autoreset)
    env.reset(seed=3)
    found = {}
    episode, elapsed = np.zeros(4, int), np.zeros(4, int)
    for _ in range(30):
        actions = (7 * episode[:, None] + 3 * elapsed[:, None] + np.arange(3)) % 2
        _, reward, *_ = env.step(actions.ravel())
        same_step = autoreset == "same_step"
        ended = env.batch.first.copy() if same_step else env.batch.last.copy()
        played = np.full(4, True) if same_step else ~env.batch.first
        for c in np.flatnonzero(played):
            found.setdefault((c, episode[c]), []).append(reward.reshape(4, 3)[c].tolist())
        elapsed = np.where(ended | ~played, 0, elapsed + 1)
        episode += ended
    return {key: rewards for key, rewards in found.items() if key[1] < 7}


def test_same_step_plays_the_episodes_of_next_step():
    rewards = paid("next_step")
    assert rewards == paid("same_step")
    assert len(rewards) == 4 * 7
    assert len({str(own) for own in rewards.values()}) > 7  # wicks are drawn


def test_rows_are_those_of_the_batch():
    env, batch = stigmergy.gymnasium_vec_env(SMALL, 3), stigmergy.make(SMALL, 3)
    observation, infos = env.reset(seed=5)
    step = batch.reset(5)
    for t in range(60):
        assert (
            np.array_equal(observation, step.groups["agents"].observation.reshape(6, -1)) or not infos["active"].all()
        )
        assert np.array_equal(infos["active"], step.groups["agents"].active.ravel())
        actions = (np.arange(6) + t) % 5
        observation, reward, _, truncated, infos = env.step(actions)
        step = batch.step(actions.reshape(3, 2))
        assert np.array_equal(reward, step.groups["agents"].reward.ravel())
        assert np.array_equal(truncated, np.repeat(step.truncated, 2))
    assert t > (env.batch.spec.horizon or 0)


def test_what_comes_back_is_the_callers_own():
    env = stigmergy.gymnasium_vec_env(SMALL, 2)
    observation, _ = env.reset(seed=1)
    before = observation.copy()
    results = env.step(np.full(4, 1))
    held = [np.array(part) for part in results[:4]]
    env.step(np.full(4, 2))
    assert np.array_equal(observation, before)
    assert all(np.array_equal(part, copy) for part, copy in zip(results[:4], held))


def test_gymnasiums_own_wrapper_counts_episodes_of_rows():
    env = RecordEpisodeStatistics(GymnasiumVecEnv(Candles(1, (3, 3, 3))))
    env.reset(seed=0)
    for _ in range(3):
        *_, infos = env.step(np.ones(3, np.int64))
    assert infos["episode"]["r"].tolist() == [6, 6, 6]
    assert infos["episode"]["l"].tolist() == [3, 3, 3]


def test_masks_leave_one_choice_to_rows_that_need_not_act():
    env = GymnasiumVecEnv(Candles(1, (1, 2, 4)))
    _, infos = env.reset(seed=0)
    assert infos["action_mask"].tolist() == [[1, 1, 0]] * 3
    *_, infos = env.step(np.zeros(3, np.int64))
    assert infos["active"].tolist() == [False, True, True]
    assert infos["action_mask"].tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 0]]
    assert env.single_action_space.sample(infos["action_mask"][0]) == 0


def test_one_choice_of_every_part():
    env = stigmergy.gymnasium_vec_env("dilemmas/common_pool-v0", 1)
    env.reset(seed=0)
    env.batch.groups["agents"].active[0, 1] = False
    assert env.action_masks()[1].tolist() == [True, False, False, True, False]
    assert env.action_masks()[0].sum() > 2


def test_groups_are_padded():
    env = stigmergy.gymnasium_vec_env("pursuit/tag-v0", 2)
    assert env.num_envs == 8
    assert env.single_observation_space.shape == (16,)
    observation, _ = env.reset(seed=0)
    groups = env.batch.groups
    assert np.array_equal(observation[:3], groups["predators"].observation[0])
    assert np.array_equal(observation[3, :14], groups["prey"].observation[0, 0])
    assert not observation[3, 14:].any()
    assert observation[3, :14].any()


def test_flat_observations_are_scaled():
    assert flat_space(Box(0, 255, (3, 2, 2), np.uint8)) == Box(0, 1, (12,), np.float32)
    assert flat_space(Box(-2, 300, (4,), np.float32)) == Box(-2, 300, (4,), np.float32)
    plain, flat = (stigmergy.gymnasium_vec_env("dilemmas/coin_game-v0", 2, flatten=value) for value in (False, True))
    image, vector = (env.reset(seed=0)[0] for env in (plain, flat))
    scale = 1 / max(1, plain.single_observation_space.high.max())
    assert vector.dtype == np.float32
    assert vector == pytest.approx(image.reshape(4, -1) * scale)


def test_autoreset_is_declared():
    modes = [
        stigmergy.gymnasium_vec_env(SMALL, autoreset=mode).metadata["autoreset_mode"]
        for mode in ("next_step", "same_step")
    ]
    assert modes == [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP]


def test_frames_of_all_envs():
    env = stigmergy.gymnasium_vec_env(SMALL, 2, render_mode="rgb_array")
    env.reset(seed=0)
    frames = env.render()
    assert len(frames) == 2
    assert frames[0].ndim == 3
    assert stigmergy.gymnasium_vec_env(SMALL, 1).render() is None


@pytest.mark.parametrize(
    ("id", "options", "sentence"),
    [
        ("games/swich-v0", {}, "swich"),
        (SMALL, {"num_envs": 0}, "num_envs is 0; allowed is 1 or more"),
        (SMALL, {"rouds": 3}, "has no parameter 'rouds'"),
        (SMALL, {"autoreset": "now"}, "autoreset is 'now'; allowed is next_step, same_step"),
        (SMALL, {"render_mode": "human"}, "render_mode is 'human'; 'games/switch-v0' has rgb_array"),
    ],
)
def test_mistakes_are_told_in_a_sentence(id, options, sentence):
    with pytest.raises(stigmergy.UserError, match=sentence):
        stigmergy.gymnasium_vec_env(id, **options)


def test_groups_with_other_actions_are_refused():
    with pytest.raises(stigmergy.BadParameter, match="rows of agents need one space, so take torchrl_env"):
        GymnasiumVecEnv(race(2))


def test_actions_and_seeds_are_checked():
    env = stigmergy.gymnasium_vec_env(SMALL, 2)
    with pytest.raises(RuntimeError, match="before reset"):
        env.step(np.zeros(4, int))
    with pytest.raises(stigmergy.BadParameter, match="seed is \\[1, 2\\]; allowed is one whole number"):
        env.reset(seed=[1, 2])
    env.reset(seed=0)
    with pytest.raises(ValueError, match="actions have shape \\(3,\\); expected \\(4,\\)"):
        env.step(np.zeros(3, int))
    with pytest.raises(ValueError, match="action of agent_1 in copy 1 is 9"):
        env.step(np.array([0, 0, 0, 9]))


@pytest.mark.thorough
@pytest.mark.parametrize("id", SHIPPED)
def test_every_id_plays(id):
    """Rows are elements of the space, and new episodes in one env leave the other as it was."""
    env = stigmergy.gymnasium_vec_env(id, 2)
    assert isinstance(env, gymnasium.vector.VectorEnv)
    env.action_space.seed(0)
    observation, _ = env.reset(seed=0)
    for _ in range(3):
        observation, *_ = env.step(env.action_space.sample())
        assert env.observation_space.contains(observation)
    half = env.num_envs // 2
    reward = {name: group.reward[1].copy() for name, group in env.batch.groups.items()}
    first = env.batch.first.copy()
    later = env.rows.begin(np.array([True, False]))
    assert np.array_equal(later[half:], observation[half:])
    assert all(np.array_equal(group.reward[1], reward[name]) for name, group in env.batch.groups.items())
    assert env.batch.first.tolist() == [True, first[1]]
    numbered = not isinstance(env.single_action_space, Box)
    assert not numbered or env.action_masks().any(axis=1).all()
    assert numbered or not isinstance(env.single_action_space, Discrete)
