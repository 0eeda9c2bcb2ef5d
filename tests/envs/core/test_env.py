"""BatchEnv: what happens at the edges of episodes, and what it refuses."""

from typing import ClassVar

import numpy as np
import pytest

from stigmergy.envs.core.random_policy import random_actions

from ..support.dummies import GOAL, Race, RaceConfig, race

STAY = {"runners": np.ones((2, 2), int), "watchers": np.zeros((2, 1, 1), np.float32)}


def forward(num_envs: int) -> dict[str, np.ndarray]:
    return {"runners": np.full((num_envs, 2), 2), "watchers": np.full((num_envs, 1, 1), 0.5, np.float32)}


def test_an_episode_is_cut_at_its_horizon_and_the_next_step_begins_another():
    env = race(2, max_cycles=3)
    step = env.reset(0)
    assert step.first.all()
    for t in range(1, 4):
        step = env.step(STAY)
        assert not step.first.any()
        assert step.truncated.tolist() == step.last.tolist() == [t == 3] * 2
    assert step.groups["runners"].active.all(), "who would have gone on is active, for the bootstrap"
    assert step.metrics["arrived"].tolist() == [0, 0]
    elsewhere = {"runners": np.full((2, 2), 99), "watchers": np.full((2, 1, 1), np.nan)}
    step = env.step(elsewhere)  # ignored, whatever they are
    assert step.first.all()
    assert not step.last.any()
    assert not step.groups["watchers"].reward.any()
    assert step.metrics == {}


def test_an_episode_ends_when_all_have_terminated():
    env = race(2, max_cycles=20)
    step = env.reset(1)
    rewards = np.zeros((2, 2))
    while not step.last.all():
        step = env.step(forward(2))
        rewards += step.groups["runners"].reward
        runners = step.groups["runners"]
        assert (runners.terminated == (env.state.place == GOAL)).all()
        assert not (runners.active & runners.terminated).any()
        if step.last.any():
            break
    assert rewards.max() == 1
    assert not step.truncated.any()


def test_copies_end_and_begin_on_their_own():
    env = race(16, max_cycles=6)
    step = env.reset(2)
    generator = np.random.default_rng(0)
    before = np.zeros(16, bool)
    seen_apart = False
    for _ in range(60):
        step = env.step(random_actions(env.spec.groups, step, generator))
        assert (step.first == before).all()
        seen_apart |= 0 < step.last.sum() < 16
        before = step.last.copy()
    assert seen_apart


def test_a_reset_without_seed_goes_on_and_with_one_starts_anew():
    env = race(4)
    first = env.reset(7).groups["runners"].observation.copy()
    later = [env.reset().groups["runners"].observation.copy() for _ in range(5)]
    assert any((one != first).any() for one in later)
    assert (env.reset(7).groups["runners"].observation == first).all()


def test_a_snapshot_restores_all_that_evolves():
    env, other = race(3, max_cycles=5), race(3, max_cycles=5)
    generator = np.random.default_rng(1)
    step = env.reset(3)
    for _ in range(7):
        step = env.step(random_actions(env.spec.groups, step, generator))
    kept = env.snapshot()
    restored = other.restore(kept)
    assert (restored.groups["runners"].observation == step.groups["runners"].observation).all()
    for _ in range(20):
        actions = random_actions(env.spec.groups, step, generator)
        step, twin = env.step(actions), other.step(actions)
        assert (step.groups["runners"].observation == twin.groups["runners"].observation).all()
        assert (step.groups["watchers"].reward == twin.groups["watchers"].reward).all()
    assert (kept.elapsed != env.state.elapsed).any(), "a snapshot is a copy"


def test_a_snapshot_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="snapshot field 'stream'"):
        race(2).restore(race(3).snapshot())


def test_fields_of_earlier_releases_are_read_by_their_names_of_that_time():
    class Renamed(Race):
        former_fields: ClassVar = {"cell": "place"}

    env = Renamed("race-v0", 3, RaceConfig())
    env.reset(seed=1)
    fields = env.snapshot()._asdict()
    expected = fields["place"] = fields["place"] + 1
    for names in (fields, {"cell" if name == "place" else name: value for name, value in fields.items()}):
        np.testing.assert_array_equal(env.state_of(names).place, expected)
    with pytest.raises(TypeError, match="spot"):
        env.state_of({"spot": expected, **fields})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"runners": np.full((2, 2), 3)}, r"runner_0 in copy 0 is 3.*Discrete\(3\)"),
        ({"runners": np.ones((2, 3), int)}, r"shape \(2, 3\); expected \(2, 2\)"),
        ({"runners": np.ones((2, 2))}, "dtype float64; expected int64"),
        ({"watchers": np.full((2, 1, 1), np.nan, np.float32)}, "watcher_0 in copy 0"),
        ({"watchers": np.full((2, 1, 1), 1.5, np.float32)}, "watcher_0 in copy 0"),
    ],
)
def test_wrong_actions_are_named(change, words):
    env = race(2)
    env.reset(0)
    with pytest.raises(ValueError, match=words):
        env.step(STAY | change)


def test_missing_groups_and_bare_arrays_are_named():
    env = race(2)
    env.reset(0)
    with pytest.raises(ValueError, match="lack the group 'watchers'"):
        env.step({"runners": STAY["runners"]})
    with pytest.raises(ValueError, match="runners, watchers"):
        env.step(STAY["runners"])


def test_a_step_before_the_first_reset_is_refused():
    with pytest.raises(RuntimeError, match="reset"):
        race(2).step(STAY)


def test_there_is_at_least_one_copy():
    with pytest.raises(ValueError, match="num_envs is 0"):
        race(0)


def test_a_state_without_the_required_fields_is_refused():
    class Forgetful(Race):
        def _allocate(self):
            return (np.zeros(1),)

    with pytest.raises(ValueError, match="lacks stream, elapsed, over"):
        Forgetful("forgetful-v0", 1, race().config)
