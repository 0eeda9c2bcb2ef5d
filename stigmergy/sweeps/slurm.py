"""Job arrays of Slurm: a script whose tasks are the runs of a sweep that are not finished.

A task is the idempotent command of its run. Slurm sends SIGUSR1 before the time limit; the run then
saves a checkpoint, and the task goes into the queue again.
"""

import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from stigmergy.envs.errors import BadParameter, Failure
from stigmergy.sweeps.points import Point
from stigmergy.sweeps.processes import LOGS
from stigmergy.sweeps.scheduler import train_arguments
from stigmergy.training.runs.storage import write_atomically

SCRIPT, TASKS, JOB = "slurm.sh", "slurm.tasks", "slurm.job"
CPUS = "cpus-per-task"
SECONDS_BEFORE_LIMIT = 120
"""Time before a job's limit at which Slurm sends the signal; an update and a checkpoint fit in."""
SET_HERE = {"array": "the runs are the array, and --jobs limits how many run at once"}
_OPTION = re.compile(r"(?:--)?([a-zA-Z][a-zA-Z0-9-]*)(=[^\n\r\0]+)?")

BODY = """
cd -- {place} || exit 1
task=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" {tasks})
(eval "exec $task") &
run=$!
trap 'kill -USR1 "$run"' USR1
trap 'kill -TERM "$run"' TERM
status=0
wait "$run" || status=$?
while kill -0 "$run" 2> /dev/null; do
    status=0
    wait "$run" || status=$?
done
# Stopped by the signal before the time limit: the rest is trained in a job of the same number.
if [ "$status" -eq {stopped} ]; then
    scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_${{SLURM_ARRAY_TASK_ID}}"
fi
exit "$status"
"""


def read_options(given: Sequence[str]) -> dict[str, str]:
    """Options of sbatch: name to `=VALUE`, or to nothing for a switch.

    Raises:
        BadParameter: one is no option, or the sweep sets it.
    """
    options = {}
    for text in given:
        match = _OPTION.fullmatch(text)
        if match is None:
            raise BadParameter(f"slurm-option is '{text}'; give options of sbatch, such as partition=gpu time=2:00:00")
        if match[1] in SET_HERE:
            raise BadParameter(f"slurm-option is '{text}', which the sweep sets: {SET_HERE[match[1]]}")
        options[match[1]] = match[2] or ""
    return options


def read_cpus(options: Mapping[str, str]) -> int | None:
    """Cores of a task, if the options say so. Raises BadParameter if that is no number."""
    value = options.get(CPUS)
    if value is None:
        return None
    if not value[1:].isdecimal() or not int(value[1:]):
        raise BadParameter(f"slurm-option {CPUS} is '{value[1:]}'; allowed is a whole number from 1")
    return int(value[1:])


def write_array(folder: Path, points: Sequence[Point], options: Mapping[str, str], jobs: int | None) -> Path:
    """Write the script and its tasks into `folder`; return the path of the script.

    Args:
        points: one or more.
        options: of sbatch, as `read_options` gives them; they replace the sweep's own.
        jobs: the most tasks at once; None sets no limit.
    """
    whole = folder.resolve()
    (whole / LOGS).mkdir(exist_ok=True)
    commands = []
    for point in points:
        command = [sys.executable, "-m", "stigmergy", *train_arguments(point), "--run", str(folder / point.name)]
        commands.append(shlex.join(command))
    write_atomically(whole / TASKS, ("\n".join(commands) + "\n").encode())
    own = {
        "job-name": f"={re.sub('[^A-Za-z0-9_.-]', '-', whole.name)}",
        "array": f"=0-{len(points) - 1}" + (f"%{jobs}" if jobs else ""),
        "output": f"={str(whole / LOGS).replace('%', '%%')}/slurm-%a.out",
        "open-mode": "=append",
        CPUS: f"={max(point.experiment.training.threads for point in points)}",
        "signal": f"=B:USR1@{SECONDS_BEFORE_LIMIT}",
        "requeue": "",
    }
    lines = [f"#SBATCH --{name}{value}" for name, value in {**own, **options}.items()]
    body = BODY.format(
        place=shlex.quote(str(Path.cwd())), tasks=shlex.quote(str(whole / TASKS)), stopped=128 + signal.SIGUSR1
    )
    write_atomically(whole / SCRIPT, ("\n".join(["#!/bin/bash", *lines]) + "\n" + body).encode())
    return folder / SCRIPT


def check_queue(folder: Path) -> None:
    """Raise BadParameter if an array of this sweep is in the queue still."""
    job = folder / JOB
    if not job.exists() or not shutil.which("squeue"):
        return
    number = job.read_text().strip()
    queue = subprocess.run(["squeue", "--noheader", "--jobs", number], capture_output=True, text=True)
    if queue.returncode == 0 and queue.stdout.strip():
        raise BadParameter(
            f"the job {number} of the sweep '{folder}' is in the queue still; wait for it, or end it by `scancel {number}`"
        )


def submit(script: Path) -> str:
    """Submit the script where sbatch is; return a sentence for the user.

    Raises:
        Failure: sbatch failed.
    """
    if not shutil.which("sbatch"):
        return f"there is no sbatch here; submit the array by: sbatch {shlex.quote(str(script))}"
    sent = subprocess.run(["sbatch", "--parsable", str(script)], capture_output=True, text=True)
    if sent.returncode:
        said = " ".join((sent.stderr or sent.stdout).split()) or "no reason given"
        raise Failure(f"sbatch refused '{script}' with status {sent.returncode}: {said}")
    number = sent.stdout.strip().partition(";")[0]
    write_atomically(script.parent / JOB, f"{number}\n".encode())
    return f"submitted as job {number}; the same command goes on with what is not finished when it has ended"
