"""Coins: recordings of Melting Pot, goldens of spec D4, chances within 3 sigma, metrics, bots."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy.envs.dilemmas.coins.rules import BARE, COIN, GUILT, HEIGHT, OTHERS, OWN, WIDTH
from stigmergy.envs.dilemmas.grid_engine.maps import FLOOR, WALL
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.make import make

from ..support.dilemmas.bots import bot, returns_beside
from ..support.dilemmas.melting_pot import cases, table
from ..support.dilemmas.staging import act, stage, where

STAY, FORWARD, BACKWARD, STEP_LEFT, STEP_RIGHT, TURN_LEFT, TURN_RIGHT, SHOOT = range(8)
LETTERS = {"W": WALL, ".": BARE, "0": COIN, "1": COIN + 1}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Save the compilation for several threads, which test_every_task.py compares with these."""
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(before)


def coins(num_envs: int = 1, seed: int = 0, **given):
    env = make("dilemmas/coins-v0", num_envs, **given)
    env.reset(seed)
    return env


def lay(env, rows: list[str]) -> None:
    """Put a map in the upper left of env 0; `rows` in the letters of the recordings."""
    env.state.cell[0] = WALL
    for r, row in enumerate(rows):
        env.state.cell[0, r, : len(row)] = [LETTERS[letter] for letter in row]
    env.state.env_counters[0, [HEIGHT, WIDTH]] = len(rows) - 2, len(rows[0]) - 2


def coins_of(env) -> list[set[tuple[int, int]]]:
    """Cells with coins of each colour in env 0."""
    return [{(int(r), int(q)) for r, q in np.argwhere(env.state.cell[0] == COIN + i)} for i in range(2)]


@pytest.mark.parametrize("case", cases("coins/"), ids=lambda case: case.name)
def test_what_melting_pot_paid_for_the_coins_that_it_had(case):
    """Colours are drawn, so each step begins with the recorded coins.

    Coins that grew under a player in the same step are in the events.
    """
    env = coins(regrowth=0.0)
    for t, actions in enumerate(case.actions):
        lay(env, case.maps[t])
        stage(env, [(*case.columns["position"][t, i].tolist(), "NESW"[case.columns["facing"][t, i]]) for i in range(2)])
        reward = env.step(actions[None]).groups["agents"].reward[0].copy()
        for name, values in case.events[t + 1]:
            i = values["player_index"]
            row, column = case.columns["position"][t + 1, i]
            if name == "coin_consumed" and case.maps[t][row][column] == ".":
                reward[i] += 1
                reward[1 - i] -= 2 * (values["coin_type"] != values["player_coin_type"])
        np.testing.assert_array_equal(reward, case.columns["reward"][t + 1], f"step {t}")
        for i in range(2):
            assert where(env, i)[:2] == tuple(case.columns["position"][t + 1, i]), f"step {t}"
        for colour, cells in enumerate(coins_of(env)):
            after = {
                (r, q)
                for r, row in enumerate(case.maps[t + 1])
                for q, letter in enumerate(row)
                if letter == str(colour)
            }
            assert cells <= after, f"step {t}"
            assert all(case.maps[t][r][q] == "." for r, q in after - cells), f"step {t}"  # what grew


@pytest.mark.parametrize("case", cases("coins/walk"), ids=lambda case: case.name)
def test_where_coins_are_when_they_grow_for_certain(case):
    env = coins(regrowth=1.0)
    lay(env, case.maps[0])
    grows = [(r, q) for r in (1, 2) for q in range(2, 7)]  # C in the recorded map; the other cells never have coins
    bare = np.ones_like(env.state.cell[0], bool)
    bare[tuple(np.transpose(grows))] = False
    env.state.cell[0, bare & (env.state.cell[0] == BARE)] = FLOOR
    stage(env, [(*case.start[i].tolist(), "NESW"[case.facing[i]]) for i in range(2)])
    before = env.state.agent_counters[0, :, :2].sum(axis=1)
    for t, actions in enumerate(case.actions):
        env.step(actions[None])
        taken = env.state.agent_counters[0, :, :2].sum(axis=1)
        told = [values["player_index"] for name, values in case.events[t + 1] if name == "coin_consumed"]
        assert (taken - before).tolist() == [told.count(0), told.count(1)], f"step {t}"
        before = taken
        seen = {(r, q) for r, row in enumerate(case.maps[t + 1]) for q, letter in enumerate(row) if letter in "01"}
        assert set.union(*coins_of(env)) == seen, f"step {t}"


@pytest.mark.parametrize(
    ("rows", "agents", "actions", "reward"),
    [
        (["WWWW", "W.0W", "W..W", "WWWW"], [(1, 1, "E"), (2, 1, "E")], (FORWARD, STAY), (1, 0)),
        (["WWWW", "W.1W", "W..W", "WWWW"], [(1, 1, "E"), (2, 1, "E")], (FORWARD, STAY), (1, -2)),
        (["WWWW", "W..W", "W.0W", "WWWW"], [(1, 1, "E"), (2, 1, "E")], (STAY, FORWARD), (-2, 1)),
        (["WWWW", "W.1W", "W.0W", "WWWW"], [(1, 1, "E"), (2, 1, "E")], (FORWARD, FORWARD), (-1, -1)),
        (["WWWW", "W.0W", "W.1W", "WWWW"], [(1, 1, "E"), (2, 1, "E")], (FORWARD, FORWARD), (1, 1)),
    ],
)
def test_the_rewards_of_d4(rows, agents, actions, reward):
    env = coins(regrowth=0.0)
    lay(env, rows)
    stage(env, agents)
    assert act(env, *actions).groups["agents"].reward[0].tolist() == list(reward)
    assert not any(coins_of(env))


def test_with_certain_growth_a_player_that_stands_takes_a_coin_in_every_step_and_pairs_are_as_seen():
    env = coins(regrowth=1.0)
    lay(env, ["WWWWWW", "W....W", "W....W", "WWWWWW"])
    stage(env, [(1, 1, "E"), (2, 4, "E")])
    env.state.cell[0, 2, 4] = FLOOR  # player 1 takes nothing
    pairs = {tuple(act(env, STAY, STAY).groups["agents"].reward[0].tolist()) for _ in range(40)}
    assert pairs == {(1, 0), (1, -2)}
    assert env.state.agent_counters[0, 0, :2].sum() == 40


def test_the_chance_of_growth_and_colours_within_3_sigma():
    env = coins(200, regrowth=0.002, min_width=15, min_height=15)
    cell, draws, grown = env.state.cell, 0, np.zeros(2)
    grown_first = (cell >= COIN).sum() / (200 * 223)
    assert abs(grown_first - 0.002) <= 3 * np.sqrt(0.002 / (200 * 223))
    for _ in range(60):
        before = cell.copy()
        env.step(np.zeros((200, 2), int))
        draws += (before == BARE).sum()
        grown += [((before == BARE) & (cell == COIN + i)).sum() for i in range(2)]
    assert abs(grown.sum() / draws - 0.002) <= 3 * np.sqrt(0.002 / draws)
    assert abs(grown[0] - grown.sum() / 2) <= 3 * np.sqrt(grown.sum() / 4)


def test_the_reference_grows_with_such_chances():
    seen = table("coins_regrowth")
    assert abs(seen["of_player_0"] - seen["grown"] / 2) <= 3 * np.sqrt(seen["grown"] / 4)


def test_every_cell_gets_coins_equally_often():
    env = coins(3000, regrowth=0.05, min_width=6, max_width=6, min_height=5, max_height=5)
    often = (env.state.cell >= COIN).sum(axis=0)
    inside = np.zeros_like(often, bool)
    inside[1:6, 1:7] = True
    inside[2, 5] = inside[4, 2] = False
    assert not often[~inside].any()
    assert (abs(often[inside] - 150) <= 4 * np.sqrt(150)).all()


def test_the_maps_are_as_described_and_every_size_comes_up():
    env = coins(800, regrowth=0.0)
    s = env.state
    sizes = s.env_counters[:, [HEIGHT, WIDTH]]
    assert {tuple(size) for size in sizes.tolist()} == {(h, w) for h in range(10, 16) for w in range(10, 16)}
    for env_index in range(100):
        h, w = sizes[env_index]
        expected = np.full((17, 17), WALL)
        expected[1 : h + 1, 1 : w + 1] = BARE
        starts = {(2, int(w) - 1), (int(h) - 1, 2)}
        for at in starts:
            expected[at] = FLOOR
        np.testing.assert_array_equal(s.cell[env_index], expected)
        assert {tuple(at) for at in s.position[env_index].tolist()} == starts


def test_players_see_whose_colour_is_whose():
    env = coins(regrowth=0.0)
    lay(env, ["WWWWWW", "W.0..W", "W..1.W", "WWWWWW"])
    step = stage(env, [(2, 2, "N"), (2, 4, "N")])
    planes = {name: step.groups["agents"].observation[0, :, k] for k, name in enumerate(env.planes)}
    assert np.argwhere(planes["coin_0"][0]).tolist() == [[8, 5]]
    assert np.argwhere(planes["coin_1"][1]).tolist() == [[9, 4]]
    assert np.argwhere(planes["player_0"][0]).tolist() == [[9, 5]]
    assert np.argwhere(planes["player_1"][0]).tolist() == [[9, 7]]
    assert (planes["own_colour"] == np.array([0, 1])[:, None, None]).all()


def test_metrics_by_hand():
    env = coins(regrowth=0.0, max_cycles=3)
    lay(env, ["WWWWWW", "W.011W", "W....W", "WWWWWW"])
    stage(env, [(1, 1, "E"), (2, 1, "E")])
    for _ in range(3):
        step = act(env, FORWARD, STAY)
    m = {name: float(value[0]) for name, value in step.metrics.items()}
    assert (m["own_fraction_0"], m["cooperation"], m["pickups"]) == (1 / 3, 1 / 3, 3)
    assert np.isnan(m["own_fraction_1"])
    assert (m["return_0"], m["return_1"], m["efficiency"]) == (3, -4, -1 / 3)


def test_guilt_is_for_taking_the_others_coin_and_lasts():
    env = coins(regrowth=0.0, guilt=3, sanctions={"enabled": True, "cooldown": 0, "removal": 2})
    lay(env, ["WWWWWW", "W.01.W", "W....W", "WWWWWW"])
    stage(env, [(1, 1, "E"), (2, 4, "W")])
    act(env, FORWARD, STAY)
    assert not env.state.guilty.any()
    act(env, FORWARD, STAY)
    assert env.state.guilty[0].tolist() == [True, False]
    act(env, STAY, STAY)
    act(env, STAY, STAY)
    assert env.state.guilty[0, 0]
    act(env, STAY, STAY)
    assert not env.state.guilty[0, 0]
    env.state.agent_counters[0, 0, GUILT] = 3
    env.state.cell[0, 1, 1] = FLOOR  # where it comes back
    act(env, STAY, SHOOT)
    assert where(env, 0) is None
    assert env._measure()["just_hits"][0] == 1
    for _ in range(3):
        act(env, STAY, STAY)
    assert where(env, 0)[:2] == (1, 1)


def test_it_is_a_dilemma_and_tit_for_tat_answers_in_kind():
    setting = {"max_cycles": 600, "regrowth": 0.002}

    def play(*players):
        return returns_beside("dilemmas/coins-v0", list(players), 96, **setting)

    both, neither, mixed = play("cooperate", "cooperate"), play("defect", "defect"), play("cooperate", "defect")
    assert both.mean() > neither.mean() + 20
    assert mixed[1] > both.mean() + 5
    assert mixed[0] < neither.mean() - 2
    friends, foes = play("tit_for_tat", "tit_for_tat"), play("tit_for_tat", "defect")
    assert abs(friends.mean() - both.mean()) < 0.2 * both.mean()
    assert foes[0] > mixed[0] + 2
    assert foes[1] < mixed[1] - 5


def test_cooperators_take_hardly_anything_but_their_own():
    env = coins(16, max_cycles=300)
    step = env.reset(1)
    policy = bot("cooperate", env)
    while not step.last.all():
        step = env.step(policy.act(env.state))
    assert (step.metrics["cooperation"] > 0.9).all()
    assert step.metrics["pickups"].sum() > 200


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**31), regrowth=st.sampled_from([0.0, 0.01, 0.3, 1.0]))
def test_returns_and_coins_agree_with_what_was_taken(seed, regrowth):
    env = coins(4, seed, regrowth=regrowth, min_width=4, min_height=4)
    rng = np.random.default_rng(seed)
    total = np.zeros((4, 2))
    for _ in range(50):
        total += env.step(rng.integers(0, 7, (4, 2))).groups["agents"].reward
    own, others = env.state.agent_counters[:, :, OWN], env.state.agent_counters[:, :, OTHERS]
    np.testing.assert_array_equal(total, own + others - 2 * others[:, ::-1])
    cells = env.state.cell
    assert ((cells == WALL).sum(axis=(1, 2)) + (cells != WALL).sum(axis=(1, 2)) == 17 * 17).all()
    assert ((cells != WALL).sum(axis=(1, 2)) == env.state.env_counters.prod(axis=1)).all()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"num_agents": 3}, "num_agents is 3; allowed is 2"),
        ({"min_width": 3}, "min_width is 3; allowed is 4 to 60"),
        ({"max_width": 9}, "max_width is 9; allowed is 10 to 60"),
        ({"max_height": 61}, "max_height is 61; allowed is 4 to 60"),
        ({"regrowth": 1.5}, "regrowth is 1.5; allowed is 0 to 1"),
        ({"mismatch_other": float("inf")}, "mismatch_other is inf"),
        ({"guilt": 0}, "guilt is 0"),
    ],
)
def test_bad_parameters_get_a_sentence(given, sentence):
    with pytest.raises(BadParameter, match=sentence):
        make("dilemmas/coins-v0", 1, **given)
