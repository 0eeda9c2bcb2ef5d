"""The Kuramoto task against known properties of Kuramoto's model.

test_headings.py tests the rules that it shares with Vicsek's.
"""

import numpy as np
import pytest

import stigmergy
from stigmergy.envs.registration.make import make
from stigmergy.envs.swarm.kuramoto.policies import Synchronize
from tests.envs.support.swarm.heading_scenes import KURAMOTO, order, put, quiet

EVERYONE = 3.0  # a radius that spans the torus of side 4


def couple(env, coupling, steps):
    """Follow Kuramoto's model from the present state. Returns the orders `(steps, num_envs)`."""
    rule = Synchronize(env.constants, coupling)
    return np.array([env.step(rule.act(env.state)).groups["agents"].reward[:, 0] for _ in range(steps)])


def apart(env):
    """The phase of the first oscillator relative to the second, in [-pi, pi)."""
    angle = env.state.angle
    return (angle[:, 0] - angle[:, 1] + np.pi) % (2 * np.pi) - np.pi


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, -0.6])
def test_two_coupled_oscillators_settle_at_the_arcsine(share):
    """The difference rests at the arcsine of a ratio.

    d(difference) = difference of frequencies - coupling * sin(difference), so it is the arcsine of
    the difference of frequencies over the coupling.
    """
    env = quiet(KURAMOTO, 8, num_agents=2, radius=EVERYONE, max_turn=0.3, action_cost=0.0, max_cycles=1000)
    starts = np.linspace(-1.5, 1.5, 8)
    put(env, np.stack([starts, np.zeros(8)], axis=1), frequency=np.array([0.5, -0.5]) * share * 0.3)
    rule = Synchronize(env.constants, 0.3)
    action = rule.act(env.state)[..., 0]
    np.testing.assert_allclose(action[:, 0], np.sin(-starts) / 2, atol=1e-6)  # half of the sine: the mean over two
    expected = apart(env) + share * 0.3 - 0.3 * np.sin(apart(env))
    env.step(rule.act(env.state))
    np.testing.assert_allclose(apart(env), expected, atol=1e-6)
    couple(env, 0.3, 900)
    np.testing.assert_allclose(apart(env), np.arcsin(share), atol=1e-5)


def test_too_different_oscillators_drift_apart():
    env = quiet(KURAMOTO, 1, num_agents=2, radius=EVERYONE, max_turn=0.3, max_cycles=1000)
    put(env, np.zeros((1, 2)), frequency=[0.17, -0.17])
    seen = []
    for _ in range(300):
        couple(env, 0.3, 1)
        seen.append(apart(env)[0])
    assert max(seen) > 3
    assert min(seen) < -3


def test_everyone_in_sight_is_the_sum_over_all_pairs():
    env = quiet(KURAMOTO, 4, num_agents=30, radius=EVERYONE)
    env.reset(seed=1)
    angle = env.state.angle
    pairs = np.sin(angle[:, None] - angle[:, :, None]).mean(axis=2) * 0.15 / env.config.max_turn
    np.testing.assert_allclose(Synchronize(env.constants, 0.15).act(env.state)[..., 0], pairs, atol=1e-6)


def test_order_above_and_below_the_critical_coupling():
    """All lock above the critical coupling, and none below.

    For frequencies spread evenly to 0.1 the critical coupling is 0.4 / pi = 0.127. At 0.2 all lock
    with the order that solves r = (sqrt(1 - q^2) + asin(q) / q) / 2 with q = 0.1 / (0.2 r), which
    is 0.951.
    """
    env = quiet(KURAMOTO, 2, num_agents=3000, radius=EVERYONE, action_cost=0.0, max_cycles=2000)
    env.reset(seed=2)
    assert couple(env, 0.2, 900)[-1] == pytest.approx(0.951, abs=0.005)
    r = order(env.state.angle)
    q = 0.5 / r
    np.testing.assert_allclose((np.sqrt(1 - q**2) + np.arcsin(q) / q) / 2, r, atol=0.005)
    env.reset(seed=2)
    assert couple(env, 0.07, 900)[300:].max() < 0.15


def test_the_scripted_rule_never_asks_for_too_much():
    env = make(KURAMOTO, 16)
    env.reset(seed=0)
    rule = Synchronize.build(env.spec, env.spec.groups[0], env.config)
    for _ in range(60):
        action = rule.act(env.state)
        assert np.abs(action).max() < 1
        env.step(action)
    assert order(env.state.angle).mean() > 0.4


def test_cancelling_the_own_frequency_is_minus_the_last_number_seen():
    env = quiet(KURAMOTO, 2, num_agents=20, max_turn=0.5, spread=0.4)
    step = env.reset(seed=3)
    before = env.state.angle.copy()
    assert np.abs(env.state.frequency).max() > 0.3
    env.step(-step.groups["agents"].observation[..., 3:])
    np.testing.assert_allclose(env.state.angle, before, atol=1e-6)


def test_oscillators_stand_still_and_frequencies_fill_their_range():
    env = make(KURAMOTO, 4, num_agents=2000, spread=0.2)
    env.reset(seed=0)
    before, frequency = env.state.position.copy(), env.state.frequency.copy()
    assert frequency.std() == pytest.approx(0.2 / np.sqrt(3), rel=0.02)
    assert np.abs(frequency).max() <= 0.2
    for _ in range(3):
        env.step(np.zeros((4, 2000, 1), np.float32))
    np.testing.assert_array_equal(before, env.state.position)
    np.testing.assert_array_equal(frequency, env.state.frequency)


def test_a_spread_that_is_no_frequency_is_named():
    with pytest.raises(stigmergy.BadParameter, match=r"spread is 4\.0; allowed is 0 to 3"):
        make(KURAMOTO, spread=4.0)
