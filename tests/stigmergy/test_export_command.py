"""`stigmergy export` and `stigmergy.export`: runs with two groups, of which one may be scripted."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

import stigmergy
from stigmergy.algorithms.export.load_policy import Policy
from stigmergy.algorithms.export.policy_file import LOADER
from stigmergy.cli.entry import main
from stigmergy.training.runs.restore import open_run, restore_learners

FOXES = str(Path(__file__).parents[2] / "docs/examples/foxes.py")
TRAINING = {"total_steps": 128, "num_envs": 4, "rollout_length": 16, "threads": 1, "tensorboard": False}
LEARNERS = {"foxes": {"algorithm": "ippo", "learner": {"network": {"memory": "gru"}}}, "hares": {"algorithm": "iql"}}


def train(folder, learners):
    config = {"plugins": [FOXES], "environment": "foxes-v0", "learners": learners, "training": TRAINING}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    assert main(["train", str(folder / "config.yaml"), "--trust", "--run", str(folder / "run")]) == 0
    return folder / "run"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Foxes and hares that learn."""
    return train(tmp_path_factory.mktemp("both"), LEARNERS)


@pytest.fixture(scope="module")
def half(tmp_path_factory):
    """Foxes that learn, and scripted hares."""
    return train(tmp_path_factory.mktemp("half"), LEARNERS | {"hares": {"algorithm": "run_away"}})


def refused(capsys, *words):
    """The sentence in which the command refuses its words."""
    capsys.readouterr()
    assert main(["export", *map(str, words)]) == 2
    sentence = capsys.readouterr().err
    assert sentence.startswith("error: ")
    assert sentence.count("\n") == 1
    return sentence


def test_the_file_plays_all_groups_with_numpy_alone(run, tmp_path, capsys):
    """The copied loader in another process: the actions that the restored learners take."""
    path = tmp_path / "policy.npz"
    assert main(["export", str(run), str(path), "--loader"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"wrote {path}", f"wrote {tmp_path / LOADER.name}"]
    opened, experiment = open_run(run)
    env = experiment.make_env(4)
    learners, _ = restore_learners(opened, experiment, env)
    step = env.reset(3)
    for name, learner in learners.items():
        own = step.groups[name]
        np.save(tmp_path / f"{name}.npy", own.observation)
        expected = learner.act(own, learner.initial_hidden_state(4), greedy=True).action
        code = f"import numpy, load_policy; policy = load_policy.Policy('policy.npz', '{name}'); numpy.save('action.npy', policy.act(numpy.load('{name}.npy'))[0])"
        subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
        np.testing.assert_allclose(np.load(tmp_path / "action.npy")[own.active], expected[own.active], atol=1e-5)


def test_the_file_says_where_it_comes_from(run, tmp_path):
    path = stigmergy.export(run, tmp_path / "policy.npz", groups=["foxes"])
    about = Policy(path).about
    assert list(about["groups"]) == ["foxes"]
    assert about["environment"]["id"] == "foxes-v0"
    assert about["environment"]["fingerprint"] == stigmergy_fingerprint(run)
    assert about["run"]["algorithms"] == {"foxes": "ippo"}
    assert (about["run"]["folder"], about["run"]["checkpoint"], about["run"]["updates"]) == ("run", "last", 2)
    again = Policy(stigmergy.export(run, tmp_path / "again.npz", groups=["foxes"])).about
    assert again == about
    other = Policy(stigmergy.export(run, tmp_path / "other.npz", groups=["hares"])).about
    assert other["run"]["parameters_sha256"] != about["run"]["parameters_sha256"]


def stigmergy_fingerprint(run):
    """The fingerprint of the environment in the checkpoint of a run."""
    return open_run(run)[0].load()[0]["environment"]["fingerprint"]


def test_groups_that_are_scripted_are_left_out(half, tmp_path):
    assert list(Policy(stigmergy.export(half, tmp_path / "policy.npz")).about["groups"]) == ["foxes"]


def test_what_cannot_be_exported_is_said_in_a_sentence(run, half, tmp_path, capsys):
    path = tmp_path / "policy.npz"
    assert "'hares' cannot be exported: RunAway has no export_policy" in refused(
        capsys, half, path, "--groups", "hares"
    )
    assert "'foxes-v0' has no group 'bears'. Did you mean 'hares'?" in refused(capsys, run, path, "--groups", "bears")
    assert "ends with '.pt'; allowed is .npz or .onnx" in refused(capsys, run, tmp_path / "policy.pt")
    assert "there is no run in" in refused(capsys, tmp_path / "nothing", path)
    assert "no best checkpoint" in refused(capsys, run, path, "--checkpoint", "best")
    (tmp_path / LOADER.name).write_text("mine")
    assert "exists and is another file than the loader" in refused(capsys, run, path, "--loader")
    assert (tmp_path / LOADER.name).read_text() == "mine"
    assert not path.exists()


def test_a_run_in_which_nobody_learns_is_refused(tmp_path, capsys):
    run = train(tmp_path, {"foxes": {"algorithm": "random"}, "hares": {"algorithm": "run_away"}})
    assert "it is played by random, run_away, which learn nothing" in refused(capsys, run, tmp_path / "policy.npz")
