"""The coin game beside recordings of JaxMARL, on hand-made scenes, and with the bots of LOQA."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stigmergy
from stigmergy.envs.dilemmas.coin_game.policies import cooperate, defect, tit_for_tat
from stigmergy.envs.dilemmas.coin_game.rules import ABSENT, OTHERS, OWN
from stigmergy.envs.registration.make import make

ID = "dilemmas/coin_game-v0"
TRACES = json.loads(gzip.decompress((Path(__file__).parents[2] / "golden" / "coin_game.json.gz").read_bytes()))
RIGHT, LEFT, DOWN, UP, STAY = range(5)
RED, BLUE = 0, 1


def scene(players, coins, num_envs=1, **parameters):
    """Envs with given players and coins; a coin is None where its colour has none."""
    env = make(ID, num_envs, **parameters)
    env.reset(0)
    env.state.player[:] = players
    env.state.coin[:] = [(ABSENT, ABSENT) if coin is None else coin for coin in coins]
    env.restore(env.snapshot())
    return env


@pytest.mark.parametrize("trace", TRACES, ids=lambda trace: "-".join([str(trace["seed"]), *trace["options"]]))
def test_it_is_jaxmarls_game_but_for_where_new_coins_appear(trace):
    options = {"shared_reward": "shared_rewards", "egocentric": "egocentric", "payoff": "payoff_matrix"}
    given = {ours: trace["options"][theirs] for ours, theirs in options.items() if theirs in trace["options"]}
    env = scene(trace["players"][0], trace["coins"][0], max_cycles=1000, **given)
    moved = 0
    for k, action in enumerate(trace["actions"], start=1):
        before = np.array(trace["coins"][k - 1])
        step = env.step(np.array([action]))
        np.testing.assert_array_equal(env.state.player[0], trace["players"][k])
        np.testing.assert_array_equal(step.groups["agents"].reward[0], np.float32(trace["rewards"][k - 1]))
        taken = (np.array(trace["players"][k])[:, None] == before).all(axis=2).any(axis=0)
        np.testing.assert_array_equal(env.state.coin[0][~taken], before[~taken])
        moved += (np.array(trace["coins"][k]) != before).any(axis=1)[~taken].sum()
        env.state.coin[0][taken] = np.array(trace["coins"][k])[taken]
        seen = env.restore(env.snapshot()).groups["agents"].observation[0]
        theirs = np.array([[int(digit) for digit in digits] for digits in trace["seen"][k]]).reshape(2, 3, 3, 4)
        np.testing.assert_array_equal(seen, theirs.transpose(0, 3, 1, 2))
    assert moved == 0
    assert len(trace["actions"]) == 300
    assert min(np.array(trace["rewards"]).reshape(-1)) < 0 < (env.state.own * env.state.others).min()


@pytest.mark.parametrize(
    ("players", "coins", "moves", "reward"),
    [
        pytest.param([(0, 0), (2, 2)], [(0, 1), (1, 0)], (RIGHT, STAY), (1, 0), id="its own coin"),
        pytest.param([(0, 0), (2, 2)], [(1, 0), (0, 1)], (RIGHT, STAY), (1, -2), id="the other's coin"),
        pytest.param([(0, 0), (0, 2)], [(0, 1), (2, 2)], (RIGHT, LEFT), (-1, 1), id="both take the red coin"),
        pytest.param([(0, 0), (2, 2)], [(0, 1), (0, 1)], (RIGHT, STAY), (2, -2), id="both coins at once"),
        pytest.param([(0, 2), (2, 2)], [(0, 0), (1, 1)], (RIGHT, STAY), (1, 0), id="around the torus"),
        pytest.param([(0, 2), (2, 2)], [(1, 0), (1, 2)], (STAY, DOWN), (0, 0), id="nothing"),
        pytest.param([(0, 2), (2, 2)], [(1, 0), (1, 2)], (STAY, UP), (0, 1), id="up is a row less"),
    ],
)
def test_goldens_of_jaxmarl(players, coins, moves, reward):
    step = scene(players, coins).step(np.array([moves]))
    np.testing.assert_array_equal(step.groups["agents"].reward[0], reward)


@pytest.mark.parametrize("preset", ["loqa", "pola"])
def test_one_coin_changes_colour_when_it_is_taken_and_both_may_take_it(preset):
    """As in coin_game.py of LOQA: takers get 1 each, the owner -2 if the other was among them."""
    env = scene([(0, 0), (0, 2)], [(0, 1), None], 2000, preset=preset)
    step = env.step(np.array([(RIGHT, LEFT)] * 2000))
    np.testing.assert_array_equal(step.groups["agents"].reward, [(1 - 2, 1)] * 2000)
    assert (env.state.coin[:, RED] == ABSENT).all()
    assert (env.state.coin[:, BLUE] != ABSENT).all()
    assert not (env.state.coin[:, BLUE] == (0, 1)).all(axis=1).any()  # where both stand
    env = scene([(0, 0), (2, 2)], [None, (0, 1)], preset=preset)
    first = env.step(np.array([(LEFT, UP)])).groups["agents"]
    np.testing.assert_array_equal(first.reward[0], (0, 0))
    np.testing.assert_array_equal(env.state.coin[0], [(ABSENT, ABSENT), (0, 1)])
    second = env.step(np.array([(LEFT, UP)])).groups["agents"]
    np.testing.assert_array_equal(second.reward[0], (1, -2))
    assert env.state.coin[0, BLUE, 0] == ABSENT
    assert env.spec.groups[0].action_space.n == 4
    assert env.spec.horizon == 50


def within_three_sigma(cells, shape, allowed):
    """Assert that allowed cells (flat indices) came up equally often, and no others."""
    counts = np.bincount(np.ravel_multi_index(tuple(cells.T.astype(int)), shape), minlength=np.prod(shape))
    share, total = 1 / len(allowed), len(cells)
    assert counts.sum() == counts[allowed].sum() == total
    # One in a hundred sets of draws has a deviation above three sigma; the seed is fixed.
    assert np.abs(counts[allowed] - share * total).max() < 3 * np.sqrt(total * share * (1 - share))


def test_coins_appear_everywhere_alike():
    env = scene([(0, 0), (2, 2)], [(0, 1), (2, 1)], 20_000)
    env.step(np.array([(RIGHT, LEFT)] * 20_000))
    for coin in (RED, BLUE):
        within_three_sigma(env.state.coin[:, coin], (3, 3), np.arange(9))
    together = (env.state.coin[:, RED] == env.state.coin[:, BLUE]).all(axis=1).mean()
    assert abs(together - 1 / 9) < 3 * np.sqrt(1 / 9 * 8 / 9 / 20_000)


@pytest.mark.parametrize(
    ("red", "blue", "free"),
    [((0, 0), (2, 2), [0, 2, 3, 4, 5, 6, 8]), ((0, 0), (0, 2), [0, 2, 3, 4, 5, 6, 7, 8])],
)
def test_a_single_coin_appears_on_every_free_cell_alike(red, blue, free):
    """Red takes the coin at (0, 1); blue goes left, to (2, 1) or to (0, 1) as well."""
    env = scene([red, blue], [None, (0, 1)], 20_000, preset="loqa")
    env.step(np.array([(RIGHT, LEFT)] * 20_000))
    within_three_sigma(env.state.coin[:, RED], (3, 3), np.array(free))


def test_episodes_begin_anywhere():
    env = make(ID, 20_000, preset="loqa", height=2, width=3)
    env.reset(3)
    for i in (RED, BLUE):
        within_three_sigma(env.state.player[:, i], (2, 3), np.arange(6))
    red = (env.state.coin[:, RED] != ABSENT).all(axis=1)
    assert abs(red.mean() - 0.5) < 3 * 0.5 / np.sqrt(20_000)
    assert (red != (env.state.coin[:, BLUE] != ABSENT).all(axis=1)).all()


def test_both_see_themselves_as_red():
    env = scene([(0, 1), (2, 2)], [None, (1, 0)], preset="loqa")
    seen = env.groups["agents"].observation[0]
    assert seen.dtype == np.uint8
    places = [[tuple(map(int, np.argwhere(plane)[0])) if plane.any() else None for plane in player] for player in seen]
    assert places == [[(0, 1), (2, 2), None, (1, 0)], [(2, 2), (0, 1), (1, 0), None]]
    env = scene([(0, 1), (3, 5)], [None, (1, 0)], preset="loqa", height=4, width=6, egocentric=True)
    seen = env.groups["agents"].observation[0]
    places = [[tuple(map(int, np.argwhere(plane)[0])) if plane.any() else None for plane in player] for player in seen]
    assert places == [[(2, 3), (1, 1), None, (3, 2)], [(2, 3), (3, 5), (0, 4), None]]


def match(first, second, num_envs=1000, **parameters):
    """Rewards of red and blue per step, and their cooperation, means over episodes."""
    env = make(ID, num_envs, **parameters)
    step = env.reset(1)
    while not step.last.any():
        red, blue = (play(env.state, env.config) for play in (first, second))
        step = env.step(np.stack([red[:, RED], blue[:, BLUE]], axis=1))
    names = ("return_0", "return_1", "cooperation")
    red, blue, cooperation = (float(np.nanmean(step.metrics[name])) for name in names)
    return red / env.spec.horizon, blue / env.spec.horizon, cooperation


def test_the_anchors_of_loqas_league():
    """Rewards per step: .347 and .348 of cooperators, 0 of defectors.

    A defector beside a cooperator gets .631, the cooperator -.269.
    """
    both = match(cooperate, cooperate, preset="loqa")
    assert both[:2] == pytest.approx((0.347, 0.348), abs=0.01)
    assert both[2] == 1
    neither = match(defect, defect, preset="loqa")
    assert neither[:2] == pytest.approx((0, 0), abs=0.02)
    assert neither[2] == pytest.approx(0.5, abs=0.01)
    assert match(defect, cooperate, preset="loqa")[:2] == pytest.approx((0.631, -0.269), abs=0.02)


@pytest.mark.parametrize("parameters", [{"max_cycles": 50}, {"preset": "pola", "height": 6, "width": 5}])
def test_it_is_a_dilemma(parameters):
    both, neither = match(cooperate, cooperate, 300, **parameters), match(defect, defect, 300, **parameters)
    lone = match(defect, cooperate, 300, **parameters)
    assert min(both[:2]) > max(neither[:2]) + 0.05
    assert lone[0] > max(both[:2]) + 0.05


def test_tit_for_tat_answers_what_was_done_last():
    assert match(tit_for_tat, cooperate, 300, preset="loqa")[2] == 1
    answered = match(tit_for_tat, defect, 300, preset="loqa")
    assert answered[0] > match(cooperate, defect, 300, preset="loqa")[0] + 0.1
    env = scene([(0, 0), (1, 1)], [None, (0, 1)], preset="loqa")
    for last, moves in (
        (0, {LEFT, DOWN, UP}),
        (OWN, {LEFT, DOWN, UP}),
        (OTHERS, {RIGHT}),
        (OWN + OTHERS, {LEFT, DOWN, UP}),
    ):
        env.state.last_taken[0, BLUE] = last
        assert int(tit_for_tat(env.state, env.config)[0, RED]) in moves


def test_a_cooperator_walks_around_the_others_coin():
    env = scene([(0, 0), (3, 3)], [(0, 2), (0, 1)], height=7, width=7, max_cycles=100)
    for _ in range(4):
        env.step(np.array([(cooperate(env.state, env.config)[0, RED], STAY)]))
    assert env.state.own[0, RED] == 1
    assert env.state.others[0, RED] == 0


def test_bots_leave_the_state_alone_and_depend_on_it_alone():
    env = make(ID, 50, preset="loqa")
    env.reset(5)
    for play in (cooperate, defect, tit_for_tat):
        before = env.snapshot()
        action = play(env.state, env.config)
        for old, new in zip(before, env.state):
            np.testing.assert_array_equal(old, new)
        few = type(before)(*(value[:3] for value in before))
        np.testing.assert_array_equal(play(few, env.config), action[:3])


def test_metrics_by_hand():
    """Red takes its own coin, then that of blue; blue takes nothing: returns 2 and -2."""
    env = scene([(0, 0), (2, 0)], [(0, 1), (1, 1)], max_cycles=3)
    env.step(np.array([(RIGHT, STAY)]))
    env.state.coin[0] = [(0, 0), (1, 1)]
    env.step(np.array([(DOWN, STAY)]))
    env.state.coin[0] = [(0, 0), (0, 0)]
    step = env.step(np.array([(STAY, STAY)]))
    assert step.truncated[0]
    outcome = {name: float(value[0]) for name, value in step.metrics.items()}
    undefined = {name for name, value in outcome.items() if np.isnan(value)}
    assert undefined == {"equality", "own_fraction_1"}
    assert {name: value for name, value in outcome.items() if name not in undefined} == {
        "efficiency": 0,
        "mean_return": 0,
        "return_0": 2,
        "return_1": -2,
        "own_fraction_0": 0.5,
        "cooperation": 0.5,
        "pickups": 2,
    }


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 5), st.integers(2, 5), st.booleans(), st.booleans(), st.integers(0, 2**31))
def test_what_is_paid_is_what_was_taken(height, width, two_coins, avoid, seed):
    env = make(ID, 8, height=height, width=width, two_coins=two_coins, coins_avoid_players=avoid, max_cycles=20)
    env.reset(seed)
    generator, returns = np.random.default_rng(seed), np.zeros((8, 2))
    for _ in range(20):
        returns += env.step(generator.integers(5, size=(8, 2))).groups["agents"].reward
        present = env.state.coin[:, :, 0] != ABSENT
        assert (present.sum(axis=1) == (2 if two_coins else 1)).all()
        assert ((env.state.coin >= 0) & (env.state.coin < (height, width)))[present].all()
        assert ((env.state.player >= 0) & (env.state.player < (height, width))).all()
        planes = env.groups["agents"].observation.sum(axis=(3, 4))
        np.testing.assert_array_equal(planes[:, :, :2], 1)
        np.testing.assert_array_equal(planes[:, 0, 2:], present)
        np.testing.assert_array_equal(planes[:, 1, 2:], present[:, ::-1])
    np.testing.assert_array_equal(returns, env.state.own + env.state.others - 2 * env.state.others[:, ::-1])
    np.testing.assert_array_equal(returns, env.state.returns)


def test_options_left_out_are_the_presets():
    given = make(ID, preset="loqa", stay=True, max_cycles=7).config
    assert (given.two_coins, given.stay, given.coins_avoid_players, given.max_cycles) == (False, True, True, 7)
    given = make(ID).config
    assert (given.two_coins, given.stay, given.coins_avoid_players, given.max_cycles) == (True, True, False, 10)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"preset": "jaxmar"}, "preset is 'jaxmar'; allowed are jaxmarl, loqa and pola. Did you mean 'jaxmarl'"),
        ({"height": 1}, "height is 1; allowed is 2 to 64"),
        ({"width": 65}, "width is 65; allowed is 2 to 64"),
        ({"max_cycles": 0}, "max_cycles is 0; allowed is 1"),
        ({"payoff": [[1, 1, float("nan")], [1, 1, -2]]}, r"payoff\[0\]\[2\] is nan; allowed is -1000000 to 1000000"),
        ({"payoff": [[1, 1], [1, 1, -2]]}, r"payoff.*0.*"),
        ({"payoff": [[1, 1, -2]]}, r"payoff.*1.*"),
    ],
)
def test_bad_parameters_are_told_in_a_sentence(parameters, sentence):
    with pytest.raises(stigmergy.BadParameter, match=sentence):
        make(ID, **parameters)


def test_text_shows_the_scene():
    env = scene([(0, 1), (0, 1)], [None, (2, 0)], preset="loqa")
    assert env.text(0).splitlines() == [".  RB .", ".  .  .", "b  .  .", "red 0  blue 0  step 0"]
