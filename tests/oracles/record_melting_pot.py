"""Record tests/golden/melting_pot.json.gz: what DeepMind's Melting Pot 2.4.1 does in small cases,
and statistics of what is random in it.

    export STIGMERGY_MELTINGPOT=/path/to/dm-meltingpot-2.4.1
    export STIGMERGY_MELTINGPOT_PYTHON=/path/to/venv/bin/python
    python -m tests.oracles.record_melting_pot

from the root of the repository; README.md beside this file says how to come by both. It takes about
seven minutes.

The file holds {"cases": [{"case", "result", "varies"}], "tables": {name: table}}. Case and result
are described in melting_pot_driver.py; `varies` lists the columns that are not the same with other
seeds of the engine. Each table is described where it is counted, in melting_pot_tables.py.
"""

import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from .melting_pot_cases import Case, footprints, moves, zaps
from .melting_pot_tables import TABLES
from .melting_pot_task_cases import allelopathic, clean_up, coins, crowds, harvest, matrix

GOLDEN = Path(__file__).parents[1] / "golden" / "melting_pot.json.gz"
DRIVER = Path(__file__).with_name("melting_pot_driver.py")
PYTHON_VARIABLE, SOURCES_VARIABLE = "STIGMERGY_MELTINGPOT_PYTHON", "STIGMERGY_MELTINGPOT"
OTHER_SEEDS = (11, 12, 13, 14)
CROWDS, KEPT = 45, 10


def play(cases: list[Case], python: str) -> list[dict[str, Any]]:
    """The results of `cases` in Melting Pot, as described in melting_pot_driver.py."""
    answer = subprocess.run([python, str(DRIVER)], input=json.dumps(cases), capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise RuntimeError(f"{python} {DRIVER.name} failed:\n{answer.stderr}")
    return json.loads(answer.stdout.splitlines()[-1])


def record(cases: list[Case], python: str) -> list[dict[str, Any]]:
    """Cases with their results, and what varies in these."""
    first = play(cases, python)
    others = [play([{**case, "seed": seed} for case in cases], python) for seed in OTHER_SEEDS]
    recording = []
    for k, (case, result) in enumerate(zip(cases, first)):
        varies = [
            name
            for name in result
            if name != "maps" and any(seen(name, other[k]) != seen(name, result) for other in others)
        ]
        recording.append({"case": case, "result": result, "varies": varies})
    return recording


def seen(name: str, result: dict[str, Any]) -> Any:
    """A column; maps as they look, events of a frame without their order."""
    if name == "map":
        return [result["maps"][number] for number in result["map"]]
    if name == "events":
        return [sorted(map(json.dumps, events)) for events in result["events"]]
    return result.get(name)


def keep_steady(recording: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first crowds of each task whose course is the same with all seeds."""
    kept: Counter[str] = Counter()
    steady = []
    for entry in recording:
        task = entry["case"]["name"].split("/")[0]
        if not entry["varies"] and kept[task] < KEPT:
            kept[task] += 1
            steady.append(entry)
    return steady


def main() -> None:
    """Play, count and write."""
    python = os.environ.get(PYTHON_VARIABLE)
    if python is None or SOURCES_VARIABLE not in os.environ:
        sys.exit(
            f"{PYTHON_VARIABLE} must name a Python that has dmlab2d, {SOURCES_VARIABLE} the unpacked dm-meltingpot 2.4.1"
        )
    cases = [*moves(), *footprints(), *zaps(), *clean_up(), *harvest(), *allelopathic(), *coins(), *matrix()]
    assert len({case["name"] for case in cases}) == len(cases)
    recording = record(cases, python) + keep_steady(record(crowds(np.random.default_rng(20), CROWDS), python))
    tables = {name: count(play(make(), python)) for name, (make, count) in TABLES.items()}
    text = json.dumps({"cases": recording, "tables": tables}, separators=(",", ":"))
    GOLDEN.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{len(recording)} cases, {len(tables)} tables, {GOLDEN.stat().st_size} bytes")


if __name__ == "__main__":
    main()
