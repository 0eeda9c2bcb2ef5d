"""The commons of apples.

Tested are recordings of Melting Pot, the goldens of spec D2 by number, chances within 3 sigma, and
metrics by hand.
"""

from dataclasses import replace

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy.envs.dilemmas.harvest.config import HarvestConfig
from stigmergy.envs.dilemmas.harvest.maps import MAPS
from stigmergy.envs.dilemmas.harvest.rules import ALIVE, APPLE, GUILT
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.make import make

from ..support.dilemmas.bots import bot, returns_beside
from ..support.dilemmas.melting_pot import cases, play_with_some_seed, table
from ..support.dilemmas.staging import act, stage, where

STAY, FORWARD, BACKWARD, STEP_LEFT, STEP_RIGHT, TURN_LEFT, TURN_RIGHT, SHOOT = range(8)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Save the compilation for several threads, which test_every_task.py compares with these."""
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(before)


def harvest(map: str, num_agents: int = 1, num_envs: int = 1, **given):
    env = make("dilemmas/harvest-v0", num_envs, map=map, num_agents=num_agents, **given)
    env.reset(0)
    return env


def apples(env, env_index: int = 0) -> set[tuple[int, int]]:
    return {(int(r), int(q)) for r, q in np.argwhere(env.state.cell[env_index] == APPLE)}


@pytest.mark.parametrize("case", cases("harvest/"), ids=lambda case: case.name)
def test_a_recorded_course_of_melting_pot(case):
    play_with_some_seed(case, play_as_recorded)


def play_as_recorded(case, seed):
    chances = case.parameters["DensityRegrow"]["regrowthProbabilities"]
    env = harvest(case.map.replace("W", "#"), len(case.start), regrowth=chances)
    env.reset(seed)
    stage(env, [(r, q, "NESW"[way]) for (r, q), way in zip(case.start.tolist(), case.facing)])
    drawn = [
        {(r, q) for r, row in enumerate(rows) for q, letter in enumerate(row) if letter == "a"} for rows in case.maps
    ]
    assert apples(env) == drawn[0]
    for t, actions in enumerate(case.actions):
        step = env.step(actions[None])
        np.testing.assert_array_equal(step.groups["agents"].reward[0], case.columns["reward"][t + 1], f"step {t}")
        for i in range(len(case.start)):
            seen = (*case.columns["position"][t + 1, i], "NESW"[case.columns["facing"][t + 1, i]])
            assert where(env, i) == seen, f"step {t}"
        assert apples(env) == drawn[t + 1], f"step {t}"


def test_an_isolated_apple_never_grows_again():
    env = harvest("######\n#  A #\n######", regrowth=(0.0, 1.0))
    stage(env, [(1, 2, "E")])
    assert act(env, FORWARD).groups["agents"].reward[0, 0] == 1
    act(env, BACKWARD)
    for _ in range(500):
        act(env, STAY)
    assert not apples(env)


def test_the_neighbourhood_is_the_diamond_of_12_cells_as_recorded_and_the_box_of_8_for_ssd():
    field = "\n".join(["A" * 11] * 11 + [" " * 11])
    for rules, expected in {
        "melting_pot": {tuple(offset) for offset in table("harvest_neighbours")["offsets"]},
        "ssd": {(r, q) for r in (-1, 0, 1) for q in (-1, 0, 1)} - {(0, 0)},
    }.items():
        env = harvest(field, rules=rules)
        orchard = env.orchard
        s = orchard.site_at[5, 5]
        near = {(int(r) - 5, int(q) - 5) for r, q in orchard.near[s, : orchard.nears[s]]}
        assert near == expected
    assert expected != {tuple(offset) for offset in table("harvest_neighbours")["offsets"]}


def test_with_certain_regrowth_one_who_stands_eats_every_second_step():
    env = harvest("######\n# AA #\n######", regrowth=(0.0, 1.0))
    stage(env, [(1, 1, "E")])
    rewards = [act(env, FORWARD).groups["agents"].reward[0, 0]]
    rewards += [act(env, STAY).groups["agents"].reward[0, 0] for _ in range(7)]
    assert rewards == [1, 0, 1, 0, 1, 0, 1, 0]
    env = harvest("######\n# AA #\n######", regrowth=(0.0, 1.0), under_agents=False)
    stage(env, [(1, 1, "E")])
    rewards = [act(env, FORWARD).groups["agents"].reward[0, 0]]
    rewards += [act(env, STAY).groups["agents"].reward[0, 0] for _ in range(7)]
    assert rewards == [1] + [0] * 7
    act(env, BACKWARD)
    assert apples(env) == {(1, 2), (1, 3)}


@pytest.mark.parametrize("around", [0, 1, 2, 3, 4, 7])
def test_the_chance_by_neighbours_within_3_sigma(around):
    chance = (0.0, 0.1, 0.2, 0.4)
    env = harvest("AAAA   \nAAAA   \n AA    \n       ", num_envs=3000, regrowth=chance, sanctions={"enabled": False})
    s, orchard = env.state, env.orchard
    r, q = 1, 1
    site = orchard.site_at[r, q]
    near = orchard.near[site, : orchard.nears[site]]
    assert len(near) == 8
    for row, col in [(r, q), *near[around:]]:
        for env_index in range(env.num_envs):
            s.cell[env_index, row, col] = 3  # FRESH, as if eaten in the step before
    for row, col in orchard.site:
        other = orchard.site_at[row, col]
        close = orchard.near[other, : orchard.nears[other]]
        s.age[:, row, col] = (s.cell[:, close[:, 0], close[:, 1]] == APPLE).sum(axis=1)
    s.env_counters[:, ALIVE] = (s.cell == APPLE).sum(axis=(1, 2))
    assert (s.age[:, r, q] == around).all()
    stay = np.zeros((env.num_envs, 1), int)
    env.step(stay)
    assert (s.cell[:, r, q] != APPLE).all()  # it takes note first
    env.step(stay)
    p = chance[min(around, 3)]
    grown = (s.cell[:, r, q] == APPLE).mean()
    assert abs(grown - p) <= 3 * np.sqrt(p * (1 - p) / env.num_envs)


def test_the_reference_itself_draws_with_these_chances():
    for key, chances in {"default": (0.0, 0.0025, 0.005, 0.025), "0.1_0.2_0.4": (0.0, 0.1, 0.2, 0.4)}.items():
        for around, seen in table("harvest_regrowth")[key].items():
            p = chances[min(int(around), 3)]
            assert abs(seen["regrown"] / seen["draws"] - p) <= 3 * np.sqrt(p * (1 - p) / seen["draws"])


def test_presets_and_maps_set_what_is_not_given():
    settled = {name: HarvestConfig(map=name) for name in MAPS}
    assert settled["open"].regrowth == (0.0, 0.0025, 0.005, 0.025)
    assert settled["closed"].regrowth == settled["partnership"].regrowth == (0.0, 0.001, 0.005, 0.025)
    beams = {
        name: (p.sanctions.length, p.sanctions.radius, p.sanctions.cooldown, p.sanctions.removal)
        for name, p in settled.items()
    }
    assert beams["open"] == beams["small"] == (3, 1, 2, 4)
    assert beams["closed"] == beams["partnership"] == (4, 1, 1, 100)
    assert all(p.num_agents == 7 and p.radius == 2 and p.greedy_below == 3 for p in settled.values())
    perolat = HarvestConfig(rules="perolat")
    assert (perolat.num_agents, perolat.sanctions.removal, perolat.greedy_below) == (12, 25, 5)
    assert [perolat.regrowth[min(k, len(perolat.regrowth) - 1)] for k in range(7)] == [
        0,
        0.01,
        0.01,
        0.05,
        0.05,
        0.1,
        0.1,
    ]
    ssd = HarvestConfig(rules="ssd")
    assert (ssd.regrowth, ssd.radius, ssd.under_agents) == ((0, 0.005, 0.02, 0.05), 1.5, False)
    assert (ssd.sanctions.cost, ssd.sanctions.fine, ssd.sanctions.remove) == (1, 50, False)
    assert HarvestConfig(rules="socialjax").regrowth == (0, 0.001, 0.005, 0.025)
    own = HarvestConfig(rules="ssd", radius=1.0, num_agents=3, sanctions={"fine": 2.0})
    assert (own.radius, own.num_agents, own.sanctions.fine, own.sanctions.cost) == (1.0, 3, 2.0, 1.0)


@pytest.mark.parametrize("name", ["open", "closed", "partnership"])
def test_the_maps_have_64_apples_in_6_patches_and_two_agents_begin_inside(name):
    env = harvest(name, 7, num_envs=50)
    assert len(env.sites) == 64 == env.state.env_counters[0, ALIVE]
    assert sorted(env._patch.sum(axis=0)) == [6, 6, 13, 13, 13, 13]
    inside = {(7, 7), (7, 16)}
    starts = env.state.position
    assert all({tuple(at) for at in env_index[:2].tolist()} == inside for env_index in starts)
    assert {tuple(at) for at in starts[:, 0].tolist()} == inside
    assert (starts[:, 2:, 0] >= 14).all()


def test_guilt_comes_with_a_greedy_meal_and_lasts():
    env = harvest(
        "########\n# AAA  #\n#      #\n########",
        2,
        guilt=5,
        greedy_below=2,
        sanctions={"length": 3, "cooldown": 0, "removal": 2},
    )
    stage(env, [(1, 1, "E"), (2, 4, "W")])
    act(env, FORWARD, STAY)  # two others were left
    assert not env.state.guilty.any()
    act(env, FORWARD, STAY)  # one other was left
    assert env.state.guilty[0].tolist() == [True, False]
    assert env.state.agent_counters[0, 0].tolist() == [2, 1, 5]
    for _ in range(4):
        act(env, TURN_LEFT, STAY)
        assert env.state.guilty[0, 0]
    act(env, STAY, STAY)
    assert (env.state.guilty[0, 0], env.state.agent_counters[0, 0, GUILT]) == (False, 0)


def test_hits_are_just_in_the_step_of_the_meal_already_and_unjust_without_one():
    env = harvest("########\n# A    #\n#      #\n########", 2, sanctions={"length": 3, "cooldown": 0, "removal": 2})
    stage(env, [(1, 1, "E"), (1, 5, "W")])
    act(env, FORWARD, SHOOT)
    assert where(env, 0) is None
    metrics = env._measure()
    assert (metrics["just_hits"][0], metrics["unjust_hits"][0]) == (1, 0)
    env = harvest("########\n#  A   #\n#      #\n########", 2, sanctions={"length": 3, "cooldown": 0, "removal": 2})
    stage(env, [(1, 1, "E"), (1, 5, "W")])
    act(env, FORWARD, SHOOT)
    metrics = env._measure()
    assert (metrics["just_hits"][0], metrics["unjust_hits"][0]) == (0, 1)


def test_metrics_by_hand():
    env = harvest("#########\n# A   AA#\n#########", regrowth=(0.0,), max_cycles=4, greedy_below=1)
    stage(env, [(1, 1, "E")])
    for action in (FORWARD, STAY, STAY):
        act(env, action)
    step = act(env, STAY)
    assert step.last.all()
    m = {name: float(value[0]) for name, value in step.metrics.items()}
    assert (m["apples_eaten"], m["apples_alive"], m["apples_mean"], m["greedy_meals"]) == (1, 2, 2, 1)
    assert (m["extinct"], m["efficiency"], m["return_0"], m["sustainability"]) == (0.5, 0.25, 1, 0)
    env = harvest("#########\n# A   AA#\n#########", max_cycles=1)
    stage(env, [(1, 1, "E")])
    assert np.isnan(act(env, STAY).metrics["greedy_meals"][0])


def test_putative_cooperators_pay_for_entering_a_hidden_tile_and_see_floor():
    env = harvest("######\n# T  #\n#    #\n######", 2, putative_cooperators=1)
    stage(env, [(1, 1, "E"), (2, 2, "N")])
    assert act(env, FORWARD, STAY).groups["agents"].reward[0].tolist() == [-10, 0]
    assert act(env, STAY, STAY).groups["agents"].reward[0].tolist() == [0, 0]
    act(env, FORWARD, STAY)
    step = act(env, STAY, FORWARD)
    assert where(env, 1) == (1, 2, "N")
    assert step.groups["agents"].reward[0].tolist() == [0, 0]
    walls, fruit = step.groups["agents"].observation[0, 0, :2]
    assert not fruit.any()
    assert walls[9, 5] == 0  # in front of it, facing east, nothing is marked


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    name=st.sampled_from(["small", "open", "partnership"]),
    rules=st.sampled_from(["melting_pot", "perolat", "ssd"]),
)
def test_the_counts_kept_are_those_that_one_would_count(seed, name, rules):
    env = make("dilemmas/harvest-v0", 3, map=name, rules=rules, num_agents=7, regrowth=(0.0, 0.1, 0.3))
    env.reset(seed)
    rng = np.random.default_rng(seed)
    s, orchard = env.state, env.orchard
    eaten = np.zeros(3)
    for _ in range(60):
        step = env.step(rng.choice([0, 1, 1, 1, 2, 3, 4, 5, 6, 7], (3, 7)))
        rewards = step.groups["agents"].reward
        eaten += (rewards > 0).sum(axis=1)
    live = s.cell == APPLE
    for at, (row, col) in enumerate(orchard.site):
        near = orchard.near[at, : orchard.nears[at]]
        np.testing.assert_array_equal(s.age[:, row, col], live[:, near[:, 0], near[:, 1]].sum(axis=1))
    np.testing.assert_array_equal(live.sum(axis=(1, 2)), s.env_counters[:, ALIVE])
    if rules != "ssd":  # where a fine can cover a meal
        np.testing.assert_array_equal(eaten, s.agent_counters[:, :, 0].sum(axis=1))
    outside = np.ones(s.cell.shape[1:], bool)
    outside[orchard.site[:, 0], orchard.site[:, 1]] = False
    assert (s.cell[:, outside] == env.layout.cells[outside]).all()


def test_it_is_a_dilemma():
    setting = {"map": "small", "num_agents": 4, "max_cycles": 500}
    dense = returns_beside("dilemmas/harvest-v0", ["cooperate"] * 4, 8, **setting)
    sparse = returns_beside("dilemmas/harvest-v0", ["defect"] * 4, 8, **setting)
    mixed = returns_beside("dilemmas/harvest-v0", ["cooperate"] * 3 + ["defect"], 8, **setting)
    assert dense.mean() > 1.5 * sparse.mean()
    assert mixed[3] > 1.5 * dense.mean()
    greedy = returns_beside("dilemmas/harvest-v0", ["greedy_harvester"] * 4, 8, **setting)
    assert greedy.mean() < 0.5 * sparse.mean()
    assert greedy.sum() >= 20  # nearly all of the 26 apples that there are, and little more


def test_patrols_hit_only_the_guilty_if_they_can_help_it_and_bots_leave_the_state_alone():
    env = make("dilemmas/harvest-v0", 4, map="small", num_agents=4, max_cycles=200)
    step = env.reset(3)
    patrol, defect = bot("punish", env), bot("defect", env)
    while not step.last.all():
        before = [array.copy() for array in env.state]
        action = patrol.act(env.state)
        action[:, 0] = defect.act(env.state)[:, 0]
        for old, new in zip(before, env.state):
            np.testing.assert_array_equal(old, new)
        step = env.step(action)
    assert step.metrics["just_hits"].sum() > 4 * max(step.metrics["unjust_hits"].sum(), 1)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"rules": "melting"}, "rules is 'melting'.*melting_pot"),
        ({"map": "opn"}, "map is 'opn'"),
        ({"map": "A A\nAA"}, "line 2"),
        ({"map": "A A\nAXA"}, "line 2, column 2"),
        ({"regrowth": ()}, "regrowth has 0 numbers"),
        ({"regrowth": (0.0, 1.5)}, r"regrowth\[1\] is 1.5; allowed is 0 to 1"),
        ({"radius": 6.0}, "radius is 6.0; allowed is 0 to 5"),
        ({"guilt": 0}, "guilt is 0; allowed is 1 to 10000"),
        ({"greedy_below": -1}, "greedy_below is -1"),
        ({"num_agents": 3, "putative_cooperators": 4}, "putative_cooperators is 4; allowed is 0 to 3"),
        ({"sanctions": {"removal": 0}}, "sanctions.removal is 0"),
        ({"sanctions": {"length": 40}}, "sanctions.length is 40"),
        ({"map": "small", "num_agents": 40}, "num_agents is 40; allowed is 1 to 26"),
    ],
)
def test_bad_parameters_get_a_sentence(given, sentence):
    with pytest.raises(BadParameter, match=sentence):
        make("dilemmas/harvest-v0", 1, **given)


def test_a_map_without_apples_is_a_walk():
    env = harvest("    \n    ", sanctions={"enabled": False})
    stage(env, [(0, 0, "E")])
    act(env, FORWARD)
    assert where(env, 0) == (0, 1, "E")
    assert env._measure()["extinct"][0] == 1
    assert replace(env.config, guilt=3).guilt == 3
