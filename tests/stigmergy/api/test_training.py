"""`stigmergy.train`, `resume` and `extend`: the same runs as those of the commands."""

import json
import os
import shutil
import signal
import sys
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
import yaml

import stigmergy
from stigmergy.algorithms.core.learner import Diverged
from stigmergy.api.configs import build
from stigmergy.api.train_arguments import read_arguments
from stigmergy.cli.entry import main
from stigmergy.training.runs.checkpoint import list_checkpoints, load_checkpoint
from stigmergy.training.trainer import Trainer
from tests.test_wheel import ROOT
from tests.training.support.small import digest, write_config

UPDATES = 4
SMALL = {
    "environment": "games/matrix-v0",
    "algorithm": "ippo",
    "learner": {"network": {"hidden": [8]}, "epochs": 1, "minibatches": 1},
    "training": {
        "total_steps": 4 * 8 * UPDATES,
        "num_envs": 4,
        "rollout_length": 8,
        "evaluation_interval": 2,
        "evaluation_episodes": 2,
        "checkpoint_interval": 2,
        "threads": 1,
    },
}
LENGTH = 4 * 8


def learnt(folder) -> tuple[str, bytes]:
    state = load_checkpoint(list_checkpoints(Path(folder) / "checkpoints")[0])
    del state["logs"]["timing"]
    return digest(state), (Path(folder) / "metrics.csv").read_bytes()


def parameters(folder) -> str:
    return digest(load_checkpoint(list_checkpoints(Path(folder) / "checkpoints")[0])["learners"])


def names(folder) -> set[str]:
    found = {path.relative_to(folder) for path in Path(folder).rglob("*") if path.is_file()}
    return {str(path) if path.parts[0] != "tensorboard" else "tensorboard" for path in found}


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> str:
    return write_config(tmp_path_factory.mktemp("config") / "small.yaml", SMALL)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return stigmergy.train(SMALL, {"learner.learning-rate": 1e-2}, run=tmp_path_factory.mktemp("api") / "run")


def test_the_command_makes_the_same_run(config, run, tmp_path):
    assert main(["train", config, "--run", str(tmp_path / "run"), "--learner.learning-rate", "1e-2"]) == 0
    assert learnt(tmp_path / "run") == learnt(run.folder)
    assert (tmp_path / "run" / "config.yaml").read_bytes() == (run.folder / "config.yaml").read_bytes()
    assert names(tmp_path / "run") == names(run.folder)
    theirs, ours = (json.loads((folder / "meta.json").read_text()) for folder in (tmp_path / "run", run.folder))
    assert {key for key in theirs if theirs[key] != ours.get(key)} <= {"command"}


def test_another_value_makes_another_run(run, tmp_path):
    other = stigmergy.train(SMALL, run=tmp_path / "run")
    assert parameters(other.folder) != parameters(run.folder)


def test_nothing_is_printed_unless_asked(config, tmp_path, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stigmergy.train(config, run=tmp_path / "quiet")
    assert capsys.readouterr() == ("", "")
    stigmergy.train(config, run=tmp_path / "shown", progress=True)
    said = capsys.readouterr().out
    assert f"run folder: {tmp_path / 'shown'}" in said
    assert f"update {UPDATES}/{UPDATES}" in said


def test_what_a_run_shows(run):
    assert run.is_finished
    assert run.update == UPDATES
    assert [path.stem for path in run.checkpoints] == ["000000004", "000000002"]
    loss, steps = run.metrics["agents/policy_loss"], run.steps["agents/policy_loss"]
    assert loss.dtype == np.float64
    assert steps.tolist() == [LENGTH * (k + 1) for k in range(UPDATES)]
    assert run.steps["evaluation/return"].tolist() == [2 * LENGTH, 4 * LENGTH]
    assert np.isfinite(loss).all()
    assert run.timing["step"].tolist() == steps.tolist()
    assert set(run.timing) == {"step", "seconds", "env", "act", "learn", "other", "steps_per_second"}
    assert run.experiment.learner.config.learning_rate == 1e-2
    assert run.config["environment"] == "games/matrix-v0"
    assert os.fspath(run) == str(run.folder)
    assert "updates 4 of 4" in repr(run)
    assert "evaluation/return" in repr(run)
    assert "<th>environment</th><td>games/matrix-v0</td>" in run._repr_html_()
    assert repr(stigmergy.load_run(run.folder)) == repr(run)


def test_a_policy_plays(run):
    policy = run.policy("best")
    observations, _ = policy.make_env().reset(seed=1)
    assert set(policy.act(observations)) == set(observations)


def test_a_table_of_pandas(run):
    pandas = pytest.importorskip("pandas")
    table = run.to_pandas()
    assert isinstance(table, pandas.DataFrame)
    assert table["agents/policy_loss"].tolist() == run.metrics["agents/policy_loss"].tolist()
    assert table["evaluation/return"].notna().tolist() == [False, True, False, True]


def test_without_pandas_a_sentence(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(stigmergy.UserError, match="needs pandas, which is not installed: pip install pandas"):
        run.to_pandas()


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"learner.lr": 1}, r"no key 'learner.lr'. Did you mean 'learner.learning_rate'\?"),
        ({"seed": 1}, r"no key 'seed'. Did you mean 'training.seed'\?"),
        ({"training.num_env": 1}, r"no key 'training.num_env'. Did you mean 'training.num_envs'\?"),
        ({"learner.network.hiden": [4]}, r"Did you mean 'learner.network.hidden'\?"),
        ({"learner.learning_rate": -1}, "learning_rate"),
        ({"learner.learning_rate": "fast"}, "learning_rate"),
        ({"training": 3}, "training"),
        ({"environment": "games/matrx-v0"}, "games/matrix-v0"),
    ],
    ids=str,
)
def test_overrides_that_are_refused(tmp_path, overrides, sentence):
    with pytest.raises(stigmergy.UserError, match=sentence):
        stigmergy.train(SMALL, overrides, run=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("options", "overrides"),
    [
        (["--learner.network.hidden", "4", "4"], {"learner.network.hidden": np.array([4, 4])}),
        (["--training.total-steps", "1e2"], {"training.total_steps": "1e2"}),
        (["--training.no-tensorboard"], {"training.tensorboard": False}),
        (["--algorithm", "iql", "--learner.gamma", "0.5"], {"algorithm": "iql", "learner.gamma": np.float64(0.5)}),
        (["--environment", "games/switch-v0"], {"environment": "games/switch-v0"}),
    ],
    ids=str,
)
def test_overrides_mean_what_the_options_mean(config, options, overrides):
    assert build(config, overrides)[0] == read_arguments([config, *options])[0]


def test_without_a_config_an_environment_has_its_defaults():
    assert build(None, {"environment": "games/switch-v0"})[0] == read_arguments(["--environment", "games/switch-v0"])[0]
    assert build()[0] == read_arguments([])[0]


def test_stopped_by_a_callback_it_is_resumed(run, tmp_path):
    overrides = {"learner.learning_rate": 1e-2}
    stopped = stigmergy.train(SMALL, overrides, tmp_path / "run", [lambda report: report.update == 2])
    assert not stopped.is_finished
    assert stopped.update == 2
    assert stigmergy.resume(stopped).is_finished
    assert learnt(stopped) == learnt(run)
    again = stigmergy.train(SMALL, overrides, tmp_path / "run", or_resume=True)
    assert again.is_finished
    with pytest.raises(stigmergy.UserError, match=r"learner.learning_rate is 0.0\d+, and 0.01 in the run"):
        stigmergy.train(SMALL, run=tmp_path / "run", or_resume=True)


def test_in_another_thread(run, tmp_path):
    made = []
    overrides = {"learner.learning_rate": 1e-2}
    thread = threading.Thread(target=lambda: made.append(stigmergy.train(SMALL, overrides, tmp_path / "run")))
    thread.start()
    thread.join()
    assert learnt(made[0]) == learnt(run)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_has_its_effect_after_the_state_is_saved(run, tmp_path, number):
    heard = []
    before = signal.signal(number, lambda *_: heard.append(len(list_checkpoints(tmp_path / "run" / "checkpoints"))))
    try:
        stopped = stigmergy.train(
            SMALL, {"learner.learning_rate": 1e-2}, tmp_path / "run", [lambda report: os.kill(os.getpid(), number)]
        )
    finally:
        signal.signal(number, before)
    assert heard == [1]
    assert stopped.update == 1
    stigmergy.resume(stopped)
    assert learnt(stopped) == learnt(run)


def test_ctrl_c_raises(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        stigmergy.train(SMALL, run=tmp_path / "run", callbacks=[lambda report: os.kill(os.getpid(), signal.SIGINT)])
    assert stigmergy.load_run(tmp_path / "run").update == 1


def test_a_failure_says_what_is_kept(tmp_path):
    def fail(report):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError) as failed:
        stigmergy.train(SMALL, run=tmp_path / "run", callbacks=[fail])
    assert failed.value.__notes__ == [f"the state after update 1 is kept in '{tmp_path / 'run'}'"]


def test_a_base(run, tmp_path):
    short = {"training.total_steps": LENGTH, "training.tensorboard": False}
    started = stigmergy.train(SMALL, short, tmp_path / "python", base=run)
    command = ["train", write_config(tmp_path / "small.yaml", SMALL), "--base", str(run.folder), "--run"]
    assert main([*command, str(tmp_path / "cli"), "--training.total-steps", "32", "--training.no-tensorboard"]) == 0
    assert learnt(started) == learnt(tmp_path / "cli")
    assert parameters(started) != parameters(stigmergy.train(SMALL, short, tmp_path / "fresh"))


def test_a_plugin(tmp_path):
    plugin = str(ROOT / "docs" / "examples" / "reinforce.py")
    overrides = {"algorithm": "reinforce", "training.tensorboard": False, "training.total_steps": 2 * LENGTH}
    made = stigmergy.train(SMALL, overrides, tmp_path / "run", plugins=[plugin])
    assert made.config["plugins"] == ["plugins/reinforce.py"]
    assert made.is_finished


# Extension

ANNEALED = {"learner.anneal": True, "training.tensorboard": False}
STEADY = {"learner.anneal": False, "training.tensorboard": False}
LONGER = {"training.total_steps": 2 * UPDATES * LENGTH}


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """Finished runs of `UPDATES` updates, by whether the learning rate is annealed."""
    folder = tmp_path_factory.mktemp("short")
    return {
        name: stigmergy.train(SMALL, overrides, folder / name).folder
        for name, overrides in (("annealed", ANNEALED), ("steady", STEADY))
    }


def copied(source: Path, target: Path) -> Path:
    return Path(shutil.copytree(source, target))


def rates(run) -> list[float]:
    return (stigmergy.load_run(run).metrics["agents/learning_rate"] / 5e-4).round(6).tolist()


@pytest.mark.parametrize(
    ("schedules", "expected"),
    [
        ("continue", [1, 0.75, 0.5, 0.25, 0.5, 0.375, 0.25, 0.125]),
        ("restart", [1, 0.75, 0.5, 0.25, 1, 0.75, 0.5, 0.25]),
        ("hold", [1, 0.75, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25]),
    ],
)
def test_schedules_of_an_extended_run(short, tmp_path, schedules, expected):
    folder = copied(short["annealed"], tmp_path / "whole")
    with pytest.warns(UserWarning, match=f"goes on to {2 * UPDATES * LENGTH} steps; what changes over a run"):
        run = stigmergy.extend(folder, UPDATES * LENGTH, schedules)
    assert run.is_finished
    assert rates(run) == expected
    (note,) = run.meta["extensions"]
    assert (note["from_steps"], note["to_steps"], note["schedules"]) == (128, 256, schedules)
    assert note["versions"]["torch"] == run.meta["versions"]["torch"]
    parts = copied(short["annealed"], tmp_path / "parts")
    with pytest.warns(UserWarning, match="what changes over a run"):
        stopped = stigmergy.extend(parts, UPDATES * LENGTH, schedules, [lambda report: report.update == 6])
    assert stopped.update == 6
    assert stigmergy.resume(parts).is_finished
    assert learnt(parts) == learnt(folder)


def test_without_schedules_an_extended_run_is_one_that_was_longer(short, tmp_path, capsys):
    folder = copied(short["steady"], tmp_path / "run")
    assert main(["extend", str(folder), "--steps", str(UPDATES * LENGTH)]) == 0
    assert "goes on to 256 steps" in capsys.readouterr().err
    whole = stigmergy.train(SMALL, STEADY | LONGER, tmp_path / "whole")
    assert learnt(folder) == learnt(whole)


def test_a_held_schedule_is_one_of_that_length(short, tmp_path):
    folder = copied(short["annealed"], tmp_path / "run")
    with pytest.warns(UserWarning, match="stays as it was in the last update"):
        stigmergy.extend(folder, UPDATES * LENGTH, "hold")
    whole = stigmergy.train(SMALL, ANNEALED | LONGER | {"training.schedule_length": UPDATES}, tmp_path / "whole")
    assert learnt(folder) == learnt(whole)


def test_a_run_is_extended_twice(short, tmp_path):
    folder = copied(short["annealed"], tmp_path / "run")
    for schedules, expected in (("restart", [1, 0.5]), ("hold", [0.5, 0.5])):
        with pytest.warns(UserWarning, match="what changes over a run"):
            run = stigmergy.extend(folder, 2 * LENGTH, schedules)
        assert rates(run)[-2:] == expected
    assert [note["to_steps"] for note in run.meta["extensions"]] == [192, 256]


def test_epsilon_is_scheduled_alike(tmp_path):
    overrides = {"algorithm": "iql", "learner.epsilon_fraction": 1.0, "training.tensorboard": False}
    folder = stigmergy.train(SMALL, overrides, tmp_path / "run").folder
    with pytest.warns(UserWarning, match="begins again"):
        run = stigmergy.extend(folder, UPDATES * LENGTH, "restart")
    epsilon = run.metrics["agents/epsilon"]
    assert epsilon[:UPDATES].tolist() == epsilon[UPDATES:].tolist()
    assert (np.diff(epsilon[:UPDATES]) < 0).all()


def test_what_cannot_be_extended(short, tmp_path, capsys, monkeypatch):
    def refused(folder, *options):
        before = {path: path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}
        assert main(["extend", str(folder), *options]) == 2
        assert {path: path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()} == before
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        return said

    folder = copied(short["steady"], tmp_path / "run")
    assert "steps" in refused(folder, "--steps", "0")
    assert "schedules" in refused(folder, "--steps", "64", "--schedules", "stop")
    with pytest.raises(stigmergy.BadParameter, match=r"schedules is 'holt'.*Did you mean 'hold'\?"):
        stigmergy.extend(folder, 64, "holt")
    stopped = stigmergy.train(SMALL, STEADY, tmp_path / "stopped", [lambda report: report.update == 2])
    assert "is not finished: it has made 2 of its 4 updates; finish it by" in refused(stopped.folder, "--steps", "64")
    update = Trainer.update

    def diverge(trainer):
        if trainer.progress.update == 2:
            raise Diverged("agents", "all", "policy_loss", float("nan"))
        return update(trainer)

    monkeypatch.setattr(Trainer, "update", diverge)
    with pytest.raises(Diverged):
        stigmergy.train(SMALL, STEADY, tmp_path / "diverged")
    monkeypatch.undo()
    said = refused(tmp_path / "diverged", "--steps", "64")
    assert "cannot be extended, because it failed: the learner of 'agents' diverged" in said


def test_an_extension_that_cannot_begin_leaves_the_run_as_it_was(short, tmp_path, monkeypatch):
    folder = copied(short["steady"], tmp_path / "run")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def fail(trainer, state):
        raise MemoryError

    monkeypatch.setattr(Trainer, "load_state_dict", fail)
    with pytest.raises(MemoryError):
        stigmergy.extend(folder, 64)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert yaml.safe_load((folder / "config.yaml").read_text())["training"]["total_steps"] == UPDATES * LENGTH
