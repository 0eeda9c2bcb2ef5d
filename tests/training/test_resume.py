"""A run killed at any instant resumes, and ends bit-identical to one that was never killed."""

import hashlib
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from stigmergy.training.checkpoint import list_checkpoints, load_checkpoint

from .small import CONFIG, digest

COMMAND = [sys.executable, "-m", "stigmergy"]
KILLS = 3


def launch(*args: str) -> subprocess.Popen:
    return subprocess.Popen([*COMMAND, *args], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen) -> int:
    _, errors = process.communicate(timeout=300)
    assert "Traceback" not in errors, errors
    return process.returncode


def updates_logged(run: Path) -> int:
    metrics = run / "metrics.csv"
    return metrics.read_text().count("policy_loss") if metrics.exists() else 0


def interrupt(process: subprocess.Popen, run: Path, after: int, number: int) -> None:
    """Send a signal once the run has logged `after` updates, at no particular point of the next."""
    while updates_logged(run) < after and process.poll() is None:
        time.sleep(0.01)
    time.sleep(random.Random(after).random() * 0.05)
    process.send_signal(number)


def sums(run: Path) -> tuple[str, str, str]:
    """SHA-256 of the final tensors, of the best ones, and of metrics.csv."""
    final = load_checkpoint(list_checkpoints(run / "checkpoints")[0])
    best = load_checkpoint(run / "checkpoints" / "best.checkpoint")
    for state in (final, best):
        del state["logs"]["timing"]  # the length of a file that holds seconds
    return digest(final), digest(best), hashlib.sha256((run / "metrics.csv").read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> tuple[Path, tuple[str, str, str]]:
    folder = tmp_path_factory.mktemp("resume")
    config = folder / "small.yaml"
    config.write_text(yaml.safe_dump(CONFIG))
    assert finish(launch("train", str(config), "--run", str(folder / "whole"))) == 0
    return config, sums(folder / "whole")


def test_killed_three_times_and_resumed_it_ends_the_same(undisturbed, tmp_path):
    config, expected = undisturbed
    run = tmp_path / "killed"
    moments = sorted(random.Random(7).sample(range(1, 28), KILLS))
    process = launch("train", str(config), "--run", str(run))
    for moment in moments:
        interrupt(process, run, moment, signal.SIGKILL)
        assert finish(process) == -signal.SIGKILL
        process = launch("resume", str(run))
    assert finish(process) == 0
    assert sums(run) == expected


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_polite_signal_saves_and_leaves(undisturbed, tmp_path, number):
    config, expected = undisturbed
    run = tmp_path / "stopped"
    process = launch("train", str(config), "--run", str(run))
    interrupt(process, run, 5, number)
    assert finish(process) == 128 + number
    stopped_at = load_checkpoint(list_checkpoints(run / "checkpoints")[0])["progress"]["update"]
    assert stopped_at == updates_logged(run) >= 5
    assert finish(launch("resume", str(run))) == 0
    assert sums(run) == expected


def test_with_a_damaged_last_checkpoint_the_one_before_it_is_used(undisturbed, tmp_path):
    config, expected = undisturbed
    run = tmp_path / "damaged"
    process = launch("train", str(config), "--run", str(run))
    interrupt(process, run, 12, signal.SIGKILL)
    finish(process)
    newest = list_checkpoints(run / "checkpoints")[0]
    newest.write_bytes(newest.read_bytes()[:-100])
    process = launch("resume", str(run))
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0
    assert f"warning: the checkpoint '{newest}' is damaged" in errors
    assert sums(run) == expected
