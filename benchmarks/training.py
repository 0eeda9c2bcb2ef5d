"""Speed of a training run in agent-steps per second, and time by phase."""

import numpy as np

from stigmergy.training.experiment import DEFAULT_CONFIG, build_experiment, read_config
from stigmergy.training.trainer import Trainer

WARM_UP, UPDATES = 3, 20
PHASES = ("env", "act", "learn")


def measure(config: str = DEFAULT_CONFIG) -> tuple[float, dict[str, float]]:
    """Agent-steps per second end to end, and seconds per update by phase; medians over updates."""
    trainer = Trainer(build_experiment(read_config(config)))
    for _ in range(WARM_UP):
        trainer.update()
    trainer.clock.read()
    seconds = []
    for _ in range(UPDATES):
        trainer.update()
        seconds.append(trainer.clock.read())
    medians = {phase: float(np.median([one[phase] for one in seconds])) for phase in PHASES}
    total = float(np.median([sum(one.values()) for one in seconds]))
    settings = trainer.experiment.training
    return settings.num_envs * settings.rollout_length * trainer.env.spec.num_agents / total, medians
