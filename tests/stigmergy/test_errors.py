"""A user's mistake is met with one sentence and exit status 2."""

import json
import shutil

import pytest
import yaml

from stigmergy.cli.entry import main
from stigmergy.training.runs.checkpoint import list_checkpoints, load_checkpoint, save_checkpoint
from stigmergy.training.runs.run import Run
from tests.training.support.small import CONFIG

TRAIN = [
    "train",
    "--training.total-steps",
    "64",
    "--training.num-envs",
    "2",
    "--training.rollout-length",
    "8",
    "--training.no-tensorboard",
]


def complain(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    """The sentence that a wrong command line is answered with."""
    capsys.readouterr()
    assert main(args) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("error: ")
    assert errors.count("\n") == 1, f"more than one line: {errors}"
    return errors


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["fly"], ["fly"]),
        (["trian"], ["trian", "'train'"]),
        (["train", "--environment", "pathfinding/lifelog-v0"], ["lifelog-v0", "pathfinding/lifelong-v0"]),
        (["train", "--algorithm", "ipo"], ["'ipo'", "'ippo'"]),
        (["train", "nowhere.yaml"], ["nowhere.yaml"]),
        (["train", "--task.num-agnts", "3"], ["--task.num-agnts", "--task.num-agents"]),
        (["train", "--learner.network.hiden", "3"], ["--learner.network.hiden", "--learner.network.hidden"]),
        (["train", "--task.num-agents", "300"], ["num_agents is 300", "256"]),
        (["train", "--task.num-agents", "250"], ["num_agents is 250", "room"]),
        (["train", "--task.obs-radius", "-1"], ["obs_radius is -1", "1 to 64"]),
        (["train", "--task.density", "1"], ["density is 1", "below 1"]),
        (["train", "--task.collision-system", "hard"], ["hard", "soft"]),
        (["train", "--task.map", "mase"], ["mase", "mazes"]),
        (["train", "--task.map", "missing.map"], ["missing.map"]),
        (["train", "--learner.gamma", "2"], ["gamma is 2", "0 to 1"]),
        (["train", "--learner.epochs", "many"], ["--learner.epochs", "many"]),
        (["train", "--training.device", "abacus"], ["device is 'abacus'"]),
        (["train", "--training.num-envs", "0"], ["num_envs is 0", "1 or more"]),
        (["train", "--plugin", "nowhere.py"], ["nowhere.py"]),
        (["train", "--environment", "pettingzoo:nowhere"], ["nowhere"]),
        (
            ["train", "--algorithm", "pibt", "--environment", "pettingzoo:mpe2.simple_spread_v3"],
            ["pibt", "pathfinding"],
        ),
        (["resume", "nowhere"], ["nowhere", "config.yaml"]),
        (["evaluate", "nowhere"], ["nowhere"]),
        (["train", "--run", "/dev/null/run"], ["/dev/null"]),
        (["render", "nowhere"], ["nowhere"]),
        (["render"], ["--environment"]),
        (["render", "--environment", "pathfinding/lifelong-v0", "--output", "a.avi"], ["a.avi", ".gif"]),
        (["check", "pathfinding/x"], ["pathfinding/x"]),
        (["evaluate"], ["run"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_wrong_arguments(capsys, tmp_path, monkeypatch, args, words):
    monkeypatch.chdir(tmp_path)
    sentence = complain(capsys, *args)
    assert all(word in sentence for word in words), sentence
    assert not list(tmp_path.glob("runs/*"))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"enviroment": "x"}, ["enviroment", "environment"]),
        (CONFIG | {"task": {"hight": 3}}, ["hight", "height"]),
        (CONFIG | {"task": {"height": "tall"}}, ["height", "tall"]),
        (CONFIG | {"learner": {"network": {"hiden": [3]}}}, ["hiden", "hidden"]),
        (CONFIG | {"training": {"seeds": 3}}, ["seeds", "seed"]),
        (CONFIG | {"learners": {"wolves": {"algorithm": "random"}}}, ["wolves", "agents"]),
        (CONFIG | {"learners": {"agents": {"algorithm": "randm"}}}, ["randm", "random"]),
        ([1, 2], ["[1, 2]"]),
    ],
)
def test_wrong_configs(capsys, tmp_path, config, words):
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(config))
    sentence = complain(capsys, "train", str(path), "--run", str(tmp_path / "run"))
    assert all(word in sentence for word in words), sentence


def test_a_config_that_is_no_yaml(capsys, tmp_path):
    (tmp_path / "config.yaml").write_text("environment: [\ntask: }")
    assert "line 2" in complain(capsys, "train", str(tmp_path / "config.yaml"))


def test_a_damaged_map_names_its_line(capsys, tmp_path):
    (tmp_path / "bad.map").write_text("type octile\nheight 2\nwidth 3\nmap\n...\n.x.\n")
    sentence = complain(capsys, "train", "--task.map", str(tmp_path / "bad.map"))
    assert "line 6" in sentence
    assert "'x'" in sentence


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    folder = tmp_path_factory.mktemp("errors")
    (folder / "small.yaml").write_text(yaml.safe_dump(CONFIG | {"training": CONFIG["training"] | {"total_steps": 256}}))
    assert main(["train", str(folder / "small.yaml"), "--run", str(folder / "run")]) == 0
    return Run.open(folder / "run")


def test_a_run_folder_that_is_taken(capsys, run):
    assert "taken" in complain(capsys, *TRAIN, "--run", str(run.folder))


def copy_run(run: Run, to) -> Run:
    shutil.copytree(run.folder, to)
    return Run.open(to)


def test_a_checkpoint_of_another_environment(capsys, run, tmp_path):
    other = copy_run(run, tmp_path / "other")
    config = other.config()
    config["environment"] = "pathfinding/oneshot-v0"
    (other.folder / "config.yaml").write_text(yaml.safe_dump(config))
    for command in ("resume", "evaluate", "render"):
        sentence = complain(capsys, command, str(other.folder))
        assert "pathfinding/lifelong-v0" in sentence
        assert "pathfinding/oneshot-v0" in sentence


def test_a_checkpoint_of_other_rules(capsys, run, tmp_path):
    other = copy_run(run, tmp_path / "other")
    for path in list_checkpoints(other.checkpoints):
        state = load_checkpoint(path)
        state["environment"]["fingerprint"] = "0" * 64
        save_checkpoint(path, state)
    for command in ("resume", "evaluate", "render"):
        assert "have changed" in complain(capsys, command, str(other.folder))


def test_a_checkpoint_that_does_not_fit_the_config(capsys, run, tmp_path):
    other = copy_run(run, tmp_path / "other")
    config = other.config()
    config["learner"]["network"]["hidden"] = [9]
    (other.folder / "config.yaml").write_text(yaml.safe_dump(config))
    assert "does not fit" in complain(capsys, "resume", str(other.folder))


def test_a_run_of_a_device_that_is_not_here_plays_on_the_cpu(capsys, run, tmp_path):
    other = copy_run(run, tmp_path / "other")
    config = other.config()
    config["training"]["device"] = "abacus"
    (other.folder / "config.yaml").write_text(yaml.safe_dump(config))
    assert main(["evaluate", str(other.folder), "--episodes", "2"]) == 0
    assert "on the cpu instead" in capsys.readouterr().err
    assert "abacus" in complain(capsys, "resume", str(other.folder))


def test_only_damaged_checkpoints(capsys, run, tmp_path):
    other = copy_run(run, tmp_path / "other")
    for path in list_checkpoints(other.checkpoints):
        path.write_bytes(b"not a checkpoint")
    assert "no checkpoint" in complain(capsys, "evaluate", str(other.folder))


def test_meta_says_where_a_run_comes_from(run):
    meta = json.loads((run.folder / "meta.json").read_text())
    assert meta["versions"]["torch"]
    assert len(meta["fingerprint"]) == 64
    assert {"command", "git_commit", "python", "machine"} <= set(meta)
