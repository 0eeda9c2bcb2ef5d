"""Schelling diagrams, against what the payoffs of simple games say."""

import csv
from importlib.util import find_spec

import numpy as np
import pytest

import stigmergy
from stigmergy.analysis.schelling import plot
from stigmergy.cli.entry import main
from stigmergy.envs.errors import BadParameter

GAME, ROUNDS = "dilemmas/iterated-v0", 10


def means(line):
    return [own[0] for own in line]


def test_the_prisoner_s_dilemma_has_its_payoffs():
    diagram = stigmergy.schelling(GAME, episodes=4, max_cycles=ROUNDS)
    np.testing.assert_allclose(means(diagram.cooperator), [0, 3 * ROUNDS])
    np.testing.assert_allclose(means(diagram.defector), [1 * ROUNDS, 5 * ROUNDS])
    np.testing.assert_allclose(means(diagram.everyone), [1 * ROUNDS, 2.5 * ROUNDS, 3 * ROUNDS])
    assert [holds for *_, holds in diagram.findings] == [True, True, True]


def test_a_game_without_temptation_says_so():
    diagram = stigmergy.schelling(GAME, episodes=4, max_cycles=ROUNDS, game="stag_hunt")
    assert [holds for *_, holds in diagram.findings] == [True, False, True]


def test_with_the_same_policy_on_both_sides_seats_do_not_matter():
    diagram = stigmergy.schelling("dilemmas/public_goods-v0", "defect", "defect", episodes=4)
    assert len(set(means(diagram.cooperator) + means(diagram.defector) + means(diagram.everyone))) == 1


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="the extra `plots` is not installed")
def test_the_command_prints_and_writes(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    assert (
        main(["schelling", GAME, "--episodes", "4", "--task.max-cycles", "10", "--output", str(tmp_path / "new")]) == 0
    )
    shown = capsys.readouterr().out
    assert "yes  among cooperators, defecting pays better than cooperating (temptation): 50 and 30" in shown
    rows = list(csv.DictReader((tmp_path / "new" / "schelling.csv").open()))
    assert [(row["player"], row["cooperators"], float(row["mean"])) for row in rows][:2] == [
        ("cooperator", "0", 0.0),
        ("cooperator", "1", 30.0),
    ]
    assert (tmp_path / "new" / "schelling.png").stat().st_size > 1000


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="the extra `plots` is not installed")
def test_the_figure_shows_both_lines():
    diagram = stigmergy.schelling(GAME, episodes=4)
    shown = {line.get_label(): line for line in plot(diagram).axes[0].lines}
    assert (shown["cooperator"].get_color(), shown["defector"].get_color()) == ("#009e73", "#d55e00")
    for name, row in (("cooperator", diagram.cooperator), ("defector", diagram.defector)):
        assert shown[name].get_ydata().tolist() == means(row)


@pytest.mark.parametrize(
    ("id", "given", "sentence"),
    [
        (GAME, {"episodes": 1}, "episodes is 1; allowed is 3 or more"),
        (GAME, {"cooperator": "ippo"}, "'ippo' is no scripted policy"),
        (GAME, {"cooperator": "pibt"}, "is for pathfinding"),
        ("pursuit/tag-v0", {}, "allowed are worlds with one group and a horizon"),
    ],
)
def test_what_cannot_be_measured_is_named(id, given, sentence):
    with pytest.raises(BadParameter, match=sentence):
        stigmergy.schelling(id, **{"episodes": 4, **given})


def test_an_unknown_policy_names_the_nearest(capsys):
    assert main(["schelling", GAME, "--cooperator", "coperate"]) == 2
    assert "Did you mean 'cooperate'" in capsys.readouterr().err
