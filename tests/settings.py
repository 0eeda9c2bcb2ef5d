"""Run the tests under the settings of other machines, one after the other.

    python -m tests.settings [--only NAME ...] [PYTEST ARGUMENTS ...]

What passes here does not hang on the processor's float kernels, on threads, on other work, on the
order of the tests, or on language, zone, terminal and home of the user. It prints a table in the
end; the exit status is 1 where anything failed.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
PARALLEL = ("-n", "auto", "--dist", "loadgroup", "--no-loadscope-reorder")


@dataclass(frozen=True)
class Setting:
    """Environment of a run of the tests."""

    variables: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = PARALLEL
    busy: bool = False
    """With two programs per core beside it that never rest."""
    one_core: bool = False
    stranger: bool = False
    """With an empty home, and without git."""


def threads(number: int) -> dict[str, str]:
    """Variables that set the threads of all libraries."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
    return dict.fromkeys(names, str(number))


NO_FMA = {
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX2,-FMA,-FMA4",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR AVX2 FMA3 AVX512F AVX512_SKX",
}
"""Another libm, and other loops of NumPy: without fused multiplications."""

SETTINGS = {
    "torch-default": Setting({"ATEN_CPU_CAPABILITY": "default"}),
    "products-sse4": Setting({"ONEDNN_MAX_CPU_ISA": "SSE41", "MKL_ENABLE_INSTRUCTIONS": "SSE4_2"}),
    "libm-no-fma": Setting(NO_FMA),
    "numba-generic": Setting({"NUMBA_CPU_NAME": "generic"}),
    "one-thread": Setting(threads(1)),
    "two-threads": Setting(threads(2)),
    "one-core": Setting(arguments=(), one_core=True),
    "shuffled": Setting(arguments=(*PARALLEL, "--shuffle", "new")),
    "one-process-shuffled": Setting(arguments=("--shuffle", "new")),
    "busy": Setting(busy=True),
    "stranger": Setting(
        {"LC_ALL": "C", "LANG": "C", "TZ": "Pacific/Kiritimati", "TERM": "dumb", "COLUMNS": "60", "NO_COLOR": "1"},
        stranger=True,
    ),
}
"""Each differs from this machine in one way."""


@contextlib.contextmanager
def other_work(programs: int) -> Iterator[None]:
    """Programs that never rest."""
    running = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(programs)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def programs_without(name: str, folder: Path) -> str:
    """A PATH on which all programs of this one are but those whose names begin with `name`."""
    folder.mkdir()
    for place in os.environ["PATH"].split(os.pathsep):
        for program in Path(place).iterdir() if Path(place).is_dir() else ():
            if not program.name.startswith(name):
                with contextlib.suppress(FileExistsError):  # the first on the PATH counts
                    (folder / program.name).symlink_to(program)
    return str(folder)


def environment(setting: Setting, home: Path) -> dict[str, str]:
    """The environment variables of a run, which may use the folder `home`."""
    variables = dict(os.environ)
    if setting.stranger:
        cache = Path(variables.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stigmergy" / "kernels"
        variables.setdefault("NUMBA_CACHE_DIR", str(cache))  # a home without compiled kernels would take half an hour
        variables |= {"HOME": str(home), "PATH": programs_without("git", home / "programs")}
    return variables | setting.variables


def run(name: str, arguments: list[str]) -> tuple[str, int]:
    """Run the tests under a setting; returns a row of the table and pytest's exit status."""
    setting, start = SETTINGS[name], time.monotonic()
    only = {min(os.sched_getaffinity(0))} if setting.one_core and hasattr(os, "sched_setaffinity") else None
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        report = Path(folder, "report.xml")
        command = [sys.executable, "-m", "pytest", "-q", "-m", "not slow", *setting.arguments, f"--junitxml={report}"]
        if setting.busy:
            stack.enter_context(other_work(2 * (os.cpu_count() or 1)))
        status = subprocess.run(
            [*command, *arguments],
            cwd=ROOT,
            env=environment(setting, Path(folder)),
            preexec_fn=None if only is None else lambda: os.sched_setaffinity(0, only),
        ).returncode
        counts = ET.parse(report).getroot()[0].attrib if report.exists() else {}
    failed = int(counts.get("failures", 0)) + int(counts.get("errors", 0))
    passed = int(counts.get("tests", 0)) - failed - int(counts.get("skipped", 0))
    word = "ok" if status == 0 else f"status {status}"
    return f"{name:<22}{passed:>7}{failed:>8}{time.monotonic() - start:>9.0f}  {word}", status


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=SETTINGS, help="one setting; may be given several times")
    chosen, arguments = parser.parse_known_args()
    rows, worst = [], 0
    for name in chosen.only or SETTINGS:
        print(f"\n=== {name}", flush=True)
        row, status = run(name, arguments)
        rows.append(row)
        worst = max(worst, int(status != 0))
    print("\n".join(["", f"{'setting':<22}{'passed':>7}{'failed':>8}{'seconds':>9}", *rows]))
    return worst


if __name__ == "__main__":
    sys.exit(main())
