"""Driver of BenchMARL's IPPO on VMAS's simple_spread.

It reads a JSON task on stdin and prints its speed. It runs with the Python of the virtual
environment that BenchMARL needs, and imports nothing of stigmergy.
"""

import json
import sys
import tempfile
import time

from benchmarl.algorithms import IppoConfig
from benchmarl.environments import VmasTask
from benchmarl.experiment import Callback, Experiment, ExperimentConfig
from benchmarl.models.mlp import MlpConfig

AGENTS = 3


class Clock(Callback):
    """Recorder of the times at which updates end."""

    def __init__(self):
        super().__init__()
        self.moments: list[float] = []

    def on_train_end(self, training_td, group):
        """Record the time after an update's gradient steps."""
        self.moments.append(time.perf_counter())


def main() -> None:
    """Train once."""
    task = json.load(sys.stdin)
    clock = Clock()
    network = MlpConfig.get_from_yaml()
    network.num_cells = [64, 64]
    experiment = Experiment(
        task=VmasTask.SIMPLE_SPREAD.get_from_yaml(),
        algorithm_config=IppoConfig.get_from_yaml(),
        model_config=network,
        critic_model_config=network,
        seed=task["seeds"][0],
        config=build_config(task),
        callbacks=[clock],
    )
    experiment.run()
    seconds = clock.moments[-1] - clock.moments[0]  # the first update warms up
    agent_steps = AGENTS * task["num_envs"] * task["length"] * (len(clock.moments) - 1)
    print(json.dumps({"compile_seconds": 0.0, "runs": [{"agent_steps": agent_steps, "seconds": seconds, "curve": []}]}))


def build_config(task: dict) -> ExperimentConfig:
    """Build the package's own default config with the sizes of the task.

    Logs, evaluations and checkpoints are off.
    """
    config = ExperimentConfig.get_from_yaml()
    rollout = task["num_envs"] * task["length"]
    config.on_policy_n_envs_per_worker = task["num_envs"]
    config.on_policy_collected_frames_per_batch = rollout
    config.on_policy_n_minibatch_iters = 4
    config.on_policy_minibatch_size = rollout // 4
    config.max_n_frames = task["steps"] // rollout * rollout
    config.share_policy_params = True
    config.loggers = []
    config.evaluation = config.render = config.create_json = False
    config.checkpoint_interval = 0
    config.save_folder = tempfile.mkdtemp()
    return config


main()
