"""value_truth: rewards, ends and true values; tests/algorithms/test_truth.py has the learners."""

import numpy as np
import pytest

import stigmergy
from stigmergy.envs.registration.make import make


def play(steps, **parameters):
    env = make("games/value_truth-v0", 2, **parameters)
    step = env.reset(0)
    total = np.zeros((2, env.spec.num_agents))
    for t in range(steps):
        step = env.step(np.full((2, env.spec.num_agents), t % 2))
        total += step.groups["agents"].reward
    return env, step, total


@pytest.mark.parametrize("ends", ["truncation", "termination"])
def test_every_step_pays_and_the_episode_stops_as_configured(ends):
    _, before, total = play(6, ends=ends, reward=2.5, max_cycles=7)
    assert (total == 15).all()
    assert not before.last.any()
    _, step, total = play(7, ends=ends, reward=2.5, max_cycles=7)
    assert (total == 17.5).all()
    assert step.last.all()
    assert step.truncated.all() == (ends == "truncation")
    assert step.groups["agents"].terminated.all() == (ends == "termination")
    assert step.groups["agents"].active.all() == (ends == "truncation")


def test_the_true_values():
    """gamma .9: endless 10; ended with 1, 2 and 5 steps to go 1, 1.9 and 4.0951."""
    endless = make("games/value_truth-v0").config
    ended = make("games/value_truth-v0", ends="termination").config
    assert [endless.true_value(0.9, t) for t in (0, 3)] == pytest.approx([10, 10])
    assert [ended.true_value(0.9, t) for t in (4, 3, 0)] == pytest.approx([1, 1.9, 4.0951])
    assert make("games/value_truth-v0", reward=-3).config.true_value(0) == -3
    with pytest.raises(stigmergy.BadParameter, match="gamma is 1; allowed is 0 to below 1"):
        endless.true_value(1)


def test_time_is_seen_if_asked_for():
    for t in range(4):
        _, step, _ = play(t, observe="time", max_cycles=3, num_agents=2)
        np.testing.assert_array_equal(step.groups["agents"].observation[0], np.tile(np.arange(3) == t, (2, 1)))
        np.testing.assert_allclose(step.state, t / 3)
        _, step, _ = play(t, max_cycles=3)
        assert (step.groups["agents"].observation == 1).all()


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"reward": float("inf")}, "reward is inf; allowed is -1000000 to 1000000"),
        ({"max_cycles": 0}, "max_cycles is 0; allowed is 1"),
        ({"observe": "time", "max_cycles": 10_001}, "max_cycles is 10001; allowed is 1 to 10000"),
        ({"num_agents": 0}, "num_agents is 0; allowed is 1"),
    ],
)
def test_bad_parameters_are_told_in_a_sentence(parameters, sentence):
    with pytest.raises(stigmergy.BadParameter, match=sentence):
        make("games/value_truth-v0", **parameters)


@pytest.mark.parametrize("parameters", [{}, {"ends": "termination"}, {"max_cycles": 1000}])
def test_picture_and_text(parameters):
    env, _, _ = play(3, **parameters)
    assert env.text(0).startswith("step 3 of ")
    assert env.draw(0).shape[2] == 3
