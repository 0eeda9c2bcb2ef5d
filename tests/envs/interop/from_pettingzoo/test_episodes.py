"""Ends of episodes, agents that are active, and agents that come back."""

import numpy as np
import pytest

from stigmergy.algorithms.core.returns import generalized_advantage
from stigmergy.algorithms.core.rollout import Rollout
from stigmergy.algorithms.q_learning.replay import Replay

from ...support.bridged import orchard

STAY = np.zeros((1, 2), int)


def course(env, steps, action=STAY):
    """Copies of what a group tells over `steps` steps, the reset first."""
    told = []
    for t in range(steps + 1):
        step = env.step(action) if t else env.reset(0)
        rows = step.groups["agents"]
        told.append(
            {
                "active": rows.active[0].tolist(),
                "terminated": rows.terminated[0].tolist(),
                "reward": rows.reward[0].tolist(),
                "first": bool(step.first[0]),
                "last": bool(step.last[0]),
                "truncated": bool(step.truncated[0]),
            }
        )
    return told


def column(told, name):
    return [row[name] for row in told]


@pytest.mark.parametrize("common", ["common", "__all__", None, 7])
def test_keys_that_are_no_agents_are_ignored(common):
    def more(env, result):
        return tuple({**part, common: np.zeros(3) if i == 0 else False} for i, part in enumerate(result))

    told = course(orchard(after=more, opening=more), 7)
    assert column(told, "last") == [False] * 6 + [True, False]
    assert told[7]["first"]


def test_a_step_in_which_nobody_observes_is_not_the_end():
    def every_third(env, result):
        return ({} if env.t % 3 and env.agents else result[0], *result[1:])

    env = orchard(after=every_third)
    told = course(env, 6)
    assert column(told, "active") == [[True] * 2 if t % 3 == 0 else [False] * 2 for t in range(7)]
    assert column(told, "last") == [False] * 6 + [True]
    assert [sorted(given) for given in env._envs[0].given] == [["picker_0", "picker_1"]] * 6


def test_an_empty_list_of_agents_is_the_end_without_flags():
    told = course(orchard(after=lambda env, r: (*r[:3], dict.fromkeys(r[3], False), r[4])), 7)
    assert column(told, "last") == [False] * 6 + [True, False]
    assert told[6]["active"] == [True, True]
    assert told[6]["truncated"]
    assert told[7]["first"]


def test_flags_end_an_episode_of_an_environment_that_keeps_its_list_of_agents():
    def never_empty(env, result):
        env.agents = list(env.possible_agents)
        return result

    told = course(orchard(after=never_empty), 7)
    assert column(told, "last") == [False] * 6 + [True, False]


def test_agents_that_never_come_hold_nothing_up():
    def one(env, result):
        env.agents = env.agents[:1]
        return tuple({a: v for a, v in part.items() if a == "picker_0"} for part in result)

    def ends(env, result):
        observations, rewards, terminated, truncated, infos = one(env, result)
        return observations, rewards, dict.fromkeys(terminated, env.t == 4), dict.fromkeys(truncated, False), infos

    told = course(orchard(opening=one, after=ends), 4)
    assert column(told, "active") == [[True, False]] * 4 + [[False, False]]
    assert (told[4]["last"], told[4]["truncated"], told[4]["terminated"]) == (True, False, [True, True])


def back_after(kind, gone, back):
    """`picker_0` ends at step `gone`, by `kind` 2 (terminated) or 3 (truncated), back at `back`."""

    def change(env, result):
        result = [dict(part) for part in result]
        if env.t == gone:
            result[kind]["picker_0"] = True
        if gone < env.t < back:
            result = [{a: v for a, v in part.items() if a != "picker_0"} for part in result]
        if env.agents:
            env.agents = ["picker_1"] if gone <= env.t < back else ["picker_0", "picker_1"]
        if env.t == back:
            here = ["picker_0", "picker_1"]
            result[0] = env.sights(here)
            result[1:] = [{**part, "picker_0": 0.0 if i == 0 else False} for i, part in enumerate(result[1:4])] + [
                result[4]
            ]
        return tuple(result)

    return change


@pytest.mark.parametrize("back", [4, 5])
@pytest.mark.parametrize("kind", [2, 3], ids=["terminated", "truncated"])
def test_nothing_flows_from_a_new_life_into_the_old(kind, back):
    """The advantage of the old life's last decision stands, whatever the new life is worth."""
    env = orchard(after=back_after(kind, 3, back), pay=lambda env, agent, action: 1.0)
    told = course(env, 6)
    assert column(told, "active")[:6] == [[not 3 <= t < back, True] for t in range(6)]
    before_return = [row["terminated"][0] for row in told[3:back]]
    assert before_return == [kind == 2] * (back - 3)
    assert [row["terminated"][0] for row in told[back + 1 :]] == [False] * (6 - back)
    rewards, terminated = (np.array(column(told, name))[1:, None] for name in ("reward", "terminated"))
    active, first = np.array(column(told, "active"))[:, None], np.array(column(told, "first"))[:, None]
    truncated = np.array(column(told, "truncated"))[1:, None]
    results = []
    for worth in (0.0, 100.0):
        value = np.zeros((7, 1, 2), np.float32)
        value[back:, :, 0] = worth
        gain, known = generalized_advantage(
            rewards.astype(np.float32), value, terminated, truncated, active, first, 0.9, 0.8
        )
        results.append(gain[:3, 0, 0])
        assert known[2, 0, 0]
    np.testing.assert_array_equal(*results)
    np.testing.assert_allclose(results[0][2], 1.0)


def test_a_replay_keeps_the_rewards_of_a_new_life():
    env = orchard(after=back_after(2, 3, 4), pay=lambda env, agent, action: float(env.t))
    told = course(env, 6)
    shape = (6, 1, 2)
    rollout = Rollout(
        np.zeros((7, 1, 2, 3), np.float32), None, np.array(column(told, "active"))[:, None], np.array(column(told, "first"))[:, None],
        np.zeros(shape, int), np.array(column(told, "reward"), np.float32)[1:, None], np.array(column(told, "terminated"))[1:, None],
        np.array(column(told, "truncated"))[1:, None], {}, None, None,
    )  # fmt: skip
    replay = Replay(10, rollout, False)
    replay.add(rollout)
    np.testing.assert_array_equal(replay.parts["reward"][:6, 0, 0], [1, 2, 3, 0, 5, 6])


def test_outcomes_in_the_last_infos_are_metrics_of_the_episode():
    def tell(env, agent):
        if env.t < env.length:
            return {"is_success": False, "fuel": 3}
        return {
            "is_success": agent == "picker_0",
            "episode": {"hits": np.array([4])},
            "return": 9,
            "team": {"score": np.float32(2)},
            "note": "x",
        }

    env = orchard(2, tell=tell)
    env.reset(0)
    for _ in range(6):
        step = env.step(np.zeros((2, 2), int))
    assert {name: values.tolist() for name, values in step.metrics.items()} == {
        "success": [0.5, 0.5],
        "hits": [4, 4],
        "info/return": [9, 9],
        "team/score": [2, 2],
    }
    assert not env.step(np.zeros((2, 2), int)).metrics


def test_outcomes_whose_names_clash_keep_names_of_their_own():
    def tell(env, agent):
        return {"is_success": True, "success": 3, "episode": {"hits": 1, "cut": 5}, "hits": 7}

    env = orchard(tell=tell)
    env.reset(0)
    for _ in range(6):
        step = env.step(STAY)
    assert {name: values.tolist() for name, values in step.metrics.items()} == {
        "is_success": [1.0],
        "success": [3.0],
        "episode/hits": [1.0],
        "hits": [7.0],
        "info/cut": [5.0],
    }


def test_an_agent_that_leaves_early_gives_its_own_last_info():
    def leaves(env, result):
        if env.t == 2:
            env.agents = ["picker_1"]
            return (*result[:2], {"picker_0": True, "picker_1": False}, *result[3:])
        return result

    env = orchard(after=leaves, tell=lambda env, agent: {"steps": env.t})
    env.reset(0)
    for _ in range(6):
        step = env.step(STAY)
    assert step.metrics["steps"].tolist() == [4.0]
