"""Spread beside mpe2's simple_spread, and scenes worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpe2 import simple_spread_v3

from stigmergy.envs.core.random_policy import random_action
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.make import make
from stigmergy.envs.swarm.spread.policies import SpreadAssign, assign
from tests.envs.support.mpe_oracle import TOLERANCE, differences, place

ID = "swarm/spread-v0"
FAR = [[0, 0], [5, 5], [-5, 5]]
NEIGHBOURS = {"num_agent_neighbors": 3, "num_landmark_neighbors": 8}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({}, {}),
        ({"continuous": True}, {"continuous_actions": True}),
        ({"num_agents": 6, "local_ratio": 0.2, **NEIGHBOURS}, {"N": 6, "local_ratio": 0.2, **NEIGHBOURS}),
        ({"num_agents": 3, "num_agent_neighbors": 4}, {"num_agent_neighbors": 4}),
        ({"num_agents": 5, "collision_penalty": False}, {"N": 5, "curriculum": True}),
        (
            {"num_agents": 1, "terminate_on_success": True, "max_cycles": 50},
            {"N": 1, "terminate_on_success": True, "max_cycles": 50},
        ),
    ],
)
def test_it_moves_sees_and_pays_as_mpe2_does(ours, theirs):
    env, oracle = make(ID, **ours), simple_spread_v3.parallel_env(**theirs)
    steps, crowded, worst = differences(env, oracle, {"agents": oracle.possible_agents}, 24)
    assert steps >= 450
    assert crowded >= 15 or len(oracle.possible_agents) == 1
    assert max(worst.values()) < TOLERANCE, worst


def test_success_ends_an_episode_when_mpe2_says_so():
    env = make(ID, num_agents=1, terminate_on_success=True)
    step = place(env, [[0, 0]], [[0, 0]], [[0.05, 0]])
    assert not step.groups["agents"].terminated.any()  # it is not looked for at the beginning
    step = env.step(np.array([[0]]))
    assert step.groups["agents"].terminated.all()
    assert step.last.all()
    assert not step.truncated.any()
    assert step.metrics["occupied"] == 1
    assert not env.step(np.array([[0]])).groups["agents"].terminated.any()


def test_golden_a_single_agent_far_from_the_others():
    env = make(ID)
    place(env, FAR, np.zeros((3, 2)), FAR)
    seen = []
    for action in (2, 0, 4):
        env.step(np.array([[action, 0, 0]]))
        seen.append([*env.state.position[0, 0], *env.state.velocity[0, 0]])
    np.testing.assert_allclose(seen, [[0, 0, 0.5, 0], [0.05, 0, 0.375, 0], [0.0875, 0, 0.28125, 0.5]])


def test_observations_have_eighteen_numbers_in_mpe2s_order():
    env = make(ID)
    step = place(env, [[0, 0], [1, 0], [0, 1]], [[0.1, 0.2], [0, 0], [0, 0]], [[2, 0], [0, 3], [-4, 0]], elapsed=5)
    np.testing.assert_allclose(
        step.groups["agents"].observation[0, 0],
        np.array([0.1, 0.2, 0, 0, 2, 0, 0, 3, -4, 0, 1, 0, 0, 1, 0, 0, 0, 0], np.float32),
    )
    assert step.groups["agents"].observation.shape[2] == 18
    np.testing.assert_allclose(
        step.state[0], np.array([0, 0, 1, 0, 0, 1, 0.1, 0.2, 0, 0, 0, 0, 2, 0, 0, 3, -4, 0, 0.2], np.float32)
    )


def test_rewards_weigh_all_distances_and_ones_own_touches():
    env = make(ID, local_ratio=0.25)
    # Agents 0 and 1 touch; the landmarks are 1, 2 and 0 from their nearest agents.
    place(env, [[0, 0], [0.2, 0], [5, 0]], np.zeros((3, 2)), [[0, 1], [0.2, 2], [5, 0]])
    step = env.step(np.zeros((1, 3), int))
    np.testing.assert_allclose(step.groups["agents"].reward[0], [-2.5, -2.5, -2.25], rtol=1e-6)


def test_metrics_by_hand():
    env = make(ID, max_cycles=2)
    place(env, [[0, 0], [0.2, 0], [5, 0]], np.zeros((3, 2)), [[0, 1], [0.2, 2], [5, 0.09]])
    env.step(np.zeros((1, 3), int))
    step = env.step(np.zeros((1, 3), int))  # the two that touch in the first step are pushed 0.4 apart in the second
    x = env.state.position[0, :2, 0]
    assert step.metrics["collisions"] == 1
    assert step.metrics["occupied"] == pytest.approx(1 / 3)
    distances = [np.hypot(x[0], 1), np.hypot(x[1] - 0.2, 2), 0.09]
    assert step.metrics["landmark_distance"] == pytest.approx(np.mean(distances))


@pytest.mark.parametrize(
    ("name", "value"),
    [("num_agents", 0), ("local_ratio", 1.5), ("num_agent_neighbors", 0), ("num_landmark_neighbors", -1)],
)
def test_bad_parameters_are_named(name, value):
    with pytest.raises(BadParameter, match=rf"{name} is {value}; allowed is"):
        make(ID, **{name: value})


def test_landmarks_are_shared_out_with_short_ways():
    generator = np.random.default_rng(0)
    position, landmark = generator.uniform(-1, 1, (2, 20, 3, 2))
    choice = assign(position, landmark)
    assert (np.sort(choice, axis=1) == range(3)).all()
    way = np.linalg.norm(position[:, :, None] - landmark[:, None], axis=3)
    ours = np.take_along_axis(way, choice[:, :, None], axis=2).sum(axis=(1, 2))
    swaps = [
        np.take_along_axis(way, choice[:, order, None], axis=2).sum(axis=(1, 2))
        for order in ([1, 0, 2], [2, 1, 0], [0, 2, 1])
    ]
    assert (ours <= np.min(swaps, axis=0) + 1e-9).all()


@pytest.mark.parametrize("continuous", [False, True])
def test_the_baseline_covers_most_landmarks(continuous):
    env = make(ID, 32, continuous=continuous)
    policy = SpreadAssign.built_for("spread_assign", env.spec, env.spec.groups[0], env.config)
    step, generator = env.reset(seed=0), np.random.default_rng(0)
    for _ in range(25):
        step = env.step(policy.act(env.state, generator))
    assert step.last.all()
    assert step.metrics["occupied"].mean() > 0.85  # 0.01 by chance


def test_pictures_flash_touches_and_show_everyone():
    env = make(ID)
    place(env, [[0, 0], [0.2, 0], [2.9, 0]], np.zeros((3, 2)), [[0, 1], [0.2, 1.5], [2.9, 0]], elapsed=1)
    touching = env.draw()
    assert "touches 1" in env.text().splitlines()[0]
    assert "covered" in env.text().splitlines()[5]
    red = (np.abs(touching.astype(int) - (214, 39, 40)).sum(axis=2) < 30).sum()
    assert red > 100
    with pytest.raises(BadParameter, match="copy is 1"):
        env.draw(1)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 7), ratio=st.floats(0, 1), continuous=st.booleans())
def test_rewards_of_random_play_are_distances_and_touches(seed, n, ratio, continuous):
    env = make(ID, 2, num_agents=n, local_ratio=ratio, continuous=continuous, max_cycles=12)
    step, generator, collisions = env.reset(seed), np.random.default_rng(seed), np.zeros(2)
    for _ in range(12):
        step = env.step(random_action(env.spec.groups[0], step.groups["agents"], generator))
        position = env.state.position
        far = np.linalg.norm(env.state.landmark[:, :, None] - position[:, None], axis=3).min(axis=2).sum(axis=1)
        near = np.linalg.norm(position[:, :, None] - position[:, None], axis=3) < 0.3
        touching = near.sum(axis=2) - 1  # not oneself
        expected = -(1 - ratio) * far[:, None] - ratio * touching
        np.testing.assert_allclose(step.groups["agents"].reward, expected, atol=1e-5)
        collisions += touching.sum(axis=1) / 2
        np.testing.assert_array_equal(env.state.collisions, collisions)
