"""Iterated games against Axelrod's matches, and the payoffs of the literature."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stigmergy
from stigmergy.envs.dilemmas.iterated.config import IteratedConfig
from stigmergy.envs.registration.make import make
from stigmergy.envs.tools.conformance import check

from ..support.dilemmas.bots import bot

GOLDEN = Path(__file__).parents[2] / "golden" / "axelrod.json.gz"
BOTS = ("cooperate", "defect", "tit_for_tat", "grim", "win_stay_lose_shift")
C, D = 0, 1


def play(players, rounds, **parameters):
    """Play one episode of two bots, or of given actions; return actions, rewards and last step."""
    env = make("dilemmas/iterated-v0", 1, max_cycles=rounds, **parameters)
    step = env.reset(0)
    policies = [bot(player, env) if player in BOTS else None for player in players]
    actions, rewards = [], []
    for t in range(rounds):
        chosen = [
            int(policy.act(env.state)[0, i]) if policy else "CD".index(players[i][t])
            for i, policy in enumerate(policies)
        ]
        step = env.step(np.array([chosen]))
        actions.append(chosen)
        rewards.append(step.groups["agents"].reward[0].copy())
    return np.array(actions), np.array(rewards), step


@pytest.mark.parametrize(
    "match", json.loads(gzip.decompress(GOLDEN.read_bytes())), ids=lambda m: "-".join(m["players"])
)
def test_bots_play_and_are_paid_as_in_axelrod(match):
    """Those strategies that are not ours play their recorded actions."""
    reward, sucker, temptation, punishment = match["payoffs"]
    players = [name if name in BOTS else actions for name, actions in zip(match["players"], match["actions"])]
    table = [[reward, sucker], [temptation, punishment]]
    actions, rewards, step = play(players, len(match["actions"][0]), payoffs=table)
    assert ["".join("CD"[a] for a in column) for column in actions.T] == match["actions"]
    assert rewards.sum(axis=0).tolist() == match["scores"]
    assert [step.metrics[f"return_{i}"][0] for i in range(2)] == match["scores"]


@pytest.mark.parametrize(
    ("players", "rounds", "game", "totals"),
    [
        (("tit_for_tat", "defect"), 10, "pd", (9, 14)),
        (("tit_for_tat", "tit_for_tat"), 10, "pd", (30, 30)),
        (("grim", "defect"), 10, "pd", (9, 14)),
        (("cooperate", "defect"), 10, "pd", (0, 50)),
        (("defect", "defect"), 10, "pd", (10, 10)),
        (("win_stay_lose_shift", "defect"), 10, "pd", (5, 30)),  # C and D in turn
        (("tit_for_tat", "tit_for_tat"), 50, "loqa", (-50, -50)),
        (("tit_for_tat", "defect"), 50, "loqa", (-101, -98)),  # -2.02 and -1.96 a round
        (("defect", "defect"), 50, "loqa", (-100, -100)),
        (("cooperate", "defect"), 10, "pola", (-3.35, 6.65)),
        (("cooperate", "cooperate"), 10, "pola", (3.3, 3.3)),
    ],
)
def test_totals_by_hand(players, rounds, game, totals):
    _, rewards, _ = play(players, rounds, game=game)
    np.testing.assert_allclose(rewards.sum(axis=0), totals, rtol=1e-6)


def test_uniform_play_of_loqas_dilemma_pays_minus_one_and_a_half():
    assert IteratedConfig(game="loqa").table().mean(axis=(1, 2)).tolist() == [-1.5, -1.5]
    env = make("dilemmas/iterated-v0", 4096, game="loqa")
    env.reset(0)
    paid = env.step(np.random.default_rng(0).integers(0, 2, (4096, 2))).groups["agents"].reward
    assert abs(paid.mean() + 1.5) < 3 * np.sqrt(1.25 / 8192)


@pytest.mark.parametrize("game", ["pd", "loqa", "pola"])
def test_they_are_dilemmas(game):
    """T > R > P > S, taking turns pays less than cooperating, and both have the same game."""
    table = IteratedConfig(game=game).table()
    np.testing.assert_array_equal(table[0], table[1].T)
    (r, s), (t, p) = table[0]
    assert t > r > p > s
    assert 2 * r > t + s


def test_the_asymmetric_game_pays_by_agent():
    """Bach or Stravinsky: alike or nothing, and each has its favourite."""
    table = IteratedConfig(game="bach_or_stravinsky").table()
    for a, b, paid in ((C, C, (3, 2)), (D, D, (2, 3)), (C, D, (0, 0)), (D, C, (0, 0))):
        assert tuple(table[:, a, b]) == paid
        assert play(["CD"[a], "CD"[b]], 1, game="bach_or_stravinsky")[1][0].tolist() == list(paid)


START, CC, CD, DC, DD = np.eye(5)
LAST = {
    "round": [(START, START), (CD, DC), (DD, DD)],
    "actions": [((0, 0, 0, 0),) * 2, ((1, 0, 0, 1), (0, 1, 1, 0)), ((0, 1, 0, 1),) * 2],
    "actions_or_start": [((0, 0, 1, 0, 0, 1),) * 2, ((1, 0, 0, 0, 1, 0), (0, 1, 0, 1, 0, 0)), ((0, 1, 0) * 2,) * 2],
}


@pytest.mark.parametrize("observe", LAST)
def test_agents_see_the_last_round_from_their_own_side(observe):
    env = make("dilemmas/iterated-v0", 1, observe=observe)
    steps = [env.reset(0)]
    for seen, actions in zip(LAST[observe], [(C, D), (D, D), None], strict=True):
        np.testing.assert_array_equal(steps[-1].groups["agents"].observation[0], seen)
        if actions:
            steps.append(env.step(np.array([actions])))
    np.testing.assert_array_equal(steps[-1].state[0], DD)
    assert check("dilemmas/iterated-v0", IteratedConfig(observe=observe)).passed


def test_metrics_by_hand():
    """Rounds CC, CD, CD, DD: returns 3 + 0 + 0 + 1 and 3 + 5 + 5 + 1."""
    _, _, step = play(("CCCD", "CDDD"), 4)
    assert {name: float(value[0]) for name, value in step.metrics.items()} == {
        "cooperation": 4 / 8,
        "mutual_cooperation": 1 / 4,
        "mutual_defection": 1 / 4,
        "efficiency": 18 / 4,
        "mean_return": 9,
        "equality": 1 - 20 / (2 * 2 * 18),
        "return_0": 4,
        "return_1": 14,
    }
    _, _, step = play(("C", "C"), 1, game="loqa")
    assert np.isnan(step.metrics["equality"][0])


def test_the_chance_of_an_end_is_that_of_termination():
    env = make("dilemmas/iterated-v0", 20_000, end_chance=0.2, max_cycles=3)
    env.reset(1)
    alive, lengths = np.ones(20_000, bool), []
    for _ in range(3):
        step = env.step(np.zeros((20_000, 2), int))
        ended = step.groups["agents"].terminated.all(axis=1)
        lengths.append((ended & alive).sum())
        alive &= ~step.last
    for t, count in enumerate(lengths):
        expected = 20_000 * 0.2 * 0.8**t
        assert abs(count - expected) < 4 * np.sqrt(expected)
    env = make("dilemmas/iterated-v0", 2, end_chance=1)
    env.reset(0)
    step = env.step(np.zeros((2, 2), int))
    assert step.groups["agents"].terminated.all()
    assert not step.truncated.any()
    step = env.step(np.zeros((2, 2), int))
    assert step.first.all()
    assert not step.groups["agents"].terminated.any()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("CD"), st.sampled_from("CD")), min_size=1, max_size=12), st.sampled_from(BOTS)
)
def test_a_bot_depends_on_what_was_played_alone(rounds, name):
    """Bots of both agents act by the definition of their names, beside an env with other play."""
    env = make("dilemmas/iterated-v0", 2, max_cycles=100)
    env.reset(0)
    for pair in rounds:
        env.step(np.array([["CD".index(a) for a in pair], [D, C]]))
    acted = "".join("CD"[a] for a in bot(name, env).act(env.state)[0])
    for i in range(2):
        own, other = rounds[-1][i], rounds[-1][1 - i]
        known = {
            "cooperate": "C",
            "defect": "D",
            "tit_for_tat": other,
            "grim": "D" if any(pair[1 - i] == "D" for pair in rounds) else "C",
            "win_stay_lose_shift": "C" if own == other else "D",
        }
        assert acted[i] == known[name]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"game": "chickens"}, "game is 'chickens'; allowed are pd, .*. Did you mean 'chicken'"),
        ({"payoffs": [[1, 2, 3], [4, 5, 6]]}, r"payoffs have shape \(2, 3\); allowed is \(2, 2\).* or \(2, 2, 2\)"),
        ({"payoffs": [1, 2, 3, 4]}, r"payoffs have shape \(4,\)"),
        ({"payoffs": [[[1, 2], [3, 4]]]}, r"payoffs have shape \(1, 2, 2\)"),
        (
            {"payoffs": [[1, 2], [3]]},
            "payoffs is .*; allowed are numbers in nested lists whose rows have equal lengths",
        ),
        ({"payoffs": [[1, 2], [3, float("inf")]]}, "payoffs holds inf; allowed are numbers"),
        ({"payoffs": ["[[1, 2], [3, x]]"]}, "payoffs is .*; allowed are lists of numbers"),
        ({"max_cycles": 0}, "max_cycles is 0; allowed is 1"),
        ({"end_chance": 1.5}, "end_chance is 1.5; allowed is 0 to 1"),
    ],
)
def test_bad_parameters_are_told_in_a_sentence(parameters, sentence):
    with pytest.raises(stigmergy.BadParameter, match=sentence):
        make("dilemmas/iterated-v0", **parameters)


def test_payoffs_may_come_as_the_command_line_gives_them():
    given_as = [(((3, 0), (5, 1)),), ("[[3, 0], [5, 1]]",), ("[3, 0]", "[5, 1]"), (np.array([[3, 0], [5, 1]]),)]
    given_as = [value[0] if not isinstance(value[0], str) else value for value in given_as]
    assert len({IteratedConfig(payoffs=value) for value in given_as}) == 1


def test_a_bot_of_another_task_is_refused():
    env = make("games/matrix-v0")
    with pytest.raises(stigmergy.BadParameter, match=r"'grim' is for dilemmas/.*, not for 'games/matrix-v0'"):
        bot("grim", env)


def test_text_and_picture():
    env = make("dilemmas/iterated-v0", 1)
    env.reset(0)
    assert "nobody has chosen" in env.text(0)
    env.step(np.array([[C, C]]))
    earlier = env.snapshot()
    env.step(np.array([[C, D]]))
    assert "[0|5]" in env.text(0)
    assert not np.array_equal(env.draw(0), env.draw(0, trail=[earlier]))  # which shows the round before too
