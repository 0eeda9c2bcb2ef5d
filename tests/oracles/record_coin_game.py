"""Record tests/golden/coin_game.json.gz: random courses of JaxMARL 0.2.0's coin game.

    export STIGMERGY_JAXMARL_PYTHON=/path/to/jaxmarl-venv/bin/python
    python -m tests.oracles.record_coin_game

from the root of the repository; README.md beside this file says how to build that virtual
environment.
"""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

PYTHON_VARIABLE = "STIGMERGY_JAXMARL_PYTHON"
DRIVER = Path(__file__).with_name("coin_game_driver.py")
GOLDEN = Path(__file__).parents[1] / "golden" / "coin_game.json.gz"
UNEVEN = [[2.0, 0.5, -3.0], [1.5, 1.0, -1.0]]
OPTIONS = [
    {},
    {},
    {"egocentric": True},
    {"shared_rewards": True},
    {"payoff_matrix": UNEVEN},
    {"payoff_matrix": UNEVEN, "egocentric": True, "shared_rewards": True},
]
TASK = {"steps": 300, "cases": [{"seed": k, "options": options} for k, options in enumerate(OPTIONS)]}


if __name__ == "__main__":
    python = os.environ.get(PYTHON_VARIABLE)
    if python is None:
        sys.exit(f"{PYTHON_VARIABLE} is not set; it must name a Python that has jaxmarl 0.2.0")
    answer = subprocess.run([python, str(DRIVER)], input=json.dumps(TASK), capture_output=True, text=True, check=True)
    courses = json.loads(answer.stdout.splitlines()[-1])
    GOLDEN.write_bytes(gzip.compress(json.dumps(courses).encode(), mtime=0))
    print(f"{len(courses)} courses of {TASK['steps']} steps, {GOLDEN.stat().st_size} bytes")
