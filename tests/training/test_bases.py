"""Runs that start from another run's parameters: `train --base`."""

import hashlib
import json
import shutil
from functools import partial
from pathlib import Path

import pytest
import torch

from stigmergy.cli.entry import main
from stigmergy.training.runs.checkpoint import load_checkpoint
from stigmergy.training.runs.restore import open_run
from stigmergy.training.sessions.base import find_bases
from stigmergy.training.trainer import Trainer

TRAIN = ["train", "--environment", "games/switch-v0", "--training.num-envs", "4", "--training.rollout-length", "8", "--training.threads", "1", "--training.evaluation-interval", "0", "--training.no-tensorboard", "--learner.network.hidden", "8"]  # fmt: skip
TWO = ["--task.num-agents", "2"]


def train(folder, *options, steps=64):
    return main([*TRAIN, *map(str, options), "--run", str(folder), "--training.total-steps", str(steps)])


def network(run, update):
    return load_checkpoint(Path(run, "checkpoints", f"{update:09d}.checkpoint"))["learners"]["agents"]["network"]


def equal(some, others):
    return some.keys() == others.keys() and all(torch.equal(value, others[name]) for name, value in some.items())


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A base of two updates, and a run of four that started from it, on shorter episodes."""
    folder = tmp_path_factory.mktemp("runs")
    assert train(folder / "base", *TWO, "--training.seed", 5) == 0
    own = [*TWO, "--task.max-cycles", 9, "--base", folder / "base", "--training.checkpoint-interval", 2]
    assert train(folder / "run", *own, steps=128) == 0
    return folder


def test_it_begins_with_the_parameters_of_the_base(runs):
    _, experiment = open_run(runs / "run")
    started = Trainer(experiment, partial(find_bases, experiment)).learners["agents"].state_dict()
    new = Trainer(experiment).learners["agents"].state_dict()
    assert equal(started["network"], network(runs / "base", 2))
    assert not equal(new["network"], started["network"])
    assert started["updates"] == 0
    assert not equal(network(runs / "run", 4), started["network"])


def test_the_base_is_recorded_with_its_digest(runs):
    kept = json.loads((runs / "run" / "meta.json").read_text())["policies"]
    assert list(kept) == ["base"]
    checkpoint = runs / "run/policies/base/checkpoints/000000002.checkpoint"
    digest = hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    assert kept["base"] == {"run": str((runs / "base").resolve()), "update": 2, "sha256": digest}
    assert "policies" not in json.loads((runs / "base" / "meta.json").read_text())
    assert "base: policies/base\n" in (runs / "run" / "config.yaml").read_text()


@pytest.mark.parametrize("left", [2, None], ids=["of its checkpoint", "of the base alone"])
def test_it_resumes_bit_exactly_without_the_folder_of_the_base(runs, tmp_path, left):
    moved = shutil.copytree(runs / "run", tmp_path / "moved")
    for path in (moved / "checkpoints").iterdir():
        if path.name != f"{left:09d}.checkpoint" if left else True:
            path.unlink()
    away = shutil.move(runs / "base", tmp_path / "away")
    try:
        assert main(["resume", str(moved)]) == 0
    finally:
        shutil.move(away, runs / "base")
    assert equal(network(moved, 4), network(runs / "run", 4))
    assert (moved / "metrics.csv").read_bytes() == (runs / "run" / "metrics.csv").read_bytes()
    assert json.loads((moved / "meta.json").read_text())["policies"]["base"]["run"] == str((runs / "base").resolve())


def test_the_same_command_goes_on_with_it(runs, tmp_path, capsys):
    own = [*TWO, "--base", runs / "base", "--or-resume"]
    assert train(tmp_path / "run", *own) == train(tmp_path / "run", *own) == 0
    assert "is finished" in capsys.readouterr().out
    assert train(tmp_path / "run", *TWO, "--or-resume") == 2
    assert "base is None, and 'policies/base' in the run" in capsys.readouterr().err


def test_what_does_not_fit_leaves_nothing_and_gets_a_sentence(runs, tmp_path, capsys):
    def sentence(*options):
        assert train(tmp_path / "new", *options) == 2
        assert not (tmp_path / "new").exists()
        return " ".join(capsys.readouterr().err.split())

    base = ["--base", runs / "base"]
    assert (
        f"the base '{runs / 'base'}' does not fit the learner of 'agents': it has networks of 2 agents, and here are networks of 3 agents"
        in sentence(*base, "--task.num-agents", 3)
    )
    assert "actor.weight is (2, 8, 5) there and (2, 7, 5) here" in sentence(*base, *TWO, "--learner.network.hidden", 7)
    assert "it is of IPPO, and iql starts from Q-learners alone" in sentence(*base, *TWO, "--algorithm", "iql")
    assert f"there is no run in '{tmp_path}'" in sentence("--base", tmp_path, *TWO)


def test_a_group_of_a_config_names_its_base(runs, tmp_path, capsys):
    config = tmp_path / "config.yaml"
    learners = f"{{agents: {{algorithm: ippo, learner: {{network: {{hidden: [8]}}}}, base: {runs / 'base'}}}}}"
    config.write_text(f"environment: games/switch-v0\ntask: {{num_agents: 2}}\nlearners: {learners}\n")
    plain = ["--training.num-envs", "4", "--training.rollout-length", "8", "--training.threads", "1"]
    plain += ["--training.evaluation-interval", "0", "--training.no-tensorboard", "--training.total-steps", "32"]
    run = tmp_path / "run"
    assert main(["train", str(config), "--run", str(run), *plain]) == 0
    assert (run / "policies/base/config.yaml").is_file()
    capsys.readouterr()
    unused = ["--base", str(runs / "base"), "--run", str(tmp_path / "other")]
    assert main(["train", str(config), *unused, *plain]) == 2
    assert "every group of 'games/switch-v0' has a learner of its own" in capsys.readouterr().err
