"""Runs with several groups: who plays whom, on the command line and from Python."""

from pathlib import Path

import numpy as np
import pytest
import yaml

import stigmergy
from stigmergy.cli.entry import main

FOXES = str(Path(__file__).parents[2] / "docs/examples/foxes.py")
SHORT = {"total_steps": 128, "num_envs": 4, "rollout_length": 16, "threads": 1, "tensorboard": False}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Foxes that learn (hardly), beside scripted hares.

    The config names the plugin that lies beside it.
    """
    folder = tmp_path_factory.mktemp("foxes")
    text = Path(FOXES).read_text()
    for old, new in (("foxes-v0", "my_foxes-v0"), ('("foxes",)', '("my_foxes",)'), ('"run_away"', '"run_off"')):
        text = text.replace(old, new)
    (folder / "my_foxes.py").write_text(text)
    config = {
        "plugins": ["my_foxes.py"],
        "environment": "my_foxes-v0",
        "learners": {"hares": {"algorithm": "run_off"}},
        "training": SHORT,
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    assert main(["train", str(folder / "config.yaml"), "--trust", "--run", str(folder / "run")]) == 0
    return folder / "run"


def table(capsys):
    return capsys.readouterr().out


def test_it_says_who_plays(tmp_path, capsys):
    arguments = [f"--training.{key.replace('_', '-')}={value}" for key, value in SHORT.items() if key != "tensorboard"]
    assert (
        main(["train", "--environment", "foxes-v0", "--plugin", FOXES, "--run", str(tmp_path / "run"), *arguments]) == 0
    )
    assert "foxes: ippo  hares: ippo" in table(capsys)


def test_a_baseline_takes_the_place_of_what_learns_and_of_nothing_else(run, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["evaluate", str(run), "--episodes", "4", "--against", "random", "hares=random"]) == 0
    shown = table(capsys)
    assert "ippo + run_off (run)" in shown
    assert "hares=random" in shown


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (["--against", "bears=random"], "has no group 'bears'"),
        (["--against", "foxes=run_off"], "is for the group hares of 'my_foxes-v0', not for 'foxes'"),
        (["--against", "pibt"], "the algorithm 'pibt' is for pathfinding/*, not for 'my_foxes-v0'"),
        (["--task.num-foxes", "3"], "does not fit the 3 agents of 'foxes' here"),
    ],
)
def test_wrong_choices_get_a_sentence(run, capsys, wrong, words):
    assert main(["evaluate", str(run), "--episodes", "2", *wrong]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_a_metric_that_is_not_there_is_named_before_the_folder_is_made(tmp_path, capsys):
    folder = tmp_path / "run"
    arguments = [
        "--environment",
        "foxes-v0",
        "--plugin",
        FOXES,
        "--run",
        str(folder),
        "--training.best-metric",
        "cought",
    ]
    assert main(["train", *arguments]) == 2
    assert "has return, length, return/foxes, return/hares, caught" in capsys.readouterr().err
    assert not folder.exists()


def test_rendering_lets_each_policy_play_its_group(tmp_path, capsys):
    output = tmp_path / "foxes.png"
    arguments = ["--environment", "foxes-v0", "--plugin", FOXES, "--algorithm", "random", "run_away", "--steps", "3"]
    assert main(["render", *arguments, "--output", str(output)]) == 0
    assert output.stat().st_size > 1000


def test_a_policy_in_python_needs_the_environment_that_its_partner_reads(run):
    policy = stigmergy.load_policy(run)
    env = stigmergy.parallel_env("my_foxes-v0")
    observations, _ = env.reset(seed=0)
    with pytest.raises(stigmergy.UserError, match=r"play in policy.make_env\(\)"):
        policy.act(observations)
    env = policy.make_env()
    observations, _ = env.reset(seed=0)
    policy.reset()
    assert set(policy.act(observations)) == set(env.agents)


class Crooked(stigmergy.Learner):
    """Acts with an array of the wrong shape."""

    learns = False

    def act(self, step, hidden_state, greedy=False):
        return stigmergy.Decision(np.zeros((1, 1), np.int64))


def test_a_learner_whose_actions_have_the_wrong_shape_is_named(tmp_path, capsys):
    stigmergy.register_algorithm("crooked", Crooked)
    arguments = [
        "--environment",
        "foxes-v0",
        "--plugin",
        FOXES,
        "--run",
        str(tmp_path / "run"),
        "--algorithm",
        "crooked",
    ]
    assert main(["train", *arguments]) == 2
    assert (
        "the learner Crooked gave the group 'foxes' actions of shape (1, 1); expected (64, 2, 2)"
        in capsys.readouterr().err
    )
