"""Stand-in for Slurm's sbatch, which runs the tasks of an array one after another.

`sbatch --parsable SCRIPT` prints the number of the job when all tasks have ended. While a file
`wait-N` is in the folder $HELD, a task that has arrived there gets the signal that the script asks
for, as if its time were over. The stand-in for scontrol, beside this one, names the tasks to run
again.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

JOB = "17"


def run_task(script: str, task: int, folder: Path) -> None:
    """Run a task of the array to its end."""
    variables = os.environ | {"SLURM_ARRAY_JOB_ID": JOB, "SLURM_ARRAY_TASK_ID": str(task)}
    number = re.search(r"^#SBATCH --signal=B:(\w+)@\d+$", Path(script).read_text(), re.MULTILINE)
    output = re.search(r"^#SBATCH --output=(.*)$", Path(script).read_text(), re.MULTILINE)
    assert number
    assert output
    with open(output[1].replace("%a", str(task)).replace("%%", "%"), "a") as file:
        shell = subprocess.Popen(["bash", script], env=variables, stdout=file, stderr=subprocess.STDOUT)
        for hold in folder.glob("wait-*"):
            while shell.poll() is None and not list(folder.glob("arrived-*")):
                time.sleep(0.02)
            shell.send_signal(getattr(signal, f"SIG{number[1]}"))
            time.sleep(0.1)  # the shell passes the signal on; the run saves even if it comes later
            hold.unlink()
        print(f"task {task} ended with {shell.wait()}", file=sys.stderr)


def main(script: str) -> None:
    """Run all tasks, and those that scontrol puts into the queue again."""
    folder = Path(os.environ["HELD"])
    array = re.search(r"^#SBATCH --array=0-(\d+)(%\d+)?$", Path(script).read_text(), re.MULTILINE)
    assert array
    for task in range(int(array[1]) + 1):
        run_task(script, task, folder)
    again = folder / "requeued"
    while again.exists():
        tasks = again.read_text().split()
        again.unlink()
        for name in tasks:
            assert name.startswith(f"{JOB}_")
            run_task(script, int(name.partition("_")[2]), folder)
    print(f"{JOB};cluster")


if __name__ == "__main__":
    main(sys.argv[-1])
