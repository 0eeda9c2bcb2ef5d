"""The end of episodes of pathfinding: rewards, flags, metrics, and the step after the end.

Outcomes are worked out by hand.
"""

import numpy as np
import pytest

from ..support.pathfinding.scenes import move, picture, scene

TWO = "a.../b.../..../...."
NEAR_AND_FAR = [((0, 1),), ((1, 3),)]  # one step away for a, three for b


def play(env, *moves):
    """Rewards of each step, and the last step."""
    rewards = []
    for letters in moves:
        step = move(env, letters)
        rewards.append(step.groups["agents"].reward[0].tolist())
    return rewards, step


def outcome(step):
    return {name: float(value[0]) for name, value in step.metrics.items()}


def flags(step):
    agents = step.groups["agents"]
    return {
        "terminated": agents.terminated[0].tolist(),
        "truncated": bool(step.truncated[0]),
        "active": agents.active[0].tolist(),
    }


def test_finish_pays_each_agent_once_and_ends_with_the_last():
    env, _ = scene(TWO, NEAR_AND_FAR, "finish", max_cycles=5)
    rewards, step = play(env, "RR", "-R", "-R")
    assert rewards == [[1, 0], [0, 0], [0, 1]]
    assert flags(step) == {"terminated": [True, True], "truncated": False, "active": [False, False]}
    assert outcome(step) == {"isr": 1, "csr": 1, "ep_length": 2, "makespan": 3, "sum_of_costs": 4, "collisions": 0}


def test_finish_cut_short_truncates_the_agent_that_goes_on():
    env, _ = scene(TWO, NEAR_AND_FAR, "finish", max_cycles=3)
    _, step = play(env, "R-", "--", "--")
    assert flags(step) == {"terminated": [True, False], "truncated": True, "active": [False, True]}
    assert outcome(step) == {"isr": 0.5, "csr": 0, "ep_length": 2, "makespan": 3, "sum_of_costs": 4, "collisions": 0}


def test_finishing_on_the_last_step_is_termination_and_truncation():
    env, _ = scene(TWO, NEAR_AND_FAR, "finish", max_cycles=3)
    _, step = play(env, "RR", "-R", "-R")
    assert flags(step) == {"terminated": [True, True], "truncated": True, "active": [False, False]}
    assert outcome(step)["csr"] == 1


def test_nothing_pays_all_when_all_stand_on_their_goals():
    env, _ = scene(TWO, NEAR_AND_FAR, "nothing", max_cycles=5)
    rewards, step = play(env, "RR", "-R", "-R")
    assert rewards == [[0, 0], [0, 0], [1, 1]]
    assert picture(env) == ".a../...b/..../...."
    assert flags(step) == {"terminated": [True, True], "truncated": False, "active": [False, False]}
    assert outcome(step) == {"isr": 1, "csr": 1, "ep_length": 3, "makespan": 3, "sum_of_costs": 4, "collisions": 0}


def test_nothing_counts_an_agent_from_its_last_arrival():
    env, _ = scene(TWO, NEAR_AND_FAR, "nothing", max_cycles=5)
    _, step = play(env, "RR", "LR", "RR")
    assert outcome(step) == {"isr": 1, "csr": 1, "ep_length": 3, "makespan": 3, "sum_of_costs": 6, "collisions": 0}


def test_nothing_cut_short():
    env, _ = scene(TWO, NEAR_AND_FAR, "nothing", max_cycles=2)
    rewards, step = play(env, "RR", "-R")
    assert rewards == [[0, 0], [0, 0]]
    assert flags(step) == {"terminated": [False, False], "truncated": True, "active": [True, True]}
    assert outcome(step) == {"isr": 0.5, "csr": 0, "ep_length": 2, "makespan": 2, "sum_of_costs": 3, "collisions": 0}


def test_nothing_charges_the_whole_episode_to_an_agent_that_leaves_at_the_end():
    env, _ = scene(TWO, NEAR_AND_FAR, "nothing", max_cycles=3)
    _, step = play(env, "RR", "-R", "LR")
    assert outcome(step) == {"isr": 0.5, "csr": 0, "ep_length": 3, "makespan": 3, "sum_of_costs": 6, "collisions": 0}


def test_restart_pays_every_goal_and_shows_the_next_at_once():
    env, step = scene("a...", [((0, 1), (0, 2))], max_cycles=4, obs_radius=1)
    ahead, behind = [[0, 0, 0], [0, 0, 1], [0, 0, 0]], [[0, 0, 0], [1, 0, 0], [0, 0, 0]]
    rewards, shown = [], [step.groups["agents"].observation[0, 0, 2].tolist()]
    for letter in "RRL-":
        step = move(env, letter)
        rewards.append(float(step.groups["agents"].reward[0, 0]))
        shown.append(step.groups["agents"].observation[0, 0, 2].tolist())
    assert rewards == [1, 1, 1, 0]
    assert shown == [ahead, ahead, behind, ahead, ahead]  # the sequence of two goals starts over
    assert flags(step) == {"terminated": [False], "truncated": True, "active": [True]}
    assert outcome(step) == {"throughput": 0.75, "collisions": 0}


def test_goals_are_uniform_over_the_cells_in_reach_but_the_one_stood_on():
    env, _ = scene(".a...#.", num_envs=4000)
    goals = env.state.goal[:, 0, 1].copy()
    assert_uniform(goals, {0, 2, 3, 4})
    env.step(np.full((4000, 1), 4))
    assert_uniform(env.state.goal[goals == 2, 0, 1], {0, 1, 3, 4})


def assert_uniform(values, expected):
    """Assert the shares of `expected` among `values` within four standard deviations."""
    assert set(values.tolist()) == expected
    share = 1 / len(expected)
    counts = np.array([(values == one).sum() for one in expected])
    assert (abs(counts - share * len(values)) < 4 * np.sqrt(len(values) * share * (1 - share))).all()


@pytest.mark.parametrize("mode", ["finish", "nothing", "restart"])
def test_the_step_after_the_end_begins_anew_and_ignores_its_actions(mode):
    env, begun = scene(TWO, NEAR_AND_FAR, mode, max_cycles=2)
    first_sight = begun.groups["agents"].observation.copy()
    _, step = play(env, "RR", "-R")
    assert step.last[0]
    step = move(env, "RR")
    assert picture(env) == TWO
    assert step.first[0]
    assert not step.last[0]
    assert not step.metrics
    assert step.groups["agents"].reward[0].tolist() == [0, 0]
    assert flags(step) == {"terminated": [False, False], "truncated": False, "active": [True, True]}
    np.testing.assert_array_equal(step.groups["agents"].observation, first_sight)
    step = move(env, "-R")
    assert not step.first[0]
    assert picture(env) == "a.../.b../..../...."


@pytest.mark.parametrize("mode", ["finish", "nothing", "restart"])
def test_an_episode_played_again_comes_out_the_same(mode):
    env, _ = scene(TWO, NEAR_AND_FAR, mode, max_cycles=4 if mode == "restart" else 5)
    moves = ("D-", "RR", "-R", "-R")  # a runs into b, then both reach their goals
    rewards, step = play(env, *moves)
    assert step.last[0]
    assert outcome(step)["collisions"] == 1
    expected = rewards, outcome(step), flags(step)
    move(env, "--")
    rewards, step = play(env, *moves)
    assert (rewards, outcome(step), flags(step)) == expected


def test_envs_end_and_begin_apart():
    env, _ = scene("a..", [((0, 1),)], "finish", num_envs=2, max_cycles=10)
    step = env.step(np.array([[4], [0]]))
    assert step.last.tolist() == [True, False]
    np.testing.assert_array_equal(step.metrics["isr"], [1, np.nan])
    step = env.step(np.array([[4], [4]]))
    assert (picture(env, 0), picture(env, 1)) == ("a..", "...")
    assert step.first.tolist() == [True, False]
    assert step.last.tolist() == [False, True]
    assert step.groups["agents"].reward.tolist() == [[0], [1]]
    step = env.step(np.array([[4], [4]]))
    assert step.last.tolist() == [True, False]
    assert step.groups["agents"].reward.tolist() == [[1], [0]]
