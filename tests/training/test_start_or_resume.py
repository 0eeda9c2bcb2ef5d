"""`train --or-resume`: one command that starts a run, goes on with it, or finds it finished."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from stigmergy.cli.entry import main
from stigmergy.training import system
from stigmergy.training.runs.checkpoint import list_checkpoints, load_checkpoint
from stigmergy.training.runs.lock import NAME as LOCK
from stigmergy.training.runs.run import Run
from stigmergy.training.trainer import Trainer
from tests.test_wheel import ROOT
from tests.training.support.small import CONFIG, digest, write_config

UPDATES = 4
TRAINING = CONFIG["training"] | {"total_steps": 2 * 4 * UPDATES, "num_envs": 2, "rollout_length": 4}
SMALL = CONFIG | {"training": TRAINING | {"evaluation_interval": 2, "checkpoint_interval": 2}}
PLUGIN = ROOT / "docs" / "examples" / "reinforce.py"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def learnt(folder: Path) -> tuple[str, bytes]:
    state = load_checkpoint(list_checkpoints(folder / "checkpoints")[0])
    del state["logs"]["timing"]
    return digest(state), (folder / "metrics.csv").read_bytes()


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> str:
    return write_config(tmp_path_factory.mktemp("config") / "small.yaml", SMALL)


@pytest.fixture(scope="module")
def finished(config, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "whole"
    assert main(["train", config, "--run", str(folder), "--or-resume"]) == 0
    return folder


def test_a_finished_run_is_left_as_it_is(config, finished, capsys):
    before = contents(finished)
    assert len(list_checkpoints(finished / "checkpoints")) == 2
    assert main(["train", config, "--run", str(finished), "--or-resume"]) == 0
    assert f"'{finished}' is finished: it has made all its {2 * 4 * UPDATES} steps" in capsys.readouterr().out
    assert contents(finished) == before


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGTERM])
def test_stopped_by_a_signal_the_same_command_finishes(config, finished, tmp_path, monkeypatch, number):
    command = ["train", config, "--run", str(tmp_path / "run"), "--or-resume"]
    update = Trainer.update

    def interrupted(trainer):
        metrics = update(trainer)
        if trainer.progress.update == 3:
            os.kill(os.getpid(), number)
        return metrics

    monkeypatch.setattr(Trainer, "update", interrupted)
    assert main(command) == 128 + number
    assert learnt(tmp_path / "run") != learnt(finished)
    monkeypatch.undo()
    assert main(command) == 0
    assert learnt(tmp_path / "run") == learnt(finished)


def test_the_end_of_an_evaluation_is_part_of_the_run(config, finished, tmp_path, monkeypatch):
    command = ["train", config, "--run", str(tmp_path / "run"), "--or-resume"]
    evaluate = Trainer.evaluate

    def interrupted(trainer, stop, watch):
        if trainer.progress.update == UPDATES:
            os.kill(os.getpid(), signal.SIGTERM)
        return evaluate(trainer, stop, watch)

    monkeypatch.setattr(Trainer, "evaluate", interrupted)
    assert main(command) == 128 + signal.SIGTERM
    assert load_checkpoint(list_checkpoints(tmp_path / "run" / "checkpoints")[0])["progress"]["update"] == UPDATES
    monkeypatch.undo()
    assert main(command) == 0
    assert learnt(tmp_path / "run") == learnt(finished)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--learner.learning-rate", "0.5"], "learner.learning_rate is 0.5, and 0.0005 in the run"),
        (["--learner.network.hidden", "8", "8"], "learner.network.hidden is [8, 8], and [8] in the run"),
        (["--training.seed", "1"], "training.seed is 1, and 0 in the run"),
        (["--training.threads", "2"], "training.threads is 2, and 1 in the run"),
        (["--environment", "games/switch-v0"], "environment is 'games/switch-v0', and 'pathfinding/lifelong-v0' in"),
        (["--algorithm", "iql"], "algorithm is 'iql', and 'ippo' in the run"),
        (["--plugin", str(PLUGIN)], "plugins is ['reinforce.py'], and [] in the run"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_another_config_is_refused(config, finished, capsys, options, sentence):
    before = contents(finished)
    assert main(["train", config, "--run", str(finished), "--or-resume", *options]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert contents(finished) == before


def test_all_threads_are_as_many_as_the_run_has(finished, monkeypatch, capsys):
    own = write_config(finished.parent / "all.yaml", SMALL | {"training": SMALL["training"] | {"threads": 0}})
    monkeypatch.setattr(system, "count_cores", lambda: 64)
    assert main(["train", own, "--run", str(finished), "--or-resume"]) == 0
    assert "is finished" in capsys.readouterr().out


def test_a_changed_plugin_is_refused(tmp_path, capsys):
    mine = tmp_path / "mine.py"
    mine.write_text(PLUGIN.read_text())
    command = ["train", write_config(tmp_path / "own.yaml", SMALL | {"algorithm": "reinforce", "learner": {}})]
    command += ["--plugin", str(mine), "--run", str(tmp_path / "run"), "--or-resume"]
    assert main(command) == 0
    assert main(command) == 0
    assert "is finished" in capsys.readouterr().out
    mine.write_text(PLUGIN.read_text() + "# changed\n")
    assert main(command) == 2
    assert "the file 'plugins/mine.py' is another one here than in the run" in capsys.readouterr().err


def test_a_locked_run_is_left_to_its_process(config, finished, tmp_path, capsys):
    run = Run(finished)
    run.lock.take()
    try:
        before = contents(finished)
        assert main(["train", config, "--run", str(finished), "--or-resume"]) == 2
        assert f"the run '{finished}' is being trained by process {os.getpid()}" in capsys.readouterr().err
        assert contents(finished) == before
    finally:
        run.lock.release()


def test_a_run_that_another_process_has_just_made(config, finished, monkeypatch, capsys):
    answers = iter([False])
    begun = Run.is_begun
    monkeypatch.setattr(Run, "is_begun", lambda run: next(answers, None) is not False and begun(run))
    assert main(["train", config, "--run", str(finished), "--or-resume"]) == 0
    assert "is finished" in capsys.readouterr().out


def test_it_needs_a_folder(config, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["train", config, "--or-resume"]) == 2
    assert "or_resume needs one; name it by run (--run)" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.thorough
def test_two_processes_with_the_same_command(config, finished, tmp_path):
    folder = tmp_path / "run"
    command = [sys.executable, "-m", "stigmergy", "train", config, "--run", str(folder), "--or-resume"]
    both = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate()[1] for process in both]
    statuses = [process.returncode for process in both]
    assert 0 in statuses, said
    for status, errors in zip(statuses, said):
        assert status == 0 or (status == 2 and "is being trained by process" in errors), errors
    assert learnt(folder) == learnt(finished)
    assert not (folder / LOCK).exists()
