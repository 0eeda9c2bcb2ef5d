"""Trains with EPyMARL's IPPO on PettingZoo's simple_spread, with the Python of the virtual environment it needs: reads a JSON task on stdin, prints courses.

EPyMARL is a checkout with a command line: its `main.py` runs here with what the task sets, and its learner's `train` notes when. Knows nothing of
stigmergy.
"""

import importlib
import json
import os
import runpy
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Train once."""
    task = json.load(sys.stdin)
    source = Path(task["sources"]) / "src"
    sys.path.insert(0, str(source))
    os.chdir(tempfile.mkdtemp())  # it writes results beside itself
    reports: list[tuple[float, int]] = []
    learner = importlib.import_module("learners.ppo_learner").PPOLearner
    train = learner.train

    def timed_train(self, batch, t_env, episode_num):
        train(self, batch, t_env, episode_num)
        reports.append((time.perf_counter(), t_env))

    learner.train = timed_train
    settings = [f"{name}={value}" for name, value in task["settings"].items()]
    sys.argv = [str(source / "main.py"), "--config=ippo", "--env-config=gymma", "with", *settings]
    start = time.perf_counter()
    runpy.run_path(sys.argv[0], run_name="__main__")
    course = {
        "seconds": [moment - start for moment, _ in reports],
        "steps": [steps for _, steps in reports],
        "returns": [],
        "agents": 3,
    }
    print(json.dumps({"compile_seconds": 0.0, "courses": [course]}))


main()
