"""Runs in the place of scripted policies: frozen opponents, in training and in evaluation."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from stigmergy.api.export import export
from stigmergy.cli.entry import main
from stigmergy.envs.plugins.loading import loaded
from stigmergy.training.runs.checkpoint import load_checkpoint

from ..support.process_state import left_as_it_was

FOXES = Path(__file__).parents[2] / "docs/examples/foxes.py"
TRAINING = {
    "num_envs": 4,
    "rollout_length": 8,
    "total_steps": 64,
    "threads": 1,
    "evaluation_interval": 2,
    "evaluation_episodes": 2,
    "checkpoint_interval": 1,
    "tensorboard": False,
}
SMALL = {"learning_rate": 0.1, "network": {"hidden": [8], "memory": "gru", "memory_size": 4}}


def train(run, learners, *options, **training):
    plain = {
        "environment": "foxes",
        "task": {"max_cycles": 6, "reach": 0.6},
        "learners": learners,
        "plugins": [str(FOXES)],
    }
    config = run.with_suffix(".yaml")
    config.write_text(json.dumps(plain | {"training": TRAINING | training}))
    return main(["train", str(config), "--run", str(run), *options])


def network(run, group, update=2):
    return load_checkpoint(Path(run, "checkpoints", f"{update:09d}.checkpoint"))["learners"][group]["network"]


def equal(some, others):
    return some.keys() == others.keys() and all(torch.equal(value, others[name]) for name, value in some.items())


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A run of both groups, and one of foxes against its hares."""
    folder = tmp_path_factory.mktemp("runs")
    ippo = {"algorithm": "ippo", "learner": SMALL}
    with left_as_it_was(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("STIGMERGY_HOME", str(folder / "home"))
        assert train(folder / "both", {"foxes": ippo, "hares": ippo}, "--trust") == 0
        against = {"foxes": ippo, "hares": {"algorithm": str(folder / "both")}}
        assert train(folder / "against", against, seed=1) == 0
        yield folder


def test_the_opponent_stays_as_it_was_trained(runs):
    assert equal(network(runs / "against", "hares"), network(runs / "both", "hares"))
    assert equal(network(runs / "against", "hares", 1), network(runs / "both", "hares"))
    assert not equal(network(runs / "against", "foxes"), network(runs / "both", "foxes"))
    assert "algorithm: policies/both\n" in (runs / "against" / "config.yaml").read_text()


def test_it_resumes_and_plays_without_the_folder_of_the_opponent(runs, tmp_path, capsys):
    moved = shutil.copytree(runs / "against", tmp_path / "moved")
    (moved / "checkpoints/000000002.checkpoint").unlink()
    away = shutil.move(runs / "both", tmp_path / "away")
    try:
        assert main(["resume", str(moved)]) == 0
        assert main(["evaluate", str(moved), "--episodes", "2"]) == 0
    finally:
        shutil.move(away, runs / "both")
    assert "ippo + both (moved)" in capsys.readouterr().out
    assert equal(network(moved, "foxes"), network(runs / "against", "foxes"))
    assert (moved / "metrics.csv").read_bytes() == (runs / "against" / "metrics.csv").read_bytes()


def returns(folder, *arguments):
    """Returns of the episodes of an evaluation: player to group to values."""
    output = folder / "outcomes.json"
    options = ["--episodes", "8", "--greedy", "--output", str(output)]
    assert main(["evaluate", *map(str, arguments), *options]) == 0
    found = {}
    for row in json.loads(output.read_text())["rows"]:
        if row["outcome"].startswith("return/"):
            found.setdefault(row["player"], {})[row["outcome"]] = row["values"]
    return found


def test_runs_are_evaluated_against_each_other(runs, tmp_path):
    both, other = runs / "both", runs / "against"
    found = returns(tmp_path, both, "--against", both, f"foxes={other}")
    own, itself, mixed = found.values()
    assert own == itself
    # The foxes of the other run play against these hares there, too.
    assert mixed == returns(tmp_path, other)["ippo + both (against)"]
    assert mixed != own


def test_exported_policies_play_like_their_runs(runs, tmp_path, capsys):
    file = export(runs / "both", tmp_path / "hares.npz", groups=["hares"])
    own, exported, control = returns(
        tmp_path, runs / "both", "--against", f"hares={file}", "hares=random", "--task.max-cycles", "20"
    ).values()
    assert exported == own
    assert control != own
    learners = {"foxes": {"algorithm": "ippo", "learner": SMALL}, "hares": {"algorithm": str(file)}}
    assert train(tmp_path / "run", learners, total_steps=32) == 0
    assert "algorithm: files/hares.npz\n" in (tmp_path / "run" / "config.yaml").read_text()
    file.unlink()
    assert main(["evaluate", str(tmp_path / "run"), "--episodes", "2"]) == 0
    capsys.readouterr()
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"no archive")
    assert main(["evaluate", str(tmp_path / "run"), "--against", f"hares={broken}"]) == 2
    assert f"'{broken}' holds no policy of 'hares' that `stigmergy export` wrote" in capsys.readouterr().err


def test_code_of_the_opponent_needs_agreement(runs, tmp_path, monkeypatch, capsys):
    loaded.forget("foxes")
    monkeypatch.setenv("STIGMERGY_HOME", str(tmp_path / "stranger"))
    options = ["--environment", "games/switch-v0", "--run", str(tmp_path / "run"), "--algorithm"]
    for name in list(loaded.digests.values()):
        loaded.forget(name)
    assert main(["train", *options, str(runs / "both")]) == 2
    assert "to which you have not agreed" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_what_cannot_be_gets_a_sentence(runs, tmp_path, capsys):
    def sentence(*arguments):
        assert main([*map(str, arguments)]) == 2
        return " ".join(capsys.readouterr().err.split())

    evaluate = ["evaluate", runs / "both", "--episodes", 2, "--against"]
    assert f"there is no run in '{tmp_path}/nowhere'" in sentence(*evaluate, f"{tmp_path}/nowhere")
    assert train(tmp_path / "one", {"hares": {"algorithm": "ippo"}}, "--task.num-foxes", "1", total_steps=32) == 0
    assert f"of '{tmp_path / 'one'}' does not fit the 3 agents of 'hares' here" in sentence(
        *evaluate, f"hares={tmp_path / 'one'}"
    )
    options = ["--environment", "games/switch-v0", "--run", tmp_path / "new"]
    assert "has the group 'agents', for which the checkpoint of" in sentence(
        "train", *options, "--algorithm", runs / "both"
    )
    assert not (tmp_path / "new").exists()
