"""A small config to sweep over, and the outcome of its runs."""

import hashlib
from pathlib import Path
from typing import Any

from stigmergy.training.runs.checkpoint import list_checkpoints, load_checkpoint
from tests.training.support.small import digest

CONFIG: dict[str, Any] = {
    "environment": "games/matrix-v0",
    "task": {"game": "climbing"},
    "algorithm": "ippo",
    "learner": {"network": {"hidden": [8]}, "epochs": 1, "minibatches": 1},
    "training": {
        "total_steps": 4 * 8 * 6,
        "num_envs": 4,
        "rollout_length": 8,
        "evaluation_interval": 2,
        "evaluation_episodes": 2,
        "checkpoint_interval": 1,
        "tensorboard": False,
        "threads": 1,
    },
}
HELD = str(Path(__file__).with_name("held.py"))


def outcome(run: Path) -> tuple[str, str]:
    """Digests of what a run learnt: its last checkpoint, and metrics.csv."""
    state = load_checkpoint(list_checkpoints(run / "checkpoints")[0])
    del state["logs"]["timing"]
    return digest(state), hashlib.sha256((run / "metrics.csv").read_bytes()).hexdigest()
