"""Job arrays of Slurm: their options, their script, and an array that a stand-in executes."""

import sys
from pathlib import Path

import pytest
import yaml

from stigmergy.cli.entry import main
from stigmergy.envs.errors import BadParameter
from stigmergy.sweeps.slurm import read_cpus, read_options
from tests.stigmergy.sweeps.support import sbatch
from tests.stigmergy.sweeps.support.small_sweep import CONFIG, HELD, outcome
from tests.test_wheel import ROOT


@pytest.fixture
def cluster(tmp_path, monkeypatch) -> Path:
    """Folder with a config and an empty folder `bin` that is searched for programs."""
    (tmp_path / "bin").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("HELD", str(tmp_path))
    monkeypatch.setenv("NUMBA_NUM_THREADS", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    Path("small.yaml").write_text(yaml.safe_dump(CONFIG))
    return tmp_path


def program(cluster: Path, name: str, text: str) -> None:
    """Program of a stand-in for Slurm."""
    path = cluster / "bin" / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def lines() -> list[str]:
    return Path("sweeps/small/slurm.sh").read_text().splitlines()


def test_options_of_sbatch_are_passed_on():
    assert read_options(["partition=gpu", "--time=2:00:00", "exclusive"]) == {
        "partition": "=gpu",
        "time": "=2:00:00",
        "exclusive": "",
    }
    assert read_cpus(read_options(["cpus-per-task=4"])) == 4
    assert read_cpus({}) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("array=0-3", "slurm-option is 'array=0-3', which the sweep sets"),
        ("a b=1", "slurm-option is 'a b=1'; give options of sbatch"),
        ("time=1\n#SBATCH", "give options of sbatch"),
        ("=1", "give options of sbatch"),
        ("cpus-per-task=many", "cpus-per-task is 'many'; allowed is a whole number from 1"),
    ],
)
def test_other_options_are_refused(text, sentence):
    with pytest.raises(BadParameter, match=sentence):
        read_cpus(read_options([text]))


def test_without_sbatch_the_script_is_written(cluster, capsys):
    Path("small.yaml").write_text(yaml.safe_dump(CONFIG | {"training": CONFIG["training"] | {"threads": 0}}))
    options = ["--slurm", "--slurm-option", "time=1:00", "cpus-per-task=3", "requeue=no", "--jobs", "2"]
    assert main(["sweep", "small.yaml", "--seeds", "0..2", *options]) == 0
    assert "there is no sbatch here; submit the array by: sbatch sweeps/small/slurm.sh" in capsys.readouterr().out
    for line in ("array=0-2%2", "signal=B:USR1@120", "time=1:00", "cpus-per-task=3", "requeue=no"):
        assert f"#SBATCH --{line}" in lines()
    tasks = Path("sweeps/small/slurm.tasks").read_text().splitlines()
    assert len(tasks) == 3
    assert all("--training.threads=3" in task for task in tasks)  # as many as the task has cores
    assert tasks[1].endswith("--training.seed=1 --or-resume --run sweeps/small/seed=1")


def test_what_sbatch_refuses_is_a_failure(cluster, capsys):
    program(cluster, "sbatch", "echo sbatch: error: invalid partition specified: x >&2; exit 1")
    assert main(["sweep", "small.yaml", "--seeds", "0", "--slurm-option", "partition=x"]) == 1
    assert (
        "sbatch refused 'sweeps/small/slurm.sh' with status 1: sbatch: error: invalid partition"
        in capsys.readouterr().err
    )


def test_an_array_in_the_queue_is_not_submitted_again(cluster, capsys):
    program(cluster, "sbatch", "echo 17")
    program(cluster, "squeue", 'test "$*" = "--noheader --jobs 17" && echo "17_0 gpu small"')
    sweep = ["sweep", "small.yaml", "--seeds", "0", "--slurm"]
    assert main(sweep) == 0
    assert "submitted as job 17" in capsys.readouterr().out
    assert main(sweep) == 2
    assert "the job 17 of the sweep 'sweeps/small' is in the queue still" in capsys.readouterr().err
    program(cluster, "squeue", "exit 1")  # the number is known no longer
    assert main(sweep) == 0


@pytest.mark.thorough
def test_tasks_go_into_the_queue_again_until_all_runs_are_finished(cluster, capfd):
    program(cluster, "sbatch", f'exec {sys.executable} {sbatch.__file__} "$@"')
    program(cluster, "scontrol", 'test "$1" = requeue && echo "$2" >> "$HELD/requeued"')
    (cluster / "wait-4").touch()
    sweep = ["sweep", "small.yaml", "--plugin", HELD, "--seeds", "0..1", "--slurm"]
    assert main(sweep) == 0
    shown = capfd.readouterr()
    assert "submitted as job 17" in shown.out
    log = Path("sweeps/small/logs/slurm-0.out").read_text()
    assert log.count("stopped after a checkpoint") == 1
    assert log.count("finished; see it with") == 1
    assert main(["train", "small.yaml", "--run", "alone"]) == 0
    assert outcome(Path("sweeps/small/seed=0")) == outcome(Path("alone"))
    assert main(sweep) == 0
    assert "all 2 runs are finished" in capfd.readouterr().out
