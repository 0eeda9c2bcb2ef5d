"""Record tests/golden/pogema.json.gz: random cases and what pogema 1.4.0 did in them.

    STIGMERGY_POGEMA_PYTHON=/path/to/pogema-venv/bin/python python -m tests.oracles.record_pogema

from the root of the repository; README.md beside this file says how to build that virtual
environment. The cases are a function of the seed below alone.
"""

import gzip
import json
import sys
from pathlib import Path

import numpy as np

from tests.oracles.pogema_cases import MODES, PYTHON_VARIABLE, SYSTEMS, draw_cases, oracle_python, play

GOLDEN = Path(__file__).parents[1] / "golden" / "pogema.json.gz"
SEED = 20240
CASES_EACH = 32


def record(python: str) -> list[dict]:
    """Cases for each collision system and mode, with their results."""
    random = np.random.default_rng(SEED)
    cases = [case for system in SYSTEMS for mode in MODES for case in draw_cases(random, system, mode, CASES_EACH)]
    return [{"case": case, "result": result} for case, result in zip(cases, play(cases, python))]


if __name__ == "__main__":
    python = oracle_python()
    if python is None:
        sys.exit(f"{PYTHON_VARIABLE} is not set; it must name a Python that has pogema 1.4.0")
    text = json.dumps(record(python), separators=(",", ":"))
    GOLDEN.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{GOLDEN}: {GOLDEN.stat().st_size} bytes")
