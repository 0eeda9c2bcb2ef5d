"""`stigmergy.evaluate` and `render`: the same as the commands."""

import json

import numpy as np
import pytest

import stigmergy
from stigmergy.cli.entry import main
from tests.stigmergy.api.test_training import SMALL


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return stigmergy.train(SMALL, run=tmp_path_factory.mktemp("evaluated") / "run")


def test_the_command_gives_the_same_outcomes(run, tmp_path):
    found = stigmergy.evaluate(run, 4, against=["random"], seed=7)
    output = tmp_path / "outcomes.json"
    command = ["evaluate", str(run.folder), "--episodes", "4", "--against", "random", "--seed", "7"]
    assert main([*command, "--output", str(output)]) == 0
    rows = json.loads(output.read_text())["rows"]
    told = {(row["player"], row["outcome"]): row["values"] for row in rows}
    assert found.players == ["ippo (run)", "random"]
    assert {(player, name) for player, own in found.outcomes.items() for name in own} == set(told)
    for (player, name), values in told.items():
        assert found.outcomes[player][name].tolist() == values
    assert found.outcomes["ippo (run)"]["return"].tolist() != found.outcomes["random"]["return"].tolist()
    assert found.mean() == np.mean(told["ippo (run)", "return"])
    assert found.mean("return", "random") == np.mean(told["random", "return"])
    assert "random: return" in repr(found)
    assert "<th>random</th>" in found._repr_html_()


def test_of_a_run(run):
    again = run.evaluate(4, seed=7, checkpoint="best")
    assert again.outcomes["ippo (run)"]["return"].shape == (4,)
    assert repr(again) == repr(stigmergy.evaluate(run.folder, 4, seed=7, checkpoint="best"))


def test_another_environment_and_other_options(run):
    shorter = run.evaluate(2, overrides={"task.rounds": 3})
    assert shorter.outcomes["ippo (run)"]["length"].tolist() == [3, 3]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"episodes": 0}, "episodes is 0"),
        ({"overrides": {"task.max_cycle": 3}}, r"no key 'task.max_cycle'. Did you mean 'task.max_cycles'\?"),
        ({"overrides": {"training.seed": 3}}, "no key 'training.seed'"),
        ({"against": ["randm"]}, "random"),
        ({"checkpoint": "first"}, "allowed is last or best"),
    ],
    ids=str,
)
def test_what_is_refused(run, options, sentence):
    with pytest.raises(stigmergy.UserError, match=sentence):
        run.evaluate(**options)


def test_an_unknown_outcome(run):
    with pytest.raises(stigmergy.BadParameter, match="no outcome 'score' of 'ippo \\(run\\)'; allowed is"):
        run.evaluate(2).mean("score")
