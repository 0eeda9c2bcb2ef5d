"""Trains with EPyMARL's IPPO on PettingZoo's simple_spread, with the Python of the virtual environment it needs: reads a JSON task on stdin, prints its speed.

EPyMARL is a checkout with a command line, in the folder STIGMERGY_EPYMARL: its `main.py` runs here with what the task sets, and its learner's `train`
notes when. Knows nothing of stigmergy.
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
    sys.path[0] = str(source)  # in the place of this folder, which has a module `learners` too
    sys.modules["smaclite"] = MagicMock()  # a game that it imports and that is not played here
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
    (begun, before), (over, after) = given[2], given[-1]  # what comes before warms up
    run = {"agent_steps": AGENTS * (after - before), "seconds": over - begun, "curve": []}
    print(json.dumps({"compile_seconds": 0.0, "runs": [run]}))


main()
