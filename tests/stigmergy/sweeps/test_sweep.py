"""Sweeps whose runs are trained by processes: failures, kills, stops, and other owners."""

import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from stigmergy.cli.entry import main
from stigmergy.commands.sweep import TRAIN
from stigmergy.sweeps.display import TableDisplay
from stigmergy.sweeps.points import Point, Request
from stigmergy.sweeps.processes import RunProcess
from stigmergy.sweeps.progress import RunProgress, read_progress
from stigmergy.sweeps.scheduler import Progress
from stigmergy.sweeps.sweep import open_sweep
from stigmergy.training.config import TrainingConfig
from stigmergy.training.experiment import build_experiment
from stigmergy.training.runs.checkpoint import list_checkpoints
from tests.stigmergy.sweeps.support.small_sweep import CONFIG, HELD, outcome
from tests.test_wheel import ROOT

SWEEP = ["sweep", "small.yaml", "--plugin", HELD, "--seeds", "0..1"]
FOLDER = Path("sweeps/small")


@pytest.fixture
def held(tmp_path, monkeypatch) -> Path:
    """Folder of the files that hold runs, with a config beside it; it is the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(yaml.safe_dump(CONFIG))
    monkeypatch.setenv("HELD", str(tmp_path))
    monkeypatch.setenv("NUMBA_NUM_THREADS", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> list[tuple[str, str]]:
    """Outcome of the run with each seed, trained without a sweep."""
    folder = tmp_path_factory.mktemp("alone")
    (folder / "small.yaml").write_text(yaml.safe_dump(CONFIG))
    for seed in range(2):
        command = ["train", str(folder / "small.yaml"), "--training.seed", str(seed), "--run", str(folder / str(seed))]
        assert main(command) == 0
    return [outcome(folder / str(seed)) for seed in range(2)]


def outcomes() -> list[tuple[str, str]]:
    return [outcome(FOLDER / f"seed={seed}") for seed in range(2)]


def begin(*options: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "stigmergy", *SWEEP, *options], stdout=subprocess.PIPE, text=True)


def wait_until(condition: Callable[[], bool], process: subprocess.Popen) -> None:
    """Wait for a condition; fail if the process ends without it."""
    while not condition():
        assert process.poll() is None or condition(), process.communicate()
        time.sleep(0.05)


def checkpoints() -> dict[str, int]:
    return {path: Path(path).stat().st_mtime_ns for path in map(str, FOLDER.glob("*/checkpoints/*"))}


def test_a_failure_is_reported_and_the_rest_is_trained(held, alone, capfd):
    (held / "break-0").touch()
    assert main(SWEEP) == 1
    shown = capfd.readouterr().out
    log = FOLDER / "logs" / "seed=0.log"
    assert "failed: seed=0: " in shown
    assert "ArithmeticError: seed 0 is broken; the traceback is in" in shown
    assert f"its log is '{log}'" in shown
    assert "1 of 2 runs are finished, 1 failed; the same command tries those again" in shown
    assert "ArithmeticError: seed 0 is broken" in log.read_text()
    assert outcome(FOLDER / "seed=1") == alone[1]
    # Mended, the same command trains the failed run alone.
    (held / "break-0").unlink()
    before = {path: changed for path, changed in checkpoints().items() if "seed=1" in path}
    assert main(SWEEP) == 0
    shown = capfd.readouterr().out
    assert "1 of 2 runs are finished already\nstarted seed=0\nfinished seed=0 (2 of 2)" in shown
    assert outcomes() == alone
    assert before.items() <= checkpoints().items()


@pytest.mark.thorough
def test_killed_the_same_command_finishes(held, alone):
    (held / "wait-4").touch()
    sweep = begin("--jobs", "2")
    wait_until(lambda: all((held / f"arrived-{seed}").exists() for seed in range(2)), sweep)
    sweep.kill()
    sweep.wait()
    # Its runs are told to stop, and save as soon as they can; until then nobody else trains them.
    again = begin("--jobs", "2")
    said = [again.stdout.readline() for _ in range(3)]
    assert all("waiting for seed=" in line and "is being trained by process" in line for line in said[1:]), said
    (held / "wait-4").unlink()
    assert again.wait() == 0, again.communicate()
    assert outcomes() == alone
    for seed in range(2):
        log = (FOLDER / "logs" / f"seed={seed}.log").read_text()
        assert log.count("stopped after a checkpoint") == 1, log  # so no update was made twice
    before = checkpoints()
    assert main(SWEEP) == 0
    assert checkpoints() == before


@pytest.mark.thorough
def test_a_signal_stops_every_run_after_a_checkpoint(held):
    (held / "wait-4").touch()
    sweep = begin("--jobs", "2")
    wait_until(lambda: all((held / f"arrived-{seed}").exists() for seed in range(2)), sweep)
    sweep.send_signal(signal.SIGINT)
    (held / "wait-4").unlink()
    shown, _ = sweep.communicate()
    assert sweep.returncode == 128 + signal.SIGINT
    assert "stopped; 0 of 2 runs are finished; the same command goes on" in shown
    for seed in range(2):
        run = FOLDER / f"seed={seed}"
        assert list_checkpoints(run / "checkpoints")[0].stem == "000000004"
        assert not (run / "training.lock").exists()


def test_a_run_whose_owner_cannot_be_seen_is_a_failure(held, capfd):
    with open_sweep(str(FOLDER), Request("small.yaml", ("--plugin", HELD), {}, (0,)), TRAIN, 1):
        pass
    (FOLDER / "seed=0").mkdir()
    owner = {"host": "elsewhere", "process": 17}
    (FOLDER / "seed=0" / "training.lock").write_text(json.dumps(owner))
    assert main([*SWEEP[:-1], "0"]) == 1
    assert (
        "failed: seed=0: the run 'sweeps/small/seed=0' is being trained by process 17, host elsewhere"
        in capfd.readouterr().out
    )


def test_a_process_that_is_killed_says_so(tmp_path):
    process = RunProcess(["--version"], tmp_path / "logs" / "run.log")
    process.kill()
    assert process.failure() == "ended by SIGKILL, as by a system without free memory"
    process = RunProcess(["train", "nowhere.yaml"], tmp_path / "logs" / "run.log")
    while process.poll() is None:
        time.sleep(0.01)
    assert process.failure().startswith("there is no config 'nowhere.yaml'")


def test_progress_is_read_from_the_ends_of_logs(tmp_path):
    training = TrainingConfig(total_steps=100, num_envs=4, rollout_length=8)
    assert read_progress(tmp_path, training) == RunProgress(total_steps=128)
    (tmp_path / "timing.csv").write_text(
        "step,seconds,env,act,learn,other,steps_per_second\n32,1,0,0,0,0,10\n64,1,0,0,0,0,20\n96,1"
    )
    (tmp_path / "metrics.csv").write_text(
        "step,name,value\n" + "1,agents/loss,3\n" * 2000 + "32,episode/return,2.5\n64,agents/loss,4\n"
    )
    assert read_progress(tmp_path, training) == RunProgress(64, 128, 20.0, 2.5)
    assert read_progress(tmp_path, training).share == 0.5


def test_a_terminal_shows_a_line_for_each_run(tmp_path):
    experiment = build_experiment(CONFIG)
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    display = TableDisplay(console, tmp_path)
    progress = Progress(5, finished=["a"], failed={"b": "broken"}, running=[Point("seed=3", (), experiment)])
    with display:
        display.event("failed b: broken [red]")
        display.update(progress)
    shown = console.file.getvalue()
    for words in ("failed b: broken [red]", "1 of 5 finished, 1 failed, 2 waiting", "seed=3", "0%"):
        assert words in shown
