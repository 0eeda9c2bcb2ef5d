"""Record tests/golden/swarmbench.json.gz: random cases and what SwarmBench did in them.

    export STIGMERGY_SWARMBENCH=/path/to/checkout
    export STIGMERGY_SWARMBENCH_PYTHON=/path/to/venv/bin/python
    python -m tests.oracles.record_swarmbench

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

GOLDEN = Path(__file__).parents[1] / "golden" / "swarmbench.json.gz"
DRIVER = Path(__file__).with_name("swarmbench_driver.py")
PYTHON_VARIABLE, CHECKOUT_VARIABLE = "STIGMERGY_SWARMBENCH_PYTHON", "STIGMERGY_SWARMBENCH"
SEED = 20241
TASKS = ("Transport", "Flocking", "Pursuit", "Synchronization", "Foraging")
SIZES = dict.fromkeys(TASKS, ((10, 10), (8, 12), (10, 10), (12, 9))) | {
    "Foraging": ((10, 10), (12, 12), (10, 10), (14, 14))  # on others the benchmark mixes up rows and columns
}
CROWDS = (4, 10, 24, 7, 10, 6, 10, 16)
ROUNDS = 60
LEANS = dict.fromkeys(TASKS, (0.5, 0.8, 0.3, 0.95)) | {
    "Transport": (0.8, 0.95, 0.9, 0.95),
    "Foraging": (0.8, 0.95, 0.6, 0.9),
}
PUSHES = 600
BOXES = ((4, 5), (4, 5), (5, 4), (5, 4), (5, 4), (5, 4), (4, 5), (4, 5))
Case = dict[str, Any]


def draw_cases(random: np.random.Generator) -> list[Case]:
    """Eight cases of each task, sparse and crowded, then single rounds of pushing."""
    tasks = [_draw_task(random, name, k) for name in TASKS for k in range(len(CROWDS))]
    return tasks + [_draw_push(random) for _ in range(PUSHES)]


def _draw_task(random: np.random.Generator, name: str, k: int) -> Case:
    height, width = SIZES[name][k % 4]
    return {
        "task": name,
        "seed": int(random.integers(2**31)),
        "height": height,
        "width": width,
        "num_agents": CROWDS[k],
        "rounds": ROUNDS,
        "near": k % 2 == 1,
        "policy": {"seed": int(random.integers(2**31)), "lean": LEANS[name][k % 4]},
    }


def _draw_push(random: np.random.Generator) -> Case:
    """A small board with or without walls and box, some of it crowded; many of the actions go the
    same way.
    """
    height, width = (int(side) for side in random.integers(5, 10, size=2))
    with_box = random.random() < 0.6  # which seldom moves but on an open board where nearly everyone pushes
    walls = random.random((height, width)) < random.choice([0.0, 0.02] if with_box else [0.0, 0.05, 0.15])
    if random.random() < 0.3:
        walls[[0, -1]] = walls[:, [0, -1]] = True
    box, taken = None, walls.copy()
    if with_box:
        template = int(random.integers(len(BOXES)))
        rows, columns = BOXES[template]
        box = {
            "template": template,
            # The last rows and columns leave part of the box outside.
            "cell": [int(random.integers(height - rows + 2)), int(random.integers(width - columns + 2))],
        }
        top, left = box["cell"]
        walls[top : top + rows, left : left + columns] = False
        taken = walls.copy()
        taken[top : top + rows, left : left + columns] = True
    free = random.permutation(np.argwhere(~taken))
    count = max(1, int(len(free) * random.choice([0.5, 0.8, 1.0] if with_box else [0.2, 0.5, 0.8])))
    crowd, anything = random.choice(list("UDLR")), random.choice(list("UDLR."), size=count)
    follow = random.random(count) < random.choice([0.6, 0.8, 0.95] if with_box else [0.4, 0.8])
    return {
        "task": "physics",
        "walls": ["".join(".W"[int(cell)] for cell in row) for row in walls],
        "agents": free[:count].tolist(),
        "box": box,
        "actions": "".join(np.where(follow, crowd, anything)),
    }


def play(cases: list[Case], python: str) -> list[dict[str, Any]]:
    """The results of `cases` on SwarmBench, as described in swarmbench_driver.py."""
    answer = subprocess.run([python, str(DRIVER)], input=json.dumps(cases), capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise RuntimeError(f"{python} {DRIVER.name} failed:\n{answer.stderr}")
    return json.loads(answer.stdout)


def main() -> None:
    """Play and write."""
    python = os.environ.get(PYTHON_VARIABLE)
    if python is None or CHECKOUT_VARIABLE not in os.environ:
        sys.exit(
            f"{PYTHON_VARIABLE} must name a Python that has pulp and scipy, {CHECKOUT_VARIABLE} a checkout of SwarmBench"
        )
    cases = draw_cases(np.random.default_rng(SEED))
    recording = [{"case": case, "result": result} for case, result in zip(cases, play(cases, python))]
    GOLDEN.write_bytes(gzip.compress(json.dumps(recording, separators=(",", ":")).encode(), mtime=0))
    print(f"{GOLDEN}: {GOLDEN.stat().st_size} bytes")


if __name__ == "__main__":
    main()
