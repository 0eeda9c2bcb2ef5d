"""Record tests/golden/ma_gym.json.gz: random cases of switch and checkers, and what ma-gym 0.0.14
did in them.

    STIGMERGY_MA_GYM_PYTHON=/path/to/ma-gym-venv/bin/python python -m tests.oracles.record_ma_gym

from the root of the repository; README.md beside this file says how to build that virtual
environment. The cases are a function of the seed below alone.
"""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

PYTHON_VARIABLE = "STIGMERGY_MA_GYM_PYTHON"
DRIVER = Path(__file__).with_name("ma_gym_driver.py")
GOLDEN = Path(__file__).parents[1] / "golden" / "ma_gym.json.gz"
SEED = 20240
KINDS: tuple[tuple[str, dict[str, Any], int], ...] = (
    ("switch", {"n_agents": 2, "step_cost": -0.1}, 48),
    ("switch", {"n_agents": 3, "step_cost": -0.1, "clock": False}, 24),
    ("switch", {"n_agents": 4, "step_cost": -0.1}, 48),
    ("switch", {"n_agents": 4, "step_cost": -0.1, "full_observable": True, "max_steps": 30}, 24),
    ("checkers", {}, 40),
    ("checkers", {"clock": True, "full_observable": True, "max_steps": 30}, 32),
)


def draw_cases(random: np.random.Generator) -> list[dict[str, Any]]:
    """Cases of every kind; how eager the agents are changes on the way, so that they get out of
    each other's way now and then.
    """
    return [
        {
            "task": task,
            "parameters": parameters,
            "seed": int(random.integers(2**31)),
            "eagerness": random.choice(
                [0.0, 0.3, 0.8, 0.95] if task == "switch" else [0.0, 0.3, 0.6], (parameters.get("n_agents", 2), 6)
            ).tolist(),
        }
        for task, parameters, count in KINDS
        for _ in range(count)
    ]


def play(cases: list[dict[str, Any]], python: str) -> list[dict[str, Any]]:
    """The results of `cases` on ma-gym, as described in ma_gym_driver.py."""
    answer = subprocess.run([python, str(DRIVER)], input=json.dumps(cases), capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise RuntimeError(f"{python} {DRIVER.name} failed:\n{answer.stderr}")
    return json.loads(answer.stdout)


if __name__ == "__main__":
    python = os.environ.get(PYTHON_VARIABLE)
    if python is None:
        sys.exit(f"{PYTHON_VARIABLE} is not set; it must name a Python that has ma-gym 0.0.14")
    cases = draw_cases(np.random.default_rng(SEED))
    records = [{"case": case, "result": result} for case, result in zip(cases, play(cases, python))]
    GOLDEN.write_bytes(gzip.compress(json.dumps(records, separators=(",", ":")).encode(), mtime=0))
    steps = sum(len(record["result"]["actions"]) for record in records)
    print(f"{GOLDEN}: {len(records)} cases, {steps} steps, {GOLDEN.stat().st_size} bytes")
