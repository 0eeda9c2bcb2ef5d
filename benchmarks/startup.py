"""Seconds from the command to the first update, with no compiled kernels and with all of them."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

STEPS = 4096
"""One update of the default experiment."""
IMPORTS = {
    "import torch": "import torch",
    "import numba": "import numba",
    "all imports of the command": "import stigmergy.commands.train",
}
"""Name of a part to a program that has it alone."""


@dataclass(frozen=True)
class Start:
    """Cost of one process."""

    seconds: float
    """By the clock, until its first update, or its end if it has none."""
    cpu_seconds: float
    """Of all its threads, until its end."""


def measure() -> dict[str, Start]:
    """Starts of `stigmergy train` in an empty folder: cold, warm, and the imports alone."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["-m", "stigmergy", "train", "--training.total-steps", str(STEPS), "--run"]
        starts = {name: _start([*command, name], folder) for name in ("without kernels", "with kernels")}
        return starts | {name: _start(["-c", program], folder) for name, program in IMPORTS.items()}


def _start(arguments: list[str], folder: str) -> Start:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(Path(folder) / "kernels"), "PYTHONUNBUFFERED": "1"}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    before, begin, first = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter(), None
    with subprocess.Popen(
        [sys.executable, *arguments], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("update") and first is None:
                first = time.perf_counter() - begin
    if process.returncode:
        raise RuntimeError(f"{' '.join(arguments)} ended with status {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Start(first or time.perf_counter() - begin, used)
