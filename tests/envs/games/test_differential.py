"""The differential game against the numbers of its formula, worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stigmergy
from stigmergy.envs.games.differential.rules import payoff
from stigmergy.envs.games.policies import Optimum
from stigmergy.envs.registration.make import make

ANY = st.floats(-100, 100, width=32)


def play(*pairs, **parameters):
    """Play one episode for each pair, all at once."""
    env = make("games/differential-v0", len(pairs), **parameters)
    env.reset(0)
    return env, env.step(np.array(pairs, np.float32)[:, :, None])


@pytest.mark.parametrize(
    ("u1", "u2", "paid"),
    [
        (5, 5, 10),  # the top
        (-5, -5, 0),  # the top of the wide hill
        (0, 0, -40 / 9),  # -4.44
        (1.95, 1.95, -8.6),  # the valley between them
        (6, 3, 10 - 1 - 4),
        (-2, 1, -0.8 * (1 + 4)),
        (100, 100, -0.8 * 2 * 35**2),
    ],
)
def test_the_known_places(u1, u2, paid):
    _, step = play((u1, u2))
    np.testing.assert_allclose(step.groups["agents"].reward, [[paid, paid]], atol=0.02 if u1 == 1.95 else 1e-5)


def test_the_valley_on_the_diagonal_lies_where_it_should():
    u = np.linspace(-5, 5, 10_001)
    _, step = play(*zip(u, u))
    lowest = step.groups["agents"].reward[:, 0].argmin()
    assert u[lowest] == pytest.approx(1.95, abs=0.01)


@settings(max_examples=50, deadline=None)
@given(ANY, ANY)
def test_nothing_pays_more_than_the_top_and_agents_may_be_exchanged(u1, u2):
    _, step = play((u1, u2), (u2, u1))
    reward = step.groups["agents"].reward
    assert (reward <= 10).all()
    np.testing.assert_array_equal(reward, reward[0, 0])
    u1, u2 = np.float64(u1), np.float64(u2)
    hills = -0.8 * (((u1 + 5) / 3) ** 2 + ((u2 + 5) / 3) ** 2), 10 - (u1 - 5) ** 2 - (u2 - 5) ** 2
    np.testing.assert_allclose(reward[0, 0], max(hills), rtol=1e-5, atol=1e-5)


def climb(u, rate=0.02, steps=3000):
    """Move each agent from `u` along the slope of its payoff, taken by differences."""
    u = np.array(u, float)
    for _ in range(steps):
        slope = [(payoff(*(u + 1e-4 * e)) - payoff(*(u - 1e-4 * e))) / 2e-4 for e in np.eye(2)]
        u += rate * np.array(slope)
    return u


def test_who_starts_in_the_middle_climbs_the_wide_hill_and_who_starts_near_the_narrow_one_that():
    for start in np.random.default_rng(0).normal(size=(5, 2)):
        np.testing.assert_allclose(climb(start), -5, atol=1e-3)
    np.testing.assert_allclose(climb((3.5, 3.5)), 5, atol=1e-3)
    assert payoff(5, 5) == 10
    assert payoff(-5, -5) == 0


def test_metrics_and_the_end():
    _, step = play((5, 5), (-5, -5), (5, 7), (5, 9))
    assert step.last.all()
    assert step.groups["agents"].terminated.all()
    assert not step.truncated.any()
    np.testing.assert_array_equal(step.metrics["global_hill"], [1, 0, 1, 0])  # 10, 0, 6 and -6
    np.testing.assert_allclose(step.metrics["regret"], [0, 10, 4, 16], atol=1e-5)


def test_optimum_stands_on_the_top():
    env = make("games/differential-v0", 3, action_range=5)
    env.reset(0)
    optimum = Optimum.build(env.spec, env.spec.groups[0], env.config)
    assert (env.step(optimum.act(env.state)).groups["agents"].reward == 10).all()


def test_actions_lie_in_the_range():
    env = make("games/differential-v0", 1)
    assert (env.spec.groups[0].action_space.low, env.spec.groups[0].action_space.high) == (-100, 100)
    with pytest.raises(ValueError, match="allowed is"):
        play((11, 0), action_range=10)
    with pytest.raises(stigmergy.BadParameter, match=r"action_range is 4.*allowed is 5"):
        make("games/differential-v0", action_range=4)


def test_text_says_what_was_chosen():
    env, _ = play((6, 3))
    assert env.text(0) == "agent 0: 6  agent 1: 3  paid 5"
