"""Trackers with the libraries themselves, offline; each is tested where it is installed.

`make trackers` installs all of them.
"""

import json
import os
import subprocess
import sys

import pytest

from .support.tracked import STEPS, learnt, logged, train

LIBRARIES = ("wandb", "mlflow", "trackio")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A run without trackers, trained in one session, and what it learnt."""
    folder = tmp_path_factory.mktemp("plain") / "run"
    return folder, learnt(train(folder))


@pytest.fixture(scope="module", params=LIBRARIES)
def twice(request, tmp_path_factory):
    """A library, and what two sessions with it said; the second is resumed as after a kill."""
    pytest.importorskip(request.param)
    place = tmp_path_factory.mktemp(request.param)
    return request.param, [call(place, request.param) for _ in range(2)]


def call(place, name, *further, status=0) -> dict:
    """Run the program on the run in `place`; return its last line."""
    offline = {
        "HOME": str(place),
        "WANDB_MODE": "offline",
        "MLFLOW_TRACKING_URI": f"sqlite:///{place / 'mlflow.db'}",
        "TRACKIO_DIR": str(place / "trackio"),
        "PYTHONPATH": os.getcwd(),
    }
    program = [sys.executable, "-m", "tests.training.support.tracked", str(place / "run"), name, *further]
    ended = subprocess.run(program, env=os.environ | offline, cwd=place, capture_output=True, text=True)
    assert ended.returncode == status, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


def test_parameters_are_the_same_to_the_bit(twice, plain):
    _, (first, second) = twice
    assert second["learnt"] == plain[1] != first["learnt"]
    assert first["said"] == second["said"] == []


def test_every_metric_is_there_once(twice, plain):
    name, (first, second) = twice
    assert set(first["series"]) >= {"episode/return", "evaluation/return", "seconds/total"}
    assert [step for step, _ in first["series"]["episode/return"]] == [STEPS * k for k in range(1, 5)]
    for metric, values in logged(plain[0]).items():
        assert [tuple(value) for value in second["series"][metric]] == values, (name, metric)


def test_a_resumed_run_is_the_same_remote_run(twice):
    name, (_, second) = twice
    assert len(set(second["ids"])) == 1
    assert len(second["ids"]) == (2 if name == "wandb" else 1)  # W&B has a file for each session


def test_config_group_and_films_are_there(twice):
    name, (_, second) = twice
    assert "0.125" in second["config"]
    assert second["films"] == [STEPS * k for k in (2, 4, 6)]
    if name == "mlflow":
        assert second["status"] == "FINISHED"
        assert second["tags"]["group"] == "g"


@pytest.mark.parametrize("name", ["wandb", "mlflow"])
def test_a_store_that_breaks_is_said_once_and_training_goes_on(name, plain, tmp_path):
    pytest.importorskip(name)
    end = call(tmp_path, name, "break")
    assert end["learnt"] == plain[1]
    assert [sentence.split(" in this session")[0] for sentence in end["said"]] == [
        f"the tracker '{name}' failed and gets no more"
    ]
    assert logged(tmp_path / "run") == logged(plain[0])


@pytest.mark.parametrize(
    ("name", "variables", "sentence"),
    [
        ("wandb", {"WANDB_MODE": "online"}, "the tracker 'wandb' finds nobody logged in to Weights & Biases"),
        ("mlflow", {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}, "no server answers at 'http://127.0.0.1:9'"),
        ("trackio", {"TRACKIO_SPACE_ID": "me/space"}, "nobody is logged in to Hugging Face"),
    ],
)
def test_who_is_not_logged_in_reads_one_sentence_and_loses_nothing(name, variables, sentence, tmp_path):
    pytest.importorskip(name)
    arguments = ["train", "--environment", "games/matrix-v0", "--run", "run", "--training.trackers", name]
    unset = {key: value for key, value in os.environ.items() if not key.startswith(("WANDB", "HF_", "MLFLOW"))}
    known = unset | {"HOME": str(tmp_path), "TRACKIO_DIR": str(tmp_path / "trackio"), "PYTHONPATH": os.getcwd()}
    program = [sys.executable, "-m", "stigmergy", *arguments]
    ended = subprocess.run(program, env=known | variables, cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 2, ended.stderr
    errors = [line for line in ended.stderr.splitlines() if line.startswith("error:")]
    assert len(errors) == 1
    assert sentence in errors[0]
    assert not (tmp_path / "run").exists()
