"""A small experiment that has everything a run can carry.

These are hidden states, masks, normalized values, annealing and evaluations.
"""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml

from stigmergy.training.experiment import Experiment, build_experiment

CONFIG: dict[str, Any] = {
    "environment": "pathfinding/lifelong-v0",
    "task": {
        "num_agents": 3,
        "height": 6,
        "width": 6,
        "density": 0.2,
        "obs_radius": 2,
        "max_cycles": 10,
        "mask_walls": True,
    },
    "algorithm": "ippo",
    "learner": {
        "network": {"hidden": [8], "channels": [4], "memory": "gru", "memory_size": 6},
        "epochs": 2,
        "minibatches": 2,
        "normalize_value": True,
    },
    "training": {
        "total_steps": 4 * 8 * 30,
        "num_envs": 4,
        "rollout_length": 8,
        "evaluation_interval": 4,
        "evaluation_episodes": 2,
        "checkpoint_interval": 3,
        "tensorboard": False,
        "threads": 1,
    },
}


def experiment(**training: Any) -> Experiment:
    """The small experiment, with other training options."""
    return build_experiment(CONFIG | {"training": CONFIG["training"] | training})


def digest(value: Any) -> str:
    """SHA-256 of nested dicts and lists of tensors, arrays and plain values."""
    sha = hashlib.sha256()
    _add(sha, value)
    return sha.hexdigest()


def _add(sha: Any, value: Any) -> None:
    if isinstance(value, dict):
        for key in sorted(value, key=str):
            sha.update(str(key).encode())
            _add(sha, value[key])
    elif isinstance(value, (list, tuple)):
        for item in value:
            _add(sha, item)
    elif isinstance(value, torch.Tensor):
        _add(sha, value.detach().numpy())
    elif isinstance(value, np.ndarray):
        sha.update(f"{value.dtype}{value.shape}".encode())
        sha.update(np.ascontiguousarray(value).tobytes())
    else:
        sha.update(repr(value).encode())


def write_config(path: Path, config: dict[str, Any] = CONFIG) -> str:
    """Write a config as YAML; returns its path."""
    path.write_text(yaml.safe_dump(config))
    return str(path)
