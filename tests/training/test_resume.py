"""A run killed at any instant resumes, and ends bit-identical to one that was never killed."""

import hashlib
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from stigmergy.training.runs.checkpoint import list_checkpoints, load_checkpoint

from .support.small import CONFIG, digest

ROOT = Path(__file__).parents[2]
KILLS = 3


def finish(*args: str) -> tuple[int, str]:
    """The exit status of a command, and what it wrote to standard error."""
    command = [sys.executable, "-m", *args]
    result = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert "Traceback" not in result.stderr, result.stderr
    return result.returncode, result.stderr


def command(*args: str) -> int:
    """The exit status of a command of ours."""
    return finish("stigmergy", *args)[0]


def interrupted(update: int, number: int, *args: str) -> int:
    """Exit status of a command that gets a signal some time after `update` updates."""
    seconds = random.Random(update).random() * 0.05
    return finish("tests.training.support.interrupted", str(update), str(int(number)), str(seconds), *args)[0]


def updates_logged(run: Path) -> int:
    metrics = run / "metrics.csv"
    return metrics.read_text().count("policy_loss") if metrics.exists() else 0


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
    assert command("train", str(config), "--run", str(folder / "whole")) == 0
    return config, sums(folder / "whole")


def test_killed_three_times_and_resumed_it_ends_the_same(undisturbed, tmp_path):
    config, expected = undisturbed
    run = tmp_path / "killed"
    moments = sorted(random.Random(7).sample(range(1, 28), KILLS))
    args = ["train", str(config), "--run", str(run)]
    for moment in moments:
        assert interrupted(moment, signal.SIGKILL, *args) == -signal.SIGKILL
        args = ["resume", str(run)]
    assert command(*args) == 0
    assert sums(run) == expected


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_polite_signal_saves_and_leaves(undisturbed, tmp_path, number):
    config, expected = undisturbed
    run = tmp_path / "stopped"
    assert interrupted(5, number, "train", str(config), "--run", str(run)) == 128 + number
    stopped_at = load_checkpoint(list_checkpoints(run / "checkpoints")[0])["progress"]["update"]
    # An update whose evaluation was given up is in the checkpoint, and is logged when the run goes
    # on.
    assert stopped_at - updates_logged(run) in (0, 1)
    assert stopped_at >= 5
    assert command("resume", str(run)) == 0
    assert sums(run) == expected


def test_with_a_damaged_last_checkpoint_the_one_before_it_is_used(undisturbed, tmp_path):
    config, expected = undisturbed
    run = tmp_path / "damaged"
    assert interrupted(12, signal.SIGKILL, "train", str(config), "--run", str(run)) == -signal.SIGKILL
    newest = list_checkpoints(run / "checkpoints")[0]
    newest.write_bytes(newest.read_bytes()[:-100])
    status, errors = finish("stigmergy", "resume", str(run))
    assert status == 0
    assert f"warning: the checkpoint '{newest}' is damaged" in errors
    assert sums(run) == expected
