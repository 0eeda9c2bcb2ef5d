"""Trains with BenchMARL's IPPO on VMAS's simple_spread, with the Python of the virtual environment it needs: reads a JSON task on stdin, prints courses.

Knows nothing of stigmergy.
"""

import json
import sys
import tempfile
import time

from benchmarl.algorithms import IppoConfig
from benchmarl.environments import VmasTask
from benchmarl.experiment import Callback, Experiment, ExperimentConfig
from benchmarl.models.mlp import MlpConfig


class Reporter(Callback):
    """Notes when each update was over."""

    def __init__(self):
        super().__init__()
        self.seconds: list[float] = []
        self.steps: list[int] = []

    def on_train_end(self, training_td, group):
        """Called after an update's gradient steps."""
        self.seconds.append(time.perf_counter())
        self.steps.append(self.experiment.total_frames)


def main() -> None:
    """Train once."""
    task = json.load(sys.stdin)
    reporter = Reporter()
    network = MlpConfig.get_from_yaml()
    network.num_cells = [64, 64]
    experiment = Experiment(
        task=VmasTask.SIMPLE_SPREAD.get_from_yaml(),
        algorithm_config=IppoConfig.get_from_yaml(),
        model_config=network,
        critic_model_config=network,
        seed=0,
        config=build_config(task),
        callbacks=[reporter],
    )
    start = time.perf_counter()
    experiment.run()
    seconds = [moment - start for moment in reporter.seconds]
    course = {"seconds": seconds, "steps": reporter.steps, "returns": [], "agents": 3}
    print(json.dumps({"compile_seconds": 0.0, "courses": [course]}))


def build_config(task: dict) -> ExperimentConfig:
    """The package's own defaults but for the sizes of the task; nothing is logged, evaluated or kept."""
    config = ExperimentConfig.get_from_yaml()
    rollout = task["copies"] * task["length"]
    config.on_policy_n_envs_per_worker = task["copies"]
    config.on_policy_collected_frames_per_batch = rollout
    config.on_policy_n_minibatch_iters = task["epochs"]
    config.on_policy_minibatch_size = rollout // task["minibatches"]
    config.max_n_frames = rollout * task["updates"]
    config.share_policy_params = True
    config.loggers = []
    config.evaluation = config.render = config.create_json = False
    config.checkpoint_interval = 0
    config.save_folder = tempfile.mkdtemp()
    return config


main()
