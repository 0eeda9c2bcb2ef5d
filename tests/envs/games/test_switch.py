"""The switch task on hand-made scenes; test_ma_gym.py follows ma-gym step by step."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stigmergy
from stigmergy.envs.games.switch.policies import TakeTurns
from stigmergy.envs.games.switch.rules import WALLS
from stigmergy.envs.registration.make import make

DOWN, LEFT, UP, RIGHT, STAY = range(5)


def play(actions, **parameters):
    """Play one env through `actions`; return it, its last step and the rewards."""
    env = make("games/switch-v0", 1, **parameters)
    steps = [env.reset(0)]
    rewards = []
    for joint in actions:
        steps.append(env.step(np.array([joint])))
        rewards.append(steps[-1].groups["agents"].reward[0].copy())
    return env, steps[-1], np.array(rewards)


def cells(env):
    return [tuple(cell) for cell in env.state.cell[0].tolist()]


def test_agents_that_meet_in_the_corridor_get_no_further():
    """A test of ma-gym: both go down, then towards each other."""
    env, _, _ = play([])
    assert cells(env) == [(0, 1), (0, 5)]
    env, _, _ = play([(DOWN, DOWN)])
    assert cells(env) == [(1, 1), (1, 5)]
    for more in (2, 3, 6):
        env, step, rewards = play([(DOWN, DOWN)] + [(RIGHT, LEFT)] * more)
        assert cells(env) == [(1, 3), (1, 4)]
        np.testing.assert_allclose(rewards, -0.1, rtol=1e-6)
    assert step.groups["agents"].active.all()
    # Agent 0 takes (1, 3) first: agent 1 is blocked from the third step on, 0 from the fourth.
    assert env.state.blocked[0] == 1 + 4 * 2


def test_an_arrival_pays_once_and_the_agent_stays_in_the_way():
    path = [DOWN, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, UP]
    env, step, rewards = play([(move, STAY) for move in path] + [(DOWN, RIGHT)] * 2)
    np.testing.assert_allclose(rewards[:, 0], [-0.1] * 6 + [5, 0, 0], rtol=1e-6)
    np.testing.assert_allclose(rewards[:, 1], -0.1, rtol=1e-6)
    assert cells(env) == [(0, 6), (0, 5)]  # neither left: one has arrived, the other's way is blocked
    assert env.state.bumped[0].tolist() == [False, True]
    np.testing.assert_array_equal(step.groups["agents"].terminated[0], [True, False])
    np.testing.assert_array_equal(step.groups["agents"].active[0], [False, True])
    assert not step.last[0]


def test_walls_and_edges_stop():
    env, _, _ = play([(UP, UP)])
    assert cells(env) == [(0, 1), (0, 5)]
    env, _, _ = play([(RIGHT, LEFT)])  # the corridor lies in the middle row
    assert cells(env) == [(0, 1), (0, 5)]
    assert env.state.blocked[0] == 2


def test_observations_and_global_state():
    _, step, _ = play([(DOWN, STAY)], full_observation=True)
    own, other = [1 / 2, 1 / 6, 1 / 50], [0, 5 / 6, 1 / 50]
    np.testing.assert_allclose(step.groups["agents"].observation[0], [own + other] * 2, rtol=1e-6)
    np.testing.assert_allclose(step.state[0], [1 / 2, 1 / 6, 0, 0, 5 / 6, 0, 1 / 50], rtol=1e-6)
    _, step, _ = play([(DOWN, STAY)])
    np.testing.assert_allclose(step.groups["agents"].observation[0], [own, other], rtol=1e-6)
    _, step, _ = play([(DOWN, STAY)], clock=False)
    np.testing.assert_allclose(step.groups["agents"].observation[0], [own[:2], other[:2]], rtol=1e-6)


def shortest_plan():
    """Compute the least sum of both arrival steps over all joint plans."""
    free = {tuple(cell) for cell in np.argwhere(~WALLS)}
    moves = [(1, 0), (0, -1), (-1, 0), (0, 1), (0, 0)]
    goals = (0, 6), (0, 0)

    def follow(cell, other, move):
        to = cell[0] + move[0], cell[1] + move[1]
        return to if to in free and to != other else cell

    best, frontier, t = np.inf, {((0, 1), (0, 5)): 0}, 0
    while frontier and t < 30:  # frontier: cells to the least sum of arrivals so far
        t += 1
        following = {}
        for (a, b), paid in frontier.items():
            for first, second in product(moves, moves):
                x = a if a == goals[0] else follow(a, b, first)
                y = b if b == goals[1] else follow(b, x, second)
                cost = paid + t * ((a != x) * (x == goals[0]) + (b != y) * (y == goals[1]))
                if (x, y) == goals:
                    best = min(best, cost)
                elif cost < following.get((x, y), np.inf):
                    following[x, y] = cost
        frontier = following
    return best


def play_baseline(n):
    env = make("games/switch-v0", 1, num_agents=n)
    step = env.reset(0)
    policy, total = TakeTurns.build(env.spec, env.spec.groups[0], env.config), 0.0
    while not step.last[0]:
        step = env.step(policy.act(env.state))
        total += step.groups["agents"].reward.sum()
    assert step.metrics["success"][0] == 1
    return env, step, total


def test_taking_turns_is_the_best_plan_of_two():
    """Agent 0 arrives after 7 steps and agent 1 after 12; no plan has a sum below 19.

    Together the agents get 10 - 0.1 * 17.
    """
    env, step, total = play_baseline(2)
    assert env.state.arrived[0].tolist() == [7, 12]
    assert shortest_plan() == 19
    assert total == pytest.approx(8.3, abs=1e-5)
    assert step.metrics["arrival"][0] == 9.5


@pytest.mark.parametrize(("n", "arrivals"), [(3, [7, 14, 8]), (4, [7, 15, 8, 13])])
def test_taking_turns_brings_everyone_home(n, arrivals):
    env, _, total = play_baseline(n)
    assert env.state.arrived[0].tolist() == arrivals
    assert total == pytest.approx(5 * n - 0.1 * (sum(arrivals) - n), abs=1e-5)


def test_metrics_by_hand():
    """Agent 0 arrives in step 7 of 8, agent 1 bumps into the edge in each.

    Half of them arrived, in step 7 and, as it is counted for the other, in step 8.
    """
    path = [DOWN, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, UP, STAY]
    _, step, _ = play([(move, UP) for move in path], max_cycles=8)
    outcome = {name: float(value[0]) for name, value in step.metrics.items()}
    assert outcome == {"arrived": 0.5, "success": 0, "blocked": 8, "arrival": 7.5}


def test_a_shared_reward_is_the_sum():
    path = [DOWN, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, UP]
    _, _, rewards = play([(move, STAY) for move in path], shared_reward=True)
    np.testing.assert_allclose(rewards, [[-0.2, -0.2]] * 6 + [[4.9, 4.9]], rtol=1e-5)


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 4), st.integers(0, 2**31))
def test_agents_stay_on_the_floor_and_apart(n, seed):
    generator = np.random.default_rng(seed)
    env = make("games/switch-v0", 4, num_agents=n)
    env.reset(seed)
    for _ in range(60):
        before = env.state.cell.copy()
        env.step(generator.integers(5, size=(4, n)))
        for e in range(4):
            assert len({tuple(cell) for cell in env.state.cell[e].tolist()}) == n
            assert not WALLS[tuple(env.state.cell[e].T)].any()
        far = np.abs(env.state.cell - before).sum(axis=2)
        assert (far[env.state.elapsed > 0] <= 1).all()


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"num_agents": 5}, "num_agents is 5; allowed is 2 to 4"),
        ({"step_cost": -0.1}, r"step_cost is -0\.1; allowed is 0 to 1000000"),
        ({"goal_reward": -1}, "goal_reward is -1.*; allowed is 0 to 1000000"),
        ({"max_cycles": 0}, "max_cycles is 0; allowed is 1"),
    ],
)
def test_bad_parameters_are_told_in_a_sentence(parameters, sentence):
    with pytest.raises(stigmergy.BadParameter, match=sentence):
        make("games/switch-v0", **parameters)


def test_text_shows_the_scene():
    env, _, _ = play([(DOWN, STAY)])
    assert env.text(0).splitlines() == ["b.###1a", ".0.....", "..###..", "step 1"]
