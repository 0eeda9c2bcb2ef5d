"""Random pathfinding cases, and the way to have pogema play them in its own virtual environment."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

PYTHON_VARIABLE = "STIGMERGY_POGEMA_PYTHON"
DRIVER = Path(__file__).with_name("pogema_driver.py")
SYSTEMS = ("priority", "block_both", "soft")
MODES = ("finish", "nothing", "restart")
Case = dict[str, Any]


def oracle_python() -> str | None:
    """The Python that has pogema, from the environment variable STIGMERGY_POGEMA_PYTHON; None if it
    is unset.
    """
    return os.environ.get(PYTHON_VARIABLE)


def play(cases: list[Case], python: str) -> list[dict[str, Any]]:
    """The results of `cases` on pogema, as described in pogema_driver.py."""
    answer = subprocess.run([python, str(DRIVER)], input=json.dumps(cases), capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise RuntimeError(f"{python} {DRIVER.name} failed:\n{answer.stderr}")
    return json.loads(answer.stdout)


def draw_cases(random: np.random.Generator, system: str, mode: str, count: int) -> list[Case]:
    """`count` random cases: maps of 5 x 5 to 12 x 12, 2 to 12 agents, from empty to crowded."""
    return [_draw_case(random, system, mode) for _ in range(count)]


def _draw_case(random: np.random.Generator, system: str, mode: str) -> Case:
    free = random.random(random.integers(5, 13, size=2)) >= random.choice([0.0, 0.1, 0.2, 0.3])
    component = _components(free)
    # All agents on their goals at once is rare in a crowd: half of the cooperative cases have few
    # agents, who seldom stray.
    easy = mode == "nothing" and random.random() < 0.5
    starts, goals = _place(random, component, int(random.integers(2, 4 if easy else 13)), 4 if mode == "restart" else 1)
    return {
        "map": "\n".join("".join(".#"[not cell] for cell in row) for row in free),
        "starts": starts,
        "goals": goals,
        "collision_system": system,
        "on_target": mode,
        "obs_radius": int(random.integers(1, 6)),
        "max_episode_steps": int(random.integers(12, 65)),
        "policy": {
            "seed": int(random.integers(2**31)),
            "greedy": 0.95 if easy else float(random.choice([0.3, 0.5, 0.7, 0.9])),
        },
    }


def _components(free: np.ndarray) -> np.ndarray:
    """Label the free cells by spreading the smallest cell number until nothing changes; walls get
    -1.
    """
    label = np.where(free, np.arange(free.size).reshape(free.shape), -1)
    while True:
        padded = np.pad(label, 1, constant_values=-1)
        near = [padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:], label]
        spread = np.where(free, np.min([np.where(one < 0, free.size, one) for one in near], axis=0), -1)
        if (spread == label).all():
            return label
        label = spread


def _place(random: np.random.Generator, component: np.ndarray, wanted: int, length: int) -> tuple[list, list]:
    """Distinct starts, distinct first goals, and later goals that may coincide, all reachable."""
    cells = random.permutation(np.argwhere(component >= 0))
    starts = cells[: min(wanted, len(cells) - 1)]
    labels = component[tuple(starts.T)]
    goals = np.zeros((len(starts), length, 2), int)
    for label in np.unique(labels):
        inside = np.argwhere(component == label)
        mine = np.flatnonzero(labels == label)
        goals[mine, 0] = random.permutation(inside)[: len(mine)]
        goals[mine, 1:] = inside[random.integers(len(inside), size=(len(mine), length - 1))]
    return starts.tolist(), goals.tolist()
