"""Run folders as training writes them, with scores that tests choose."""

import json
from pathlib import Path
from typing import Any

import yaml

STEPS, UPDATES = 64, 10
"""Environment steps of an update, and updates of a run."""
TASK = {"num_agents": 2}


def write_run(
    folder: Path,
    seed: int,
    level: float,
    *,
    algorithm: str = "ippo",
    updates: int = UPDATES,
    seconds: float = 1.0,
    simulated: int = 0,
    metrics: tuple[str, ...] = ("evaluation/return", "episode/return"),
    config: dict[str, Any] | None = None,
    training: dict[str, Any] | None = None,
    meta: dict[str, Any] | None = None,
) -> str:
    """Write a run whose metrics rise by `level` in every update: `level`, 2 `level`, ..."""
    folder.mkdir(parents=True)
    whole = {
        "environment": "games/switch-v0",
        "task": TASK,
        "algorithm": algorithm,
        "learner": {"gamma": 0.9},
        "training": {"seed": seed, "total_steps": STEPS * UPDATES, "num_envs": 8, "rollout_length": 8, "threads": 1}
        | (training or {}),
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(whole | (config or {})))
    (folder / "meta.json").write_text(json.dumps({"fingerprint": "f", "machine": "m"} | (meta or {})))
    rows, times = ["step,name,value"], ["step,seconds,env,act,learn,other,steps_per_second"]
    for update in range(1, updates + 1):
        rows += [f"{update * STEPS},{name},{level * update}" for name in metrics]
        if simulated:
            rows.append(f"{update * STEPS},agents/simulated_steps,{simulated}")
        times.append(f"{update * STEPS},{seconds},0,0,0,0,64")
    (folder / "metrics.csv").write_text("\n".join(rows) + "\n")
    (folder / "timing.csv").write_text("\n".join(times) + "\n")
    return str(folder)


def write_sweep(folder: Path, levels: dict[str, list[float]], **others: Any) -> str:
    """Write a folder with a run for each algorithm and seed."""
    for algorithm, own in levels.items():
        for seed, level in enumerate(own):
            write_run(folder / f"{algorithm}-{seed}", seed, level, algorithm=algorithm, **others)
    (folder / "sweep.yaml").write_text("{}\n")
    return str(folder)
