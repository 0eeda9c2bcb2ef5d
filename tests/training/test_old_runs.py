"""Runs, configs and plugins made by commit 29d64f1 keep working.

See tests/data/of_29d64f1/README.md for the way they were made.
"""

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import stigmergy
from stigmergy.algorithms.q_learning.mixers import MIXERS
from stigmergy.cli import main

OLD = Path(__file__).parents[1] / "data" / "of_29d64f1"
RUNS = sorted(path.name for path in (OLD / "trained").iterdir())
WITH_BEST = [name for name in RUNS if (OLD / "trained" / name / "checkpoints" / "best.checkpoint").is_file()]
TASKS = sorted(path.name for path in (OLD / "tasks").iterdir())
CUT_SHORT = ["pathfinding", "plugin_learner", "tag"]
"""Runs with two numbered checkpoints, of which the last can be taken away."""


@pytest.fixture(autouse=True)
def _mixers_of_plugins_go():
    before = dict(MIXERS)
    yield
    MIXERS.clear()
    MIXERS.update(before)


@pytest.fixture
def old(tmp_path) -> Path:
    """The old files, in a place where they may be changed."""
    return shutil.copytree(OLD, tmp_path / "old", ignore=shutil.ignore_patterns("__pycache__"))


def run_of(old: Path, name: str) -> tuple[str, list[str]]:
    """The folder of a run, and options that say where its plugins are now."""
    run = old / "trained" / name
    names = [Path(plugin).name for plugin in yaml.safe_load((run / "config.yaml").read_text())["plugins"]]
    return str(run), ["--plugin", *(str(old / "plugins" / plugin) for plugin in names)] if names else []


def rows(run: str) -> list[dict[str, str]]:
    return list(csv.DictReader(Path(run, "metrics.csv").read_text().splitlines()))


def test_there_are_runs_of_each_kind():
    assert len(RUNS) == 12
    assert len(TASKS) == 32
    assert {"pathfinding", "spread", "stochastic", "tag", "two_step", "plugin_learner"} <= set(WITH_BEST)


@pytest.mark.parametrize("name", RUNS)
def test_evaluate(old, name, capsys):
    run, plugins = run_of(old, name)
    for checkpoint in ["last", "best"] if name in WITH_BEST else ["last"]:
        assert main(["evaluate", run, "--episodes", "2", "--checkpoint", checkpoint, *plugins]) == 0
        assert "return" in capsys.readouterr().out


@pytest.mark.parametrize("name", RUNS)
def test_render(old, name, tmp_path):
    run, plugins = run_of(old, name)
    assert main(["render", run, "--steps", "2", "--output", str(tmp_path / "episode.png"), *plugins]) == 0
    assert (tmp_path / "episode.png").stat().st_size > 100


@pytest.mark.parametrize("name", RUNS)
def test_resume_for_one_more_update(old, name):
    run, plugins = run_of(old, name)
    before = Path(run, "metrics.csv").read_text()
    assert main(["resume", run, "--training.total-steps", "128", *plugins]) == 0
    after = Path(run, "metrics.csv").read_text()
    assert after.startswith(before)
    assert {row["step"] for row in rows(run)} == {"32", "64", "96", "128"}
    assert Path(run, "checkpoints", "000000004.checkpoint").is_file()


@pytest.mark.parametrize("name", CUT_SHORT)
def test_resume_what_was_cut_short(old, name):
    run, plugins = run_of(old, name)
    Path(run, "checkpoints", "000000003.checkpoint").unlink()
    assert main(["resume", run, *plugins]) == 0
    assert {row["step"] for row in rows(run)} == {"32", "64", "96"}
    assert Path(run, "checkpoints", "000000003.checkpoint").is_file()


@pytest.mark.parametrize("name", TASKS)
def test_resume_in_every_task(name, tmp_path):
    # its checkpoint has a state of the task
    run = str(shutil.copytree(OLD / "tasks" / name, tmp_path / name))
    assert main(["resume", run, "--training.total-steps", "8"]) == 0
    assert "8" in {row["step"] for row in rows(run)}


@pytest.mark.parametrize("name", RUNS)
def test_load_in_python(old, name):
    run, plugins = run_of(old, name)
    if plugins:  # as where the run has stayed on the machine that made it
        config = yaml.safe_load(Path(run, "config.yaml").read_text())
        Path(run, "config.yaml").write_text(yaml.safe_dump(config | {"plugins": plugins[1:]}))
    for checkpoint in ["last", "best"] if name in WITH_BEST else ["last"]:
        policy = stigmergy.load_policy(run, checkpoint, trust=True)
        env = policy.make_env()
        observations, _ = env.reset(seed=1)
        policy.reset()
        steps = 0
        while env.agents and steps < 8:
            observations, *_ = env.step(policy.act(observations))
            steps += 1
        assert steps


@pytest.mark.parametrize("name", RUNS)
def test_train_by_an_old_config(old, name):
    config = old / "configs" / f"{name}.yaml"
    run = str(old / "new")
    assert main(["train", str(config), "--run", run, "--training.total-steps", "32", "--trust"]) == 0
    assert {row["step"] for row in rows(run)} == {"32"}


def test_sanctions_and_plot_of_old_runs(old, tmp_path):
    cleanup, pathfinding = (str(old / "trained" / name) for name in ("cleanup", "pathfinding"))
    assert main(["sanctions", cleanup, "--episodes", "2", "--output", str(tmp_path / "who")]) == 0
    assert (tmp_path / "who" / "sanctions.csv").is_file()
    names = sorted({row["name"] for row in rows(pathfinding)})
    metrics = ["episode/return", "evaluation/return", "agents/policy_loss"]
    assert set(metrics) <= set(names)
    assert main(["plot", f"old={pathfinding}", "--metrics", *metrics, "--output", str(tmp_path / "plots")]) == 0


def test_a_script_by_the_old_guides(old, tmp_path):
    command = [sys.executable, str(old / "scripts" / "guide.py"), str(old / "trained"), str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "film.gif").is_file()
