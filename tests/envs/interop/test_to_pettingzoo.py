"""The PettingZoo view passes PettingZoo's tests, and ours."""

import numpy as np
import pettingzoo
import pytest
from pettingzoo.test import api_test, max_cycles_test, parallel_api_test, render_test, seed_test

import stigmergy
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.interop.to_pettingzoo.aec import aec_view
from stigmergy.envs.interop.to_pettingzoo.parallel import ParallelView
from stigmergy.envs.pathfinding import lifelong, oneshot

from ..support.dummies import race

SMALL = {"num_agents": 3, "height": 6, "width": 6, "obs_radius": 2, "max_cycles": 12}
MODULES = [lifelong, oneshot]


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("mask_walls", [False, True])
def test_pettingzoos_own_tests(module, mask_walls, capsys):
    parallel_api_test(module.parallel_env(mask_walls=mask_walls, **SMALL), 60)
    api_test(module.env(mask_walls=mask_walls, **SMALL), 60)
    seed_test(lambda: module.env(**SMALL), 30)


def test_pettingzoos_own_tests_on_two_groups(capsys):
    parallel_api_test(ParallelView(race()), 60)
    api_test(aec_view(ParallelView(race())), 60)


def test_episodes_are_as_long_as_max_cycles_says(capsys):
    max_cycles_test(lifelong)


@pytest.mark.parametrize("module", MODULES)
def test_every_render_mode(module):
    render_test(lambda render_mode: module.env(render_mode=render_mode, **SMALL))


def course(env: ParallelView, seed: int | None) -> list:
    generator = np.random.default_rng(0)
    observations, _ = env.reset(seed=seed)
    seen = [{agent: np.array(value) for agent, value in observations.items()}]
    while env.agents:
        results = env.step({agent: int(generator.integers(5)) for agent in env.agents})
        seen.append(tuple(results[:4]))
    return seen


@pytest.mark.parametrize("module", MODULES)
def test_the_same_seed_repeats_whole_episodes_and_those_that_follow(module):
    one, other = module.parallel_env(**SMALL), module.parallel_env(**SMALL)
    for seed in (3, None, None):
        np.testing.assert_equal(course(one, seed), course(other, seed))
    assert str(course(one, 3)) != str(course(one, 4))


def test_who_terminates_leaves_in_that_step_and_flags_are_pythons_own():
    env = oneshot.parallel_env(map="aA...\nb...B", max_cycles=9, obs_radius=2)
    env.reset(seed=0)
    _, rewards, terminations, truncations, _ = env.step({"agent_0": 4, "agent_1": 0})
    assert (rewards, terminations, truncations) == (
        {"agent_0": 1.0, "agent_1": 0.0},
        {"agent_0": True, "agent_1": False},
        {"agent_0": False, "agent_1": False},
    )
    assert type(rewards["agent_0"]) is float
    assert type(terminations["agent_0"]) is bool
    assert env.agents == ["agent_1"]
    observations, *_ = env.step({"agent_1": 4})
    assert set(observations) == {"agent_1"}


def test_the_last_infos_hold_the_metrics_and_masks_stand_in_both_places():
    env = lifelong.parallel_env(mask_walls=True, **SMALL)
    observations, infos = env.reset(seed=0)
    assert observations["agent_0"]["action_mask"].dtype == np.int8
    assert (observations["agent_0"]["action_mask"] == infos["agent_0"]["action_mask"]).all()
    assert env.observation_space("agent_0").contains(observations["agent_0"])
    while env.agents:
        *_, infos = env.step(dict.fromkeys(env.agents, 0))
    assert set(infos["agent_0"]["metrics"]) == {"throughput", "collisions"}


def test_observations_are_copies_and_spaces_the_same_objects():
    env = lifelong.parallel_env(**SMALL)
    observations, _ = env.reset(seed=0)
    before = {agent: value.copy() for agent, value in observations.items()}
    for _ in range(5):
        env.step(dict.fromkeys(env.agents, 1))
    np.testing.assert_equal(observations, before)
    assert env.observation_space("agent_0") is env.observation_space("agent_0")
    assert env.action_space("agent_0") is not env.action_space("agent_1")


def test_a_missing_action_is_named():
    env = lifelong.parallel_env(**SMALL)
    env.reset(seed=0)
    with pytest.raises(KeyError, match="agent_2"):
        env.step({"agent_0": 0, "agent_1": 0})


def test_an_unknown_render_mode_is_named():
    with pytest.raises(BadParameter, match=r"'svg'.*human, rgb_array, ansi"):
        lifelong.parallel_env(render_mode="svg")


def test_the_global_state_is_a_copy():
    env = ParallelView(race())
    env.reset(seed=0)
    assert env.state_space.contains(env.state())
    assert env.state() is not env.state()


def test_pettingzoos_registry_knows_our_ids():
    assert stigmergy
    env = pettingzoo.make("parallel", "pathfinding/lifelong-v0", num_agents=2)
    assert env.possible_agents == ["agent_0", "agent_1"]
