"""Driver of EPyMARL's IPPO on PettingZoo's simple_spread.

It reads a JSON task on stdin and prints its speed. It runs with the Python of the virtual
environment that EPyMARL needs, and imports nothing of stigmergy.

EPyMARL is a checkout with a command line, in the folder STIGMERGY_EPYMARL. Its `main.py` runs here
with the settings of the task, and the time is recorded in its learner's `train`.
"""

import importlib
import json
import os
import runpy
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import MagicMock

AGENTS = 3
SETTINGS = {
    "env_args.key": "pz-mpe-simple-spread-v3",
    "env_args.time_limit": 25,
    "common_reward": False,
    "use_cuda": False,
    "use_rnn": False,
    "hidden_dim": 64,
    "test_interval": 10**9,  # one test at the start, which is not timed
}


def main() -> None:
    """Train once."""
    task = json.load(sys.stdin)
    source = Path(os.environ["STIGMERGY_EPYMARL"]) / "src"
    sys.path[0] = str(source)  # replaces this folder, which has a module `learners` too
    sys.modules["smaclite"] = MagicMock()  # imported by EPyMARL, not used here
    os.chdir(tempfile.mkdtemp())
    given: list[tuple[float, int]] = []
    learner = importlib.import_module("learners.ppo_learner").PPOLearner
    train = learner.train

    def timed_train(self, batch, t_env, episode_num):
        train(self, batch, t_env, episode_num)
        given.append((time.perf_counter(), t_env))

    learner.train = timed_train
    settings = SETTINGS | {"t_max": task["steps"], "local_results_path": os.getcwd()}
    sys.argv = [str(source / "main.py"), "--config=ippo", "--env-config=gymma", "with"]
    sys.argv += [f"{name}={value}" for name, value in settings.items()]
    runpy.run_path(sys.argv[0], run_name="__main__")
    (begun, before), (over, after) = given[2], given[-1]  # earlier updates are warm-up
    run = {"agent_steps": AGENTS * (after - before), "seconds": over - begun, "curve": []}
    print(json.dumps({"compile_seconds": 0.0, "runs": [run]}))


main()
