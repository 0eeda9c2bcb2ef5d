"""A recording of states draws what the environment drew when it was played."""

from types import SimpleNamespace

import numpy as np
import pytest

from stigmergy.envs.errors import BadParameter
from stigmergy.envs.pathfinding.env import Pathfinding
from stigmergy.envs.registration.make import make
from stigmergy.envs.tools.recording import Recording, frames

COPY = 1


@pytest.fixture(autouse=True)
def with_trails(monkeypatch):
    monkeypatch.setattr(Pathfinding, "trail_length", 3)


@pytest.fixture
def played():
    """Three envs, a recording of one, and the pictures of that env at every step."""
    env = make("pathfinding/lifelong-v0", num_envs=3, num_agents=4, height=6, width=7, density=0.1, max_cycles=6)
    random = np.random.default_rng(0)
    env.reset(seed=5)
    recording, pictures, snapshots = Recording.of(env), [], []
    for _ in range(10):  # over the end of an episode
        recording.add(env, COPY)
        pictures.append(env.draw(COPY, trail=snapshots[-3:], follow=2))
        snapshots.append(env.snapshot())
        env.step(random.integers(5, size=(3, 4)))
    return recording, pictures


def test_redraws_what_was_seen(played):
    recording, pictures = played
    redrawn = list(frames(recording, follow=2))
    assert len(redrawn) == len(recording) == len(pictures)
    for seen, again in zip(pictures, redrawn):
        np.testing.assert_array_equal(seen, again)


def test_environments_without_trails_get_none(played, monkeypatch):
    recording, _ = played
    given = []
    monkeypatch.setattr(Pathfinding, "trail_length", 0)
    monkeypatch.setattr(Pathfinding, "draw", lambda self, copy, **options: given.append(options))
    list(frames(recording))
    assert given == [{}] * len(recording)


def test_states_are_kept_apart_from_the_environment(played):
    recording, _ = played
    assert [int(state.elapsed[0]) for state in recording.states] == [0, 1, 2, 3, 4, 5, 6, 0, 1, 2]
    assert all(field.shape[0] == 1 for state in recording.states for field in state)


def test_unchanged_arrays_are_held_once(played):
    recording, _ = played
    maps = [id(state.obstacle) for state in recording.states]
    assert len(set(maps[:7])) == 1
    assert maps[7] != maps[0]  # the next episode has another map


def test_parameters_are_plain_and_rebuild_the_environment(played):
    recording, _ = played
    assert recording.parameters["num_agents"] == 4
    assert make(recording.id, 1, **recording.parameters).spec.num_agents == 4


def test_copy_out_of_range():
    env = make("pathfinding/lifelong-v0", num_envs=2)
    env.reset(seed=0)
    with pytest.raises(BadParameter, match="copy is 2; allowed is 0 to 1"):
        Recording.of(env).add(env, 2)


def test_an_environment_whose_state_is_not_its_own_is_refused():
    bridged = SimpleNamespace(spec=SimpleNamespace(id="pettingzoo:x", resumable=False), config=None)
    with pytest.raises(BadParameter, match="'pettingzoo:x' keeps its state to itself"):
        Recording.of(bridged)
