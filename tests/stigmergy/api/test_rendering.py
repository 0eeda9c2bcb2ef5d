"""`stigmergy.render`: the same frames and files as the command."""

import numpy as np
import pytest

import stigmergy
from stigmergy.cli.entry import main
from tests.stigmergy.api.test_training import SMALL


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return stigmergy.train(SMALL, run=tmp_path_factory.mktemp("rendered") / "run")


def test_the_command_writes_the_same_file(run, tmp_path):
    shown = stigmergy.render(run, tmp_path / "python.gif", steps=5, seed=3)
    assert main(["render", str(run.folder), "--output", str(tmp_path / "cli.gif"), "--steps", "5", "--seed", "3"]) == 0
    assert (tmp_path / "python.gif").read_bytes() == (tmp_path / "cli.gif").read_bytes()
    frames = list(shown)
    assert len(frames) == len(shown) > 1
    assert frames[0].dtype == np.uint8
    assert frames[0].ndim == 3
    again = [frame.tolist() for frame in run.render(steps=5, seed=3)]
    assert again == [frame.tolist() for frame in frames]
    assert "data:image/gif;base64," in shown._repr_html_()


def test_without_a_run(tmp_path):
    shown = stigmergy.render(environment=SMALL["environment"], algorithm="random", steps=3)
    assert shown.write(tmp_path / "sheet.png").stat().st_size > 0


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "nothing to play"),
        ({"environment": "games/swich-v0"}, "games/switch-v0"),
        ({"environment": SMALL["environment"], "steps": 0}, "steps is 0"),
        ({"environment": SMALL["environment"], "fps": 0.0}, "fps is 0.0; allowed is a number above 0"),
        ({"environment": SMALL["environment"], "algorithm": "randm"}, "random"),
        ({"environment": SMALL["environment"], "output": "film.avi"}, r"\.gif"),
        ({"environment": SMALL["environment"], "overrides": {"task.size": 3}}, "no key 'task.size'"),
    ],
    ids=str,
)
def test_what_is_refused(options, sentence):
    with pytest.raises(stigmergy.UserError, match=sentence):
        stigmergy.render(**options)
