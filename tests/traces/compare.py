"""Install another revision, train the cases there and here, and name the differences."""

import contextlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.traces.cases import Config, algorithms

ROOT = Path(__file__).parents[2]
DRIVER = Path(__file__).with_name("driver.py")
Trace = dict[str, Any]


class Failed(Exception):
    """A program that the comparison needs failed."""


@dataclass(frozen=True)
class Verdict:
    """The outcome of one case."""

    word: str
    """`equal`, `new` or `DIFFERENT`."""
    reason: str = ""


def commit_of(revision: str, root: Path = ROOT) -> str:
    """Return the commit of `revision` in the repository `root`. Raises Failed if there is none."""
    wanted = f"{revision}^{{commit}}"
    return run_program("git", "-C", str(root), "rev-parse", "--verify", "--end-of-options", wanted).strip()


def installed(commit: str, root: Path = ROOT) -> Path:
    """Install the package `stigmergy` of a commit into a folder for PYTHONPATH, and return the
    folder.

    It is kept in the user's cache, because older revisions keep their compiled kernels beside their
    sources.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stigmergy" / "traces"
    folder = cache / commit
    if not folder.is_dir():
        with tempfile.TemporaryDirectory() as temporary:
            sources, archive = Path(temporary, "sources"), Path(temporary, "sources.tar")
            run_program("git", "-C", str(root), "archive", "--output", str(archive), commit)
            with tarfile.open(archive) as tar:
                tar.extractall(sources, filter="data")
            cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=cache) as unfinished:
                install(sources, Path(unfinished, "package"))
                with contextlib.suppress(OSError):  # another process was quicker
                    Path(unfinished, "package").rename(folder)
    return folder


def install(sources: Path, folder: Path) -> None:
    """Install the package of `sources` into `folder`, without its dependencies: this interpreter
    has them.
    """
    run_program(
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"),
        *("--no-build-isolation", "--target", str(folder), str(sources)),
    )


def run_program(*command: str, **options: Any) -> str:
    """Return what a program prints. Raises Failed with what it said if it fails."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    except OSError as error:
        raise Failed(f"{command[0]}: {error.strerror}") from error
    if result.returncode:
        raise Failed(f"{' '.join(command)}: status {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def train(cases: dict[str, Config], package: Path = ROOT) -> Trace:
    """Train the cases by the package in the folder `package`; returns what the driver wrote.

    Raises:
        Failed: the driver failed, or Python found another package.
    """
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "cases.json").write_text(json.dumps(cases))
        path = os.pathsep.join([str(package), *filter(None, [os.environ.get("PYTHONPATH")])])
        threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
        variables = os.environ | threads | {"PYTHONPATH": path, "COLUMNS": "300"}
        run_program(sys.executable, "-P", str(DRIVER), folder, cwd=folder, env=variables)
        trained: Trace = json.loads(Path(folder, "traces.json").read_text())
    if Path(trained["stigmergy"]).resolve() != (package / "stigmergy").resolve():
        raise Failed(f"{trained['stigmergy']} was trained with, not the package in {package}")
    return trained


def verdicts(cases: dict[str, Config], there: Trace, here: Trace) -> dict[str, Verdict]:
    """Compare what was trained at another revision with what was trained here, case by case."""
    found = {}
    for name, config in cases.items():
        unknown = sorted(algorithms(config) - set(there["known"]))
        if unknown and "failure" not in here["traces"][name]:
            found[name] = Verdict("new", f"{', '.join(unknown)} is not there")
        else:
            reasons = differences(there["traces"][name], here["traces"][name])
            found[name] = Verdict("DIFFERENT" if reasons else "equal", "; ".join(reasons) or notes(there, here, name))
    return found


def differences(there: Trace, here: Trace) -> list[str]:
    """Name what differs in the arrays of the learners, and in the metrics that both have."""
    failures = [f"{where}: {run['failure']}" for where, run in (("there", there), ("here", here)) if "failure" in run]
    if failures:
        return failures
    reasons = []
    missing, more = unmatched(there["learners"], here["learners"])
    if missing or more:
        reasons.append(f"{missing} of {len(there['learners'])} arrays of the learners changed, {more} came")
    common = [name for name in there["metrics"] if name in here["metrics"]]
    changed = [name for name in common if there["metrics"][name] != here["metrics"][name]]
    if changed or not common:
        reasons.append(f"{len(changed)} of {len(common)} common metrics changed: {', '.join(changed)}")
    return reasons


def notes(there: Trace, here: Trace, name: str) -> str:
    """Say what of an equal case was not compared, or is not a matter of learning."""
    old, new = there["traces"][name], here["traces"][name]
    gone = sorted(old["metrics"].keys() - new["metrics"].keys())
    came = sorted(new["metrics"].keys() - old["metrics"].keys())
    missing, more = unmatched(old["rest"], new["rest"])
    parts = [
        f"{len(old['learners'])} arrays, {len(old['metrics'].keys() & new['metrics'].keys())} metrics",
        f"metrics not here: {', '.join(gone)}" if gone else "",
        f"metrics not there: {', '.join(came)}" if came else "",
        f"state beside learners: {missing} of {len(old['rest'])} arrays changed, {more} came"
        if missing or more
        else "",
    ]
    return "; ".join(filter(None, parts))


def unmatched(there: list[str], here: list[str]) -> tuple[int, int]:
    """Count the digests of `there` that `here` lacks, and the other way round, each as often as it
    stands.
    """
    old, new = Counter(there), Counter(here)
    return (old - new).total(), (new - old).total()
