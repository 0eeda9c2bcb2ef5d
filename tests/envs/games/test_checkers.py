"""The checkers task on hand-made scenes; test_ma_gym.py follows ma-gym step by step."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stigmergy
from stigmergy.envs.games.checkers.policies import ClearTheWay
from stigmergy.envs.games.checkers.rules import APPLE, LEMON
from stigmergy.envs.registration.make import make

DOWN, LEFT, UP, RIGHT, STAY = range(5)


def play(actions, **parameters):
    """Play one env through `actions`; return it, its last step and all rewards."""
    env = make("games/checkers-v0", 1, **parameters)
    step = env.reset(0)
    rewards = []
    for joint in actions:
        step = env.step(np.array([joint]))
        rewards.append(step.groups["agents"].reward[0].copy())
    return env, step, np.array(rewards)


def left(env):
    return int((env.state.food[0] == LEMON).sum()), int((env.state.food[0] == APPLE).sum())


def test_ma_gyms_golden():
    """Two steps left eat a lemon each and then an apple each.

    In the third step agent 0 eats a lemon and agent 1 stays.
    """
    moves = [(LEFT, LEFT), (LEFT, LEFT), (LEFT, STAY)]
    env, _, rewards = play(moves)
    np.testing.assert_allclose(rewards, [(-10.01, -1.01), (9.99, 0.99), (-10.01, -0.01)], rtol=1e-5)
    assert [left(play(moves[:k])[0]) for k in range(4)] == [(9, 9), (7, 9), (7, 7), (6, 7)]
    assert env.text(0).splitlines() == ["oyo0....", "yoyoyo..", "oyoy1...", "step 3"]


def test_agents_do_not_enter_each_others_cell_and_agent_0_goes_first():
    env, _, _ = play([(DOWN, UP)])
    assert env.state.cell[0].tolist() == [[1, 6], [2, 6]]
    env, _, _ = play([(DOWN, UP), (DOWN, LEFT), (DOWN, STAY)])
    assert env.state.cell[0].tolist() == [[2, 6], [2, 5]]


def test_observation_has_marks_of_the_surroundings():
    _, step, _ = play([(DOWN, STAY)])
    seen = step.groups["agents"].observation[0]
    np.testing.assert_allclose(seen[0, :2], [1 / 3, 6 / 7], rtol=1e-6)
    marks = seen[0, 2:].reshape(3, 3, 5)  # around (1, 6): lemon, apple, agent 0, agent 1, nothing
    expected = np.zeros((3, 3, 5))
    expected[0, 0, 0] = expected[2, 0, 0] = 1  # lemons at (0, 5) and (2, 5)
    expected[1, 0, 1] = 1  # the apple at (1, 5)
    expected[1, 1, 2] = 1  # itself
    expected[2, 1, 3] = 1  # agent 1 at (2, 6)
    np.testing.assert_array_equal(marks, expected)
    below = seen[1, 2:].reshape(3, 3, 5)[2]
    assert not below.any()  # row 3 lies outside
    assert step.groups["agents"].observation.shape == (1, 2, 47)
    both = play([(DOWN, STAY)], full_observation=True, clock=True)[1].groups["agents"].observation[0]
    np.testing.assert_allclose(both[0], np.concatenate([seen[0], [0.01], seen[1], [0.01]]), rtol=1e-6)
    np.testing.assert_array_equal(both[0], both[1])


def test_global_state_has_all_food_and_places():
    env, step, _ = play([(DOWN, STAY)])
    food = step.state[0, :48].reshape(3, 8, 2)
    np.testing.assert_array_equal(food[..., 0], env.state.food[0] == LEMON)
    np.testing.assert_array_equal(food[..., 1], env.state.food[0] == APPLE)
    np.testing.assert_allclose(step.state[0, 48:], [1 / 2, 6 / 7, 1, 6 / 7, 1 / 100], rtol=1e-6)


def test_clearing_the_way_feeds_every_apple_to_the_one_it_is_worth_most_to():
    """All nine apples are worth 90, the nine lemons cost 9, and 30 steps of two agents 0.6."""
    env = make("games/checkers-v0", 1)
    step = env.reset(0)
    policy, total = ClearTheWay.build(env.spec, env.spec.groups[0], env.config), np.zeros(2)
    while not step.last[0]:
        step = env.step(policy.act(env.state))
        total += step.groups["agents"].reward[0]
    assert step.groups["agents"].terminated.all()
    assert not step.truncated[0]
    assert env.state.elapsed[0] == 30
    np.testing.assert_allclose(total, [90 - 0.3, -9 - 0.3], rtol=1e-5)
    assert {name: float(value[0]) for name, value in step.metrics.items()} == {
        "apples": 1,
        "cleared": 1,
        "sensitive_apples": 9,
        "sensitive_lemons": 0,
        "plain_apples": 0,
        "plain_lemons": 9,
    }


def test_metrics_of_an_episode_that_was_cut():
    _, step, _ = play([(LEFT, LEFT), (LEFT, LEFT), (LEFT, STAY)], max_cycles=3)
    assert step.truncated[0]
    assert {name: float(value[0]) for name, value in step.metrics.items()} == {
        "apples": 2 / 9,
        "cleared": 0,
        "sensitive_apples": 1,
        "sensitive_lemons": 2,
        "plain_apples": 1,
        "plain_lemons": 1,
    }


def test_rewards_can_be_chosen_and_shared():
    _, _, rewards = play([(LEFT, LEFT)], sensitive_reward=4, plain_reward=2, step_cost=0.5, shared_reward=True)
    np.testing.assert_allclose(rewards, [[-4.5 - 2.5] * 2])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31))
def test_food_only_vanishes_and_is_counted(seed):
    generator = np.random.default_rng(seed)
    env = make("games/checkers-v0", 3)
    env.reset(seed)
    for _ in range(60):
        env.step(generator.integers(5, size=(3, 2)))
        for e in range(3):
            eaten = env.state.eaten[e].sum(axis=0)
            for kind in (LEMON, APPLE):
                assert (env.state.food[e] == kind).sum() == 9 - eaten[kind]
            assert not env.state.food[e][tuple(env.state.cell[e].T)].any()
            assert (env.state.cell[e, 0] != env.state.cell[e, 1]).any()


@pytest.mark.parametrize("name", ["sensitive_reward", "plain_reward", "step_cost"])
def test_bad_parameters_are_told_in_a_sentence(name):
    with pytest.raises(stigmergy.BadParameter, match=f"{name} is -1.*; allowed is 0 to 1000000"):
        make("games/checkers-v0", **{name: -1})
    with pytest.raises(stigmergy.BadParameter, match="max_cycles is 0; allowed is 1"):
        make("games/checkers-v0", max_cycles=0)
