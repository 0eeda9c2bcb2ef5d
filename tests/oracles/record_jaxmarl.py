"""Record tests/golden/jaxmarl.json.gz: random courses of simple_spread and simple_tag in JaxMARL
0.2.0.

    STIGMERGY_JAXMARL_PYTHON=/path/to/jaxmarl-venv/bin/python python -m tests.oracles.record_jaxmarl

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
DRIVER = Path(__file__).with_name("jaxmarl_driver.py")
GOLDEN = Path(__file__).parents[1] / "golden" / "jaxmarl.json.gz"
TASK = {"steps": 40, "seeds": [0, 1, 2, 3]}


if __name__ == "__main__":
    python = os.environ.get(PYTHON_VARIABLE)
    if python is None:
        sys.exit(f"{PYTHON_VARIABLE} is not set; it must name a Python that has jaxmarl 0.2.0")
    answer = subprocess.run([python, str(DRIVER)], input=json.dumps(TASK), capture_output=True, text=True, check=True)
    courses = json.loads(answer.stdout.splitlines()[-1])
    GOLDEN.write_bytes(gzip.compress(json.dumps(courses).encode(), mtime=0))
    print(f"{len(courses)} courses of {TASK['steps']} steps, {GOLDEN.stat().st_size} bytes")
