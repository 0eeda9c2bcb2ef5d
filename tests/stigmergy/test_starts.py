"""Beginnings and ends of runs for a user: refusals, repairs, and messages."""

import errno
import os
import signal
import subprocess
import sys

import pytest
import yaml

from stigmergy.api.training import free_folder
from stigmergy.cli.entry import main
from stigmergy.training.runs import storage
from stigmergy.training.runs.checkpoint import list_checkpoints, load_checkpoint
from stigmergy.training.runs.lock import NAME as LOCK
from stigmergy.training.runs.run import METRICS_HEADER, Run
from stigmergy.training.runs.stop_signals import Stopped
from stigmergy.training.sessions import opening
from tests.training.support.small import CONFIG, digest, experiment, write_config

TRAINING = CONFIG["training"] | {"total_steps": 2 * 4 * 4, "num_envs": 2, "rollout_length": 4}
SMALL = CONFIG | {"training": TRAINING | {"evaluation_interval": 1, "checkpoint_interval": 2}}


@pytest.fixture
def config(tmp_path):
    return write_config(tmp_path / "small.yaml", SMALL)


@pytest.fixture
def run(tmp_path, config):
    """A finished run of four updates, with checkpoints after the second and the fourth."""
    assert main(["train", config, "--run", str(tmp_path / "run")]) == 0
    return Run.open(tmp_path / "run")


def result(run):
    return digest(load_checkpoint(list_checkpoints(run.checkpoints)[0])["learners"]), run.metrics.read_bytes()


def test_a_run_with_its_best_checkpoint_alone_starts_again(run, capsys):
    expected = result(run)
    for path in list_checkpoints(run.checkpoints):
        path.unlink()
    assert main(["evaluate", str(run.folder), "--episodes", "2"]) == 2
    assert "no checkpoint yet" in capsys.readouterr().err
    assert main(["resume", str(run.folder)]) == 0
    assert "had no checkpoint yet to go on from, so it starts again" in capsys.readouterr().err
    assert result(run) == expected


def test_a_folder_that_an_earlier_version_left_half_made(tmp_path, config, capsys):
    folder = tmp_path / "half"
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "meta.json.tmp").write_text("{")
    (folder / "metrics.csv").write_bytes(METRICS_HEADER)
    assert main(["resume", str(folder)]) == 2
    assert f"start it again by `stigmergy train ... --run {folder}`" in capsys.readouterr().err
    assert main(["train", config, "--run", str(folder)]) == 0
    assert {path.name for path in folder.iterdir()} == {
        "checkpoints",
        "config.yaml",
        "meta.json",
        "metrics.csv",
        "timing.csv",
    }


@pytest.mark.parametrize(
    "names",
    [["config.yaml"], ["notes.txt"], ["plugins/mine.py"], ["checkpoints/mine"], ["checkpoints/", "plugins/mine.py"]],
    ids=str,
)
def test_what_is_somebodys_own_stays(tmp_path, config, capsys, names):
    for name in names:
        path = tmp_path / "mine" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir() if name.endswith("/") else path.write_text("mine")
    assert main(["train", config, "--run", str(tmp_path / "mine")]) == 2
    assert "is taken" in capsys.readouterr().err
    assert not (tmp_path / "mine" / LOCK).exists()
    assert all((tmp_path / "mine" / name).exists() for name in names)


def test_nothing_stays_of_a_run_that_cannot_start(tmp_path, config, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ([], ["--run", "a/b/c"]):
        assert main(["train", config, *folder, "--training.device", "abacus"]) == 2
        assert "abacus" in capsys.readouterr().err
        assert os.listdir(tmp_path) == ["small.yaml"]
    (tmp_path / "empty").mkdir()
    assert main(["train", config, "--run", "empty", "--training.device", "abacus"]) == 2
    assert not os.listdir(tmp_path / "empty")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_before_the_first_update(tmp_path, config, capsys, monkeypatch, number):
    whole = tmp_path / "whole"
    assert main(["train", config, "--run", str(whole)]) == 0
    build = opening.Trainer

    def interrupted(experiment, *base):
        os.kill(os.getpid(), number)
        return build(experiment, *base)

    monkeypatch.setattr(opening, "Trainer", interrupted)
    run, before = Run(tmp_path / "run"), signal.getsignal(number)
    assert main(["train", config, "--run", str(run.folder)]) == 128 + number
    assert f"go on with: stigmergy resume {run.folder}" in capsys.readouterr().err
    assert signal.getsignal(number) is before  # a shell has its background jobs ignore some
    assert not (run.folder / LOCK).exists()
    assert main(["resume", str(run.folder)]) == 128 + number
    monkeypatch.setattr(opening, "Trainer", build)
    assert main(["resume", str(run.folder)]) == 0
    assert result(run) == result(Run(whole))


def test_a_signal_while_the_folder_is_made(tmp_path, config, capsys, monkeypatch):
    make = storage.make_folders

    def interrupted(folder):
        made = make(folder)
        raise Stopped(signal.SIGTERM)
        return made

    monkeypatch.setattr("stigmergy.training.runs.run.make_folders", interrupted)
    assert main(["train", config, "--run", str(tmp_path / "run")]) == 128 + signal.SIGTERM
    assert "before the run was made" in capsys.readouterr().err
    monkeypatch.undo()
    assert main(["train", config, "--run", str(tmp_path / "run")]) == 0


def test_two_that_choose_at_once_choose_differently(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folders = [free_folder(experiment())[0] for _ in range(3)]
    assert folders == [f"runs/lifelong-v0-ippo-{number}" for number in (1, 2, 3)]


def test_a_run_that_is_trained_is_locked_and_readable(tmp_path, run, capsys, config):
    run.lock.take()
    for args in (["resume", str(run.folder)], ["train", config, "--run", str(run.folder)]):
        assert main(args) == 2
        assert f"is being trained by process {os.getpid()}" in capsys.readouterr().err
    assert main(["evaluate", str(run.folder), "--episodes", "2"]) == 0
    run.lock.release()
    assert main(["resume", str(run.folder)]) == 0


def test_all_threads_are_a_number_in_the_config(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "count_cores", lambda: 3)
    assert opening.with_threads(experiment(threads=0)).training.threads == 3
    assert opening.with_threads(experiment(threads=2)).training.threads == 2


def test_threads_of_a_run_from_elsewhere(run, capsys, monkeypatch):
    path = run.folder / "config.yaml"
    plain = yaml.safe_load(path.read_text())
    assert plain["training"]["threads"] == 1
    for threads, words in ((0, "does not say on how many threads"), (2, "with its 2 threads")):
        plain["training"]["threads"] = threads
        path.write_text(yaml.safe_dump(plain))
        monkeypatch.setattr(opening, "count_cores", lambda: 1)
        capsys.readouterr()
        assert main(["resume", str(run.folder)]) == 0
        assert words in capsys.readouterr().err


def test_a_shortened_log_is_said_and_never_filled(run, capsys):
    list_checkpoints(run.checkpoints)[0].unlink()
    os.truncate(run.metrics, 100)
    run.timing.unlink()
    assert main(["resume", str(run.folder)]) == 0
    said = capsys.readouterr().err
    assert "metrics.csv' has 100 bytes where it had" in said
    assert "timing.csv' has 0 bytes where it had" in said
    assert b"\0" not in run.metrics.read_bytes() + run.timing.read_bytes()


def test_a_full_disk_keeps_the_last_checkpoint(tmp_path, config, capsys, monkeypatch):
    sync, calls = os.fsync, []

    def full(descriptor):
        name = os.readlink(f"/proc/self/fd/{descriptor}")
        calls.append(name)
        if name.endswith("000000004.checkpoint.tmp"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    monkeypatch.setattr(storage.os, "fsync", full)
    run = Run(tmp_path / "run")
    assert main(["train", config, "--run", str(run.folder)]) == 1
    said = capsys.readouterr().err
    assert "error: " in said
    assert "000000004.checkpoint': no space is left on the device" in said
    assert f"stigmergy resume {run.folder}" in said
    assert {path.name for path in run.checkpoints.iterdir()} == {"000000002.checkpoint", "best.checkpoint"}
    assert not (run.folder / LOCK).exists()
    monkeypatch.undo()
    assert main(["resume", str(run.folder)]) == 0


def test_a_full_disk_is_found_out_before_training(tmp_path, config, capsys, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(storage.os, "fsync", full)
    monkeypatch.setattr(opening, "Trainer", lambda experiment: pytest.fail("it started"))
    assert main(["train", config, "--run", str(tmp_path / "a/run")]) == 1
    assert "config.yaml': no space is left" in capsys.readouterr().err
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.EACCES])
def test_folders_that_cannot_be_synced(tmp_path, monkeypatch, number):
    def refuse(descriptor):
        raise OSError(number, os.strerror(number))

    def refuse_folder(path, *args):
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr(storage.os, "fsync", refuse)
    storage.sync_folder(tmp_path)
    monkeypatch.setattr(storage.os, "open", refuse_folder)
    storage.sync_folder(tmp_path)  # as on Windows


def test_a_folder_that_fails_to_sync_is_no_secret(tmp_path, monkeypatch):
    def fail(descriptor):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(storage.os, "fsync", fail)
    with pytest.raises(OSError, match="Input/output"):
        storage.sync_folder(tmp_path)


@pytest.mark.parametrize("content", ["a: &a [x]\nb: *a\n", "- 1\n", "a: [", None, "huge"], ids=str)
def test_a_config_of_somebody_else_is_read_with_care(run, capsys, content):
    path = run.folder / "config.yaml"
    path.unlink()
    if content is None:
        os.mkfifo(path)
    elif content == "huge":
        path.write_text("a: 1\n")
        os.truncate(path, 1 << 40)
    else:
        path.write_text(content)
    for command in ("resume", "evaluate", "render", "plot"):
        assert main([command, str(run.folder)]) == 2
        said = capsys.readouterr().err
        assert said.startswith("error: ")
        assert said.count("\n") == 1


def test_training_goes_on_when_nobody_reads(tmp_path, config):
    command = [sys.executable, "-m", "stigmergy", "train", config, "--run", str(tmp_path / "run")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 0, said
    assert "training goes on without it" in said
    assert "Traceback" not in said
    assert Run(tmp_path / "run").load()[0]["progress"]["update"] == 4
