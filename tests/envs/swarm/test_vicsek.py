"""The Vicsek task against known properties of Vicsek's model.

test_headings.py tests the rules that it shares with Kuramoto's.
"""

import numpy as np
import pytest

import stigmergy
from stigmergy.envs.registration.make import make
from stigmergy.envs.swarm.vicsek.policies import Align
from tests.envs.support.swarm.heading_scenes import VICSEK, order, play, put, quiet, turn


def test_without_noise_and_limits_everyone_agrees_after_one_step():
    """The classical update where everyone sees everyone: radius >= side / sqrt(2)."""
    env = quiet(VICSEK, 16, num_agents=50, radius=4 / np.sqrt(2), max_turn=np.pi, action_cost=0.0)
    _, rewards = play(env, Align, 1)
    np.testing.assert_allclose(rewards, 1.0, atol=1e-6)


def test_a_limited_turn_needs_as_many_steps_as_the_angle_asks_for():
    env = quiet(VICSEK, 1, num_agents=2, radius=3.0, max_turn=0.2)
    put(env, [[0.0, 2.0]])
    rule = Align.build(env.spec, env.spec.groups[0], env.config)
    for expected in ([0.2, 1.8], [0.4, 1.6], [0.6, 1.4], [0.8, 1.2], [1.0, 1.0], [1.0, 1.0]):
        env.step(rule.act(env.state))
        np.testing.assert_allclose(env.state.angle[0], expected, atol=1e-6)


def test_flyers_turn_first_and_then_fly_along_the_new_heading():
    env = quiet(VICSEK, 1, num_agents=2, speed=0.5, max_turn=np.pi / 2)
    put(env, [[0.0, np.pi / 2]], [[[0.0, 0.0], [1.0, 1.8]]])
    env.step(np.array([[[1.0], [0.0]]], np.float32))
    np.testing.assert_allclose(env.state.position[0], [[0.0, 0.5], [1.0, -1.7]], atol=1e-6)  # over the edge at y = 2


def test_those_in_sight_are_found_over_the_edge_and_counted():
    env = quiet(VICSEK, 1, num_agents=4, radius=0.5)
    position = [[[1.9, 0.0], [-1.9, 0.0], [0.0, 0.0], [0.0, 0.4]]]
    seen = put(env, [[0.0, 1.0, 0.0, np.pi / 2]], position).groups["agents"].observation[0]
    np.testing.assert_allclose(np.arctan2(seen[:, 0], seen[:, 1]), [0.5, -0.5, np.pi / 4, -np.pi / 4], atol=1e-6)
    np.testing.assert_allclose(seen[:, 2], np.cos([0.5, 0.5, np.pi / 4, np.pi / 4]), atol=1e-6)
    np.testing.assert_allclose(seen[:, 3], 1 / 3, rtol=1e-6)


def test_order_falls_as_noise_grows():
    """Vicsek's transition: from order almost 1 to that of random headings."""
    found = []
    for noise in (0.05, 1.0, 2.5):
        env = make(VICSEK, 4, num_agents=400, noise=noise, observation_noise=0.0, max_turn=np.pi, action_cost=0.0)
        _, rewards = play(env, Align, 60)
        found.append(rewards[30:].mean())
    assert found[0] > 0.99
    assert 0.5 < found[1] < 0.9
    assert found[2] < 0.15


def test_what_holds_for_a_hundred_holds_for_a_thousand():
    orders = []
    for n, num_envs in ((100, 80), (1000, 12)):
        _, rewards = play(make(VICSEK, num_envs, num_agents=n), Align, 60)
        orders.append(rewards.mean())
    assert orders[0] == pytest.approx(orders[1], rel=0.04)


def test_scripted_flyers_beat_idle_ones():
    env = make(VICSEK, 16)
    _, rewards = play(env, Align, 60)
    assert rewards[-1].mean() > 0.8
    env.reset(seed=3)
    for _ in range(60):
        turn(env, 0.0)
    assert order(env.state.angle).mean() < 0.2


def test_a_speed_that_jumps_around_the_torus_is_named():
    with pytest.raises(stigmergy.BadParameter, match=r"speed is 5\.0; allowed is 0 to 4\.0"):
        make(VICSEK, speed=5.0)
