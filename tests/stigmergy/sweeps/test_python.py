"""`stigmergy.sweep`: the sweeps of the command, from Python."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest
import yaml

import stigmergy
from stigmergy.api.sweep import train_command
from stigmergy.cli.entry import main
from stigmergy.envs.errors import BadParameter
from stigmergy.sweeps.points import Point, Request
from stigmergy.sweeps.scheduler import Progress
from stigmergy.sweeps.sweep import open_sweep
from stigmergy.training.experiment import build_experiment
from tests.stigmergy.sweeps.support.small_sweep import CONFIG, HELD, outcome
from tests.test_wheel import ROOT

OVERRIDES = {
    "algorithm": "mappo",
    "learner.network.hidden": (8, 4),
    "learner": {"anneal": False},
    "training.total-steps": 64,
}
OPTIONS = [
    "--algorithm=mappo",
    "--learner.network.hidden",
    "8",
    "4",
    "--learner.no-anneal",
    "--training.total-steps=64",
]


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Folder with a config, which is the current one and that of the files that hold runs."""
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(yaml.safe_dump(CONFIG))
    monkeypatch.setenv("HELD", str(tmp_path))
    monkeypatch.setenv("NUMBA_NUM_THREADS", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


@pytest.fixture
def calls(folder, monkeypatch) -> list[tuple[Any, ...]]:
    """Arguments of the function that trains, which does not train here; the last ones stop it."""
    found: list[tuple[Any, ...]] = []

    def train_sweep(folder, request, train, jobs, shown, config=None):
        found.append((folder, request, jobs, config))
        point = Point("seed=0", (), build_experiment(CONFIG), {"training.seed": 0})
        return [point], Progress(1), signal.SIGINT if jobs == 99 else 0

    monkeypatch.setattr("stigmergy.api.sweep.train_sweep", train_sweep)
    monkeypatch.setattr("stigmergy.commands.sweep.train_sweep", train_sweep)
    return found


def test_the_files_are_those_of_the_command_and_a_failure_is_no_error(folder, capfd):
    shared = "--plugin", HELD, "--learner.no-anneal"
    request = Request("swept/config.yaml", shared, {"learner.gamma": [("0.9",)]}, (0,))
    with open_sweep("swept", request, train_command(CONFIG), 1) as points:
        first = Path("swept", points[0].name)
    first.mkdir()
    (first / "training.lock").write_text(json.dumps({"host": "elsewhere", "process": 17}))
    swept = stigmergy.sweep(
        CONFIG | {"plugins": [HELD]}, {"learner.gamma": [0.9]}, range(2), "swept", {"learner.anneal": False}
    )
    assert capfd.readouterr() == ("", "")
    assert swept.folder == Path("swept")
    assert swept.keys == ("learner.gamma", "training.seed")
    assert repr(swept) == "Sweep('swept': 1 of 2 runs are finished, 1 failed)"
    assert list(swept.failures) == [(0.9, 0)]
    assert f"the run '{first}' is being trained by process 17, host elsewhere" in swept.failures[0.9, 0]
    assert list(swept.runs) == [(0.9, 1)]
    run = swept.runs[0.9, 1]
    assert run.is_finished
    assert run.config["learner"]["anneal"] is False
    alone = stigmergy.train(CONFIG, {"learner.gamma": 0.9, "learner.anneal": False, "training.seed": 1}, "alone")
    assert outcome(run.folder) == outcome(alone.folder)
    # The command with the same config finds nothing left to train, and adds nothing to the plan.
    plan = Path("swept/sweep.yaml").read_bytes()
    options = ["--seeds", "1", "--grid", "learner.gamma=0.9"]
    assert main(["sweep", "swept/config.yaml", "--folder", "swept", *shared, *options]) == 0
    assert "1 of 1 runs are finished already" in capfd.readouterr().out
    assert Path("swept/sweep.yaml").read_bytes() == plan


def test_the_request_is_that_of_the_command(calls):
    grid = {"learner.learning_rate": [1e-3, 3e-4], "learner.normalize_value": [True]}
    stigmergy.sweep("small.yaml", grid, "0,3..4", None, OVERRIDES, 2, plugins=[HELD], trust=True)
    words = ["--grid", "learner.learning-rate=0.001,0.0003", "learner.normalize-value=true", "--seeds", "0,3..4"]
    assert main(["sweep", "small.yaml", "--jobs", "2", *words, "--plugin", HELD, "--trust", *OPTIONS]) == 0
    assert calls[0] == calls[1]
    assert calls[0][0] == "sweeps/small"


def test_a_mapping_becomes_a_file_and_its_code_is_given(calls):
    config = {"environment": "pettingzoo:mpe2.simple_spread_v3", "plugins": [HELD]}
    pytest.importorskip("mpe2")
    stigmergy.sweep(config, seeds=[7], folder="swept", overrides={"task.N": 4})
    _, request, _, text = calls[0]
    assert request.config == "swept/config.yaml"
    assert request.options == ("--plugin", HELD, f"--environment={config['environment']}", "--task.N=4")
    assert yaml.safe_load(text) == {"environment": config["environment"]}


def test_a_stop_is_raised_when_the_runs_are_saved(calls):
    assert stigmergy.sweep("small.yaml", seeds=[0]).runs == {}
    with pytest.raises(KeyboardInterrupt):
        stigmergy.sweep("small.yaml", seeds=[0], jobs=99)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"seeds": ()}, "there is nothing to sweep"),
        ({"seeds": 3}, "seeds is 3; give several, such as range"),
        ({"seeds": [0.5]}, "seeds has '0.5'; allowed are whole numbers"),
        ({"jobs": 0}, "jobs is 0; allowed is 1 or more"),
        ({"jobs": 1.5}, "jobs is 1.5; allowed is a whole number"),
        ({"grid": ["learner.gamma"]}, "grid is .*; give a mapping"),
        ({"grid": {1: [2]}}, "grid is .*; give a mapping"),
        ({"grid": {"learner.gamma": 0.9}}, "the grid's values of 'learner.gamma' are 0.9; give a list"),
        ({"grid": {"learner.gama": [0.9]}}, "'learner.gama', which does not exist. Did you mean 'learner.gamma'"),
        ({"grid": {"learner.gamma": [0.9, 2]}}, "gamma is 2.0; allowed is 0 to 1"),
        ({"overrides": [1]}, r"overrides is \[1\]; give a mapping"),
        ({"overrides": {"run": "x"}}, "overrides has the key 'run'; allowed are environment"),
        ({"overrides": {"learner.gama": 1}}, "no option --learner.gama. Did you mean '--learner.gamma'"),
        ({"overrides": {"learner.anneal": "yes"}}, "overrides has the value 'yes' of 'learner.anneal'"),
        ({"overrides": {"learner.epoch_s": 1, "learner.epoch-s": 1}}, "'learner.epoch-s' twice"),
        ({"overrides": {"training.seed": 1}}, "the seed is given by --seeds and by the option --training.seed"),
        ({"config": "nowhere"}, "there is no config 'nowhere'"),
        ({"config": CONFIG}, "is a mapping, which has no name for a folder; give a folder"),
        ({"config": CONFIG | {"task": {"game": 1j}}, "folder": "swept"}, "a value that YAML does not hold"),
        ({"config": CONFIG | {"tusk": 1}, "folder": "swept"}, "unknown key 'tusk'. Did you mean 'task'"),
        ({"config": CONFIG | {"learner": {"gamma": 3}}, "folder": "swept"}, "gamma is 3.0; allowed is 0 to 1"),
        ({"folder": "."}, "the folder '.' holds 'small.yaml' and no sweep.yaml"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(arguments, sentence, folder):
    with pytest.raises(BadParameter, match=sentence) as caught:
        stigmergy.sweep(**{"config": "small.yaml", **arguments})
    assert "\n" not in str(caught.value)
    assert sorted(Path().iterdir()) == [Path("small.yaml")]
