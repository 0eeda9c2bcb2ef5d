"""Replay: it returns the stored steps from a circle of arrays, and tells its size beforehand."""

import numpy as np
import pytest
import torch
from gymnasium import spaces

from stigmergy.algorithms.core.learner import Context
from stigmergy.algorithms.core.make import make_learner
from stigmergy.algorithms.q_learning.replay import Replay, bytes_per_step
from stigmergy.envs.errors import BadParameter

from ..support.loop import Collector
from ..support.tiny_envs import IMAGE, Noise

N, NUM_ENVS, LENGTH = 3, 4, 6


def noise(**options):
    return Noise(NUM_ENVS, N, **{"masks": True, **options})


def learner(env, **config):
    context = Context(env.spec, env.spec.groups[0], num_envs=NUM_ENVS, rollout_length=LENGTH)
    return make_learner("iql", context, {"network": {"hidden": [8], "memory": "gru", "memory_size": 5}, **config})


def rollouts(env, number):
    collector = Collector(env, learner(env), LENGTH)
    return [collector.collect() for _ in range(number)]


def stored(env, number, capacity, keep_state=True):
    experience = rollouts(env, number)
    replay = Replay(capacity, experience[0], keep_state)
    for rollout in experience:
        replay.add(rollout)
    return replay, experience


def joined(experience, name):
    """One long array of all rollouts; parts with a row too many without it, but for the last."""
    parts = [getattr(rollout, name) for rollout in experience]
    return np.concatenate([part[:LENGTH] for part in parts] + [parts[-1][LENGTH:]])


@pytest.mark.parametrize("observation", [spaces.Box(-5, 5, (3,), np.float32), IMAGE], ids=["features", "image"])
@pytest.mark.parametrize("capacity", [100, 4 * LENGTH + 1, 2 * LENGTH + 3])
def test_it_holds_the_last_steps_as_they_were(observation, capacity):
    replay, experience = stored(noise(observation=observation), 4, capacity)
    kept = min(4 * LENGTH, capacity - 1)
    assert replay.filled == kept
    whole = replay.whole("cpu")
    seen, active = joined(experience, "observation")[-kept - 1 :], joined(experience, "active")[-kept - 1 :]
    np.testing.assert_array_equal(whole.observation[active], seen[active])
    assert not whole.observation[~active].any()  # what stands there means nothing
    valid = np.concatenate([rollout.valid for rollout in experience])[-kept:]
    np.testing.assert_array_equal(whole.action[:-1][valid], joined(experience, "action")[-kept:][valid])
    for name in ("first", "active"):
        np.testing.assert_array_equal(getattr(whole, name), joined(experience, name)[-kept - 1 :])
    for name in ("terminated", "truncated"):
        np.testing.assert_array_equal(getattr(whole, name), joined(experience, name)[-kept:])
    np.testing.assert_array_equal(whole.reward[valid], joined(experience, "reward")[-kept:][valid])


def test_rewards_of_nobody_are_left_out_and_rewards_while_waiting_are_not():
    replay, experience = stored(noise(), 6, 100)
    reward, terminated = joined(experience, "reward"), joined(experience, "terminated")
    first = joined(experience, "first")
    expected = reward.copy()
    for t, e, i in np.ndindex(reward.shape):
        gone = t > 0 and terminated[t - 1, e, i] and not first[t, e]
        if gone or first[t + 1, e]:
            expected[t, e, i] = 0
    np.testing.assert_array_equal(replay.whole("cpu").reward, expected)
    waiting = ~joined(experience, "active")[:-1] & (expected != 0)
    assert waiting.any()


def test_sequences_are_drawn_from_every_copy_and_every_start():
    replay, _ = stored(noise(), 3, 2 * LENGTH + 1)
    whole = replay.whole("cpu")
    stream = torch.Generator().manual_seed(0)
    found = set()
    for _ in range(40):
        sequence = replay.draw(8, 5, stream, "cpu")
        assert sequence.observation.shape == (6, 8, N, 3)
        assert sequence.reward.shape == (5, 8, N)
        for b in range(8):
            places = [
                (start, env_index)
                for start in range(2 * LENGTH - 4)
                for env_index in range(NUM_ENVS)
                if torch.equal(whole.observation[start : start + 6, env_index], sequence.observation[:, b])
            ]
            assert len(places) == 1
            found.add(places[0])
            start, env_index = places[0]
            np.testing.assert_array_equal(sequence.reward[:, b], whole.reward[start : start + 5, env_index])
            np.testing.assert_array_equal(sequence.action[:-1, b], whole.action[start : start + 5, env_index])
    assert len(found) == (2 * LENGTH - 4) * NUM_ENVS


def test_a_sequence_begins_with_the_memory_of_its_first_step():
    replay, experience = stored(noise(), 2, 100)
    hidden_state = np.concatenate([rollout.record["hidden_state"] for rollout in experience])
    active = joined(experience, "active")
    sequence = replay.whole("cpu")
    np.testing.assert_array_equal(sequence.hidden_state[active[0]], hidden_state[0][active[0]])
    later = replay._sequence(np.full(NUM_ENVS, 7), np.arange(NUM_ENVS), 3, "cpu")
    np.testing.assert_array_equal(later.hidden_state[active[7]], hidden_state[7][active[7]])
    assert hidden_state[7][active[7]].any()


@pytest.mark.parametrize("number", [1, 5])
def test_what_is_saved_is_all_there_is(number):
    replay, experience = stored(noise(), number, 2 * LENGTH + 3)
    restored = Replay.restored(replay.state_dict())
    for one in (replay, restored):
        one.add(experience[0])
    streams = [torch.Generator().manual_seed(0) for _ in range(2)]
    for mine, other in zip(replay.draw(5, 4, streams[0], "cpu"), restored.draw(5, 4, streams[1], "cpu")):
        np.testing.assert_equal(*(None if part is None else np.asarray(part) for part in (mine, other)))
    assert (replay.head, replay.filled) == (restored.head, restored.filled)


@pytest.mark.parametrize("keep_state", [True, False])
@pytest.mark.parametrize("observation", [spaces.Box(-5, 5, (3,), np.float32), IMAGE], ids=["features", "image"])
def test_the_estimate_is_what_it_takes(observation, keep_state):
    env = noise(observation=observation)
    context = Context(env.spec, env.spec.groups[0])
    rollout = rollouts(env, 1)[0]
    if keep_state:
        rollout = rollout._replace(state=np.zeros((LENGTH + 1, NUM_ENVS, 2), np.float32))
    replay = Replay(10, rollout, keep_state)
    assert sum(part.nbytes for part in replay.parts.values()) == 10 * NUM_ENVS * bytes_per_step(context, 5, keep_state)
    assert learner(env, buffer_size=4000).replay_bytes() == NUM_ENVS * 1001 * bytes_per_step(context, 5, False)


def test_it_is_refused_before_the_first_step():
    env = noise()
    with pytest.raises(BadParameter, match="MB of memory are free"):
        learner(env, buffer_size=10**12).prepare()
    with pytest.raises(BadParameter, match="buffer_size is 23; with 4 envs, rollouts of 6 steps"):
        learner(env, buffer_size=23)
    (sentence,) = learner(env).announce()
    assert "100,000 steps takes" in sentence
