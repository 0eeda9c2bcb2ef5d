"""One process trains in a run.

The second is told which, and what a dead one left behind is recognised.
"""

import json
import os
import signal
import subprocess
import sys

import pytest

from stigmergy.envs.errors import BadParameter
from stigmergy.training.runs import lock
from stigmergy.training.runs.lock import NAME, RunInUse, RunLock, describe_process
from stigmergy.training.runs.run import Run

HOLDER = """
import sys, time
from pathlib import Path
from stigmergy.training.runs.lock import RunLock
RunLock(Path(sys.argv[1])).take()
print("taken", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another process that has the lock of `tmp_path`, until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "taken\n"
    yield process
    process.kill()
    process.communicate()


def write_owner(folder, **changes):
    (folder / NAME).write_text(json.dumps(describe_process() | changes))


def test_a_lock_comes_and_goes(tmp_path):
    first, second = RunLock(tmp_path), RunLock(tmp_path)
    first.take()
    first.take()
    owner = json.loads((tmp_path / NAME).read_text())
    assert owner["process"] == os.getpid()
    with pytest.raises(RunInUse, match=f"process {os.getpid()}, host .*since"):
        second.take()
    second.release()
    assert (tmp_path / NAME).exists(), "only its owner gives it back"
    first.release()
    first.release()
    assert not (tmp_path / NAME).exists()
    second.take()
    second.release()


@pytest.mark.parametrize("without_record_locks", [False, True])
def test_another_process_is_named_and_gone_when_it_is_killed(tmp_path, other, monkeypatch, without_record_locks):
    if without_record_locks:
        monkeypatch.setattr(lock, "fcntl", None)
    for attempt in (RunLock(tmp_path).take, RunLock(tmp_path).check):
        with pytest.raises(RunInUse, match=f"process {other.pid}, host .*, since 20"):
            attempt()
    assert json.loads((tmp_path / NAME).read_text())["process"] == other.pid
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert (tmp_path / NAME).exists()
    mine = RunLock(tmp_path)
    mine.take()
    assert json.loads((tmp_path / NAME).read_text())["process"] == os.getpid()
    mine.release()


@pytest.mark.parametrize(
    "changes",
    [{"started": "1"}, {"boot": "another"}, {"process": 2**22 + 7, "started": "5"}, {"process": -1}, {"process": "x"}],
    ids=["a number that was given again", "before a reboot", "a process that is no more", "a group", "no number"],
)
@pytest.mark.parametrize("without_record_locks", [False, True])
def test_a_stale_lock_is_taken_over(tmp_path, monkeypatch, changes, without_record_locks):
    if without_record_locks:
        monkeypatch.setattr(lock, "fcntl", None)
    write_owner(tmp_path, **changes)
    mine = RunLock(tmp_path)
    mine.check()
    mine.take()
    mine.release()
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\x00", b'{"host": '])
def test_a_lock_that_was_being_written_is_stale(tmp_path, content):
    (tmp_path / NAME).write_bytes(content)
    mine = RunLock(tmp_path)
    mine.take()
    mine.release()


def test_a_lock_from_another_host_stays_and_says_how_to_remove_it(tmp_path):
    write_owner(tmp_path, host="elsewhere", process=17)
    with pytest.raises(RunInUse, match=f"process 17, host elsewhere.*remove '{tmp_path / NAME}'"):
        RunLock(tmp_path).take()
    assert json.loads((tmp_path / NAME).read_text())["host"] == "elsewhere"


def test_a_live_process_counts_where_its_record_lock_was_lost(tmp_path):
    parent = {"process": os.getppid(), "started": lock._start_of(os.getppid())}
    write_owner(tmp_path, **parent)
    with pytest.raises(RunInUse, match=f"process {os.getppid()}"):
        RunLock(tmp_path).take()


def test_a_new_run_in_a_folder_that_is_being_trained_in(tmp_path, other):
    with pytest.raises(RunInUse, match=f"process {other.pid}"):
        Run.create(tmp_path, {"environment": "x"})
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_two_that_start_in_one_folder(tmp_path):
    first = Run.create(tmp_path / "run", {"environment": "x"})
    with pytest.raises(RunInUse):
        Run.create(tmp_path / "run", {"environment": "y"})
    assert first.config() == {"environment": "x"}
    first.lock.release()
    (first.checkpoints / "000000001.checkpoint").write_bytes(b"")
    with pytest.raises(BadParameter, match="taken"):
        Run.create(tmp_path / "run", {"environment": "y"})
