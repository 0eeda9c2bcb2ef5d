"""Infos and attributes of the PettingZoo views, as other libraries rely on them."""

import copy
import pickle

import numpy as np
import pettingzoo
import pytest
from gymnasium import spaces

import stigmergy
from stigmergy.envs import config_class, environments
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.interop.to_pettingzoo.aec import aec_view
from stigmergy.envs.interop.to_pettingzoo.infos import Info
from stigmergy.envs.interop.to_pettingzoo.parallel import ParallelView
from stigmergy.envs.registration.entry_points import env, raw_env
from stigmergy.envs.registration.scenario import Scenario

from ..support.dummies import race

OURS = [
    registration.name
    for registration in environments
    if isinstance(registration.target, Scenario) or str(registration.target).startswith("stigmergy.")
]
EVERY_TASK = pytest.mark.parametrize("id", OURS)
SIGNALS = {"opportunity", "sanction", "target"}


def short(id, **options):
    """A view with episodes of three steps, where there is a parameter for that."""
    names = getattr(config_class(id), "__dataclass_fields__", {})
    return stigmergy.parallel_env(id, **({"max_cycles": 3} if "max_cycles" in names else {}), **options)


def told(view, steps=7, seed=2):
    """All infos of random play, those of resets included."""
    infos = [view.reset(seed=seed)[1]]
    for agent, space in view.action_spaces.items():
        space.seed(view.possible_agents.index(agent))
    for _ in range(steps):
        if not view.agents:
            infos.append(view.reset()[1])
        infos.append(view.step({agent: view.action_space(agent).sample() for agent in view.agents})[-1])
    return infos


@EVERY_TASK
def test_flat_infos_have_the_same_numeric_keys_at_every_step(id):
    view = short(id, masks="infos")
    shapes = {}
    for infos in told(view):
        for agent, info in infos.items():
            arrays = {key: np.asarray(value) for key, value in info.items()}
            assert all(array.dtype.kind in "fiu" and np.isfinite(array).all() for array in arrays.values())
            now = {key: array.shape for key, array in arrays.items()}
            assert shapes.setdefault(agent, now) == now
    assert set(shapes) == set(view.possible_agents)
    assert len({tuple(keys) for keys in shapes.values()}) == len({tuple(keys.items()) for keys in shapes.values()})


@EVERY_TASK
def test_flat_infos_answer_for_the_keys_of_full_ones(id):
    for flat, full in zip(told(short(id)), told(short(id, infos="full")), strict=True):
        assert flat.keys() == full.keys()
        for agent in full:
            for key in ("action_mask", "signals", "metrics"):
                assert (key in flat[agent]) == (key in full[agent])
                np.testing.assert_equal(flat[agent].get(key), full[agent].get(key))
            for name, value in full[agent].get("signals", {}).items():
                if name != "context":
                    np.testing.assert_array_equal(flat[agent][f"signals/{name}"], value)
            names = [key.removeprefix("metrics/") for key in dict(flat[agent]) if key.startswith("metrics/")]
            metrics = full[agent].get("metrics", dict.fromkeys(names))
            assert set(metrics) == set(names)
            for name, defined in zip(names, flat[agent].get("metrics_defined", ()), strict=True):
                assert flat[agent][f"metrics/{name}"] == (metrics[name] or 0)
                assert defined == (metrics[name] is not None)


@EVERY_TASK
def test_infos_of_none_are_empty(id):
    assert all(info == {} for infos in told(short(id, infos="none")) for info in infos.values())


def test_unknown_forms_are_named():
    with pytest.raises(BadParameter, match=r"infos is 'flatt'; allowed is flat, full, none"):
        stigmergy.parallel_env("games/matrix-v0", infos="flatt")
    with pytest.raises(BadParameter, match=r"masks is None; allowed is observation, infos"):
        stigmergy.parallel_env("games/matrix-v0", masks=None)


def test_an_info_is_a_dict_of_its_flat_keys():
    info = Info({"metrics/x": 0.0}, {"metrics": {"x": None}})
    assert "terminal_observation" not in info
    assert info.get("episode", 3) == 3
    assert {**info} == dict(info) == {"metrics/x": 0.0}
    with pytest.raises(KeyError, match="nothing"):
        info["nothing"]
    told = stigmergy.parallel_env("dilemmas/public_goods-v0").reset(seed=1)[1]["agent_0"]
    for one in (info, told):
        for twin in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
            np.testing.assert_equal(twin.full, one.full)
            assert [*twin] == [*one]
            assert "metrics" not in [*twin]


MULTI = ["dilemmas/public_goods-v0", "dilemmas/common_pool-v0"]


@pytest.mark.parametrize("id", MULTI)
def test_masks_of_several_parts_fit_gymnasium_and_libraries(id):
    view, joined = stigmergy.parallel_env(id), stigmergy.parallel_env(id, masks="infos")
    observations, infos = view.reset(seed=1)
    plain, flat = joined.reset(seed=1)
    for agent in view.agents:
        space = view.action_space(agent)
        assert isinstance(space, spaces.MultiDiscrete)
        mask = observations[agent]["action_mask"]
        assert view.observation_space(agent).contains(observations[agent])
        for given in (mask, infos[agent]["action_mask"]):
            for _ in range(20):
                action = space.sample(given)
                assert all(part[choice] for part, choice in zip(mask, action))
        assert isinstance(joined.observation_space(agent), spaces.Box)
        np.testing.assert_array_equal(plain[agent], observations[agent]["observation"])
        np.testing.assert_array_equal(flat[agent]["action_mask"], np.concatenate(mask))
        assert dict(flat[agent])["action_mask"].dtype == np.int8
    only = stigmergy.parallel_env(id, masks="infos", infos="none").reset(seed=1)[1]
    assert only.keys() == flat.keys()
    assert all(info.keys() == {"action_mask"} for info in only.values())
    whole = stigmergy.parallel_env(id, masks="infos", infos="full").reset(seed=1)[1]
    assert isinstance(whole["agent_0"]["action_mask"], tuple)


@EVERY_TASK
def test_views_have_what_libraries_look_for(id):
    view, turns = stigmergy.parallel_env(id), env(id)
    for made in (view, turns, raw_env(id), turns.unwrapped):
        assert made.possible_agents == view.possible_agents
        assert made.observation_spaces.keys() == made.action_spaces.keys() == set(view.possible_agents)
        for agent in view.possible_agents:
            assert made.observation_spaces[agent] is made.observation_space(agent)
            assert made.action_spaces[agent] is made.action_space(agent)
        assert made.metadata["name"] == id
        assert made.max_num_agents == len(view.possible_agents)
        made.reset()  # without a seed
        assert made.num_agents == len(made.agents) == made.max_num_agents
        assert made.state_space.contains(made.state())
        assert isinstance(made.np_random, np.random.Generator)
    assert view.unwrapped is view
    assert isinstance(turns.unwrapped, ParallelView)
    assert turns.np_random is turns.unwrapped.np_random


def test_the_generator_of_a_view_begins_anew_with_a_seed_and_moves_nothing():
    view, other = ParallelView(race()), ParallelView(race())
    first = view.np_random
    assert view.np_random is first
    observations = [made.reset(seed=5)[0] for made in (view, other)]
    np.testing.assert_equal(*observations)
    assert view.np_random.random() == other.np_random.random()
    view.np_random.random(100)
    np.testing.assert_equal(view.reset()[0], other.reset()[0])
    view.np_random = np.random.default_rng(3)
    assert view.np_random.random() == np.random.default_rng(3).random()


def test_a_view_can_be_closed_twice_and_used_again():
    for wrap in (lambda view: view, aec_view):
        made = wrap(ParallelView(race(), "rgb_array"))
        made.reset(seed=1)
        before = made.render()
        made.close()
        made.close()
        made.reset(seed=1)
        np.testing.assert_array_equal(made.render(), before)
        assert made.num_agents == 3


def test_a_step_before_the_first_reset_is_refused():
    with pytest.raises(RuntimeError, match=r"step\(\) before reset\(\) in 'race-v0'"):
        ParallelView(race()).step({})


def test_the_state_of_an_env_without_one_is_what_all_agents_observe():
    view = stigmergy.parallel_env("pathfinding/lifelong-v0", num_agents=2, height=5, width=5, obs_radius=1)
    observations, _ = view.reset(seed=1)
    expected = np.concatenate([observations[agent].ravel() for agent in view.agents])
    np.testing.assert_array_equal(view.state(), expected)
    assert view.state().dtype == np.float32


def test_pettingzoos_make_takes_the_options_of_the_view():
    made = pettingzoo.make("parallel", "dilemmas/common_pool-v0", infos="none", masks="infos")
    observations, infos = made.reset(seed=0)
    assert isinstance(observations["agent_0"], np.ndarray)
    assert set(infos["agent_0"]) == {"action_mask"}
    turns = pettingzoo.make("aec", "dilemmas/harvest_among_greedy-v0", infos="full")
    turns.reset(seed=0)
    assert set(turns.infos["agent_0"]["signals"]) == {*SIGNALS, "context"}
