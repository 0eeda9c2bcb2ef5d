"""Train configs by the command line of whichever stigmergy Python finds, and write down what came
out.

`python -P driver.py FOLDER` reads FOLDER/cases.json, the configs by name, and writes
FOLDER/traces.json. It runs at revisions of any age. So it takes nothing from the library but
`python -m stigmergy` and the files of a run: it knows no module, no class, and no name of a
parameter.
"""

import contextlib
import csv
import hashlib
import io
import json
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch


def main(folder: Path) -> None:
    """Train every case, one after the other."""
    status, listed = command("list")
    if status:
        raise SystemExit(listed)
    known = sorted({line.split()[0] for line in listed.splitlines() if line.strip()})
    traces = {}
    for number, (name, config) in enumerate(json.loads((folder / "cases.json").read_text()).items()):
        (folder / f"{number}.yaml").write_text(json.dumps(config))  # JSON is YAML
        run = folder / f"run{number}"
        status, said = command("train", str(folder / f"{number}.yaml"), "--run", str(run))
        traces[name] = {"failure": f"status {status}: {said[-1000:]}"} if status else read_run(run)
    (folder / "traces.json").write_text(json.dumps({"stigmergy": place(), "known": known, "traces": traces}))


def command(*arguments: str) -> tuple[int, str]:
    """The exit status of `stigmergy ARGUMENTS`, and all that it printed."""
    said, argv = io.StringIO(), sys.argv
    sys.argv = ["stigmergy", *arguments]
    status: Any = 0
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            runpy.run_module("stigmergy", run_name="__main__")
    except SystemExit as leaving:
        status = leaving.code
    finally:
        sys.argv = argv
    return (status if isinstance(status, int) else int(status is not None)), said.getvalue()


def place() -> str:
    """The folder of the package that ran."""
    return str(Path(sys.modules["stigmergy"].__file__ or "").parent)


def read_run(run: Path) -> dict[str, Any]:
    """Sorted digests of the arrays of the learners and of the rest of the last checkpoint, and
    metrics by name.
    """
    (*_, last) = sorted((run / "checkpoints").glob("[0-9]*.checkpoint"))
    content = last.read_bytes()
    archive = content[content.index(b"PK\x03\x04") :]  # behind a checksum
    state = torch.load(io.BytesIO(archive), map_location="cpu", weights_only=True)
    learners = state.pop("learners")
    metrics: dict[str, list[list[str]]] = {}
    with open(run / "metrics.csv", newline="") as file:
        for row in csv.DictReader(file):
            metrics.setdefault(row["name"], []).append([row["step"], row["value"]])
    return {"learners": sorted(digests(learners)), "rest": sorted(digests(state)), "metrics": metrics}


def digests(value: Any) -> Iterator[str]:
    """SHA-256 of the type, shape and bytes of each tensor in nested dicts and lists, whatever it is
    called.
    """
    if isinstance(value, dict):
        for item in value.values():
            yield from digests(item)
    elif isinstance(value, list):
        for item in value:
            yield from digests(item)
    elif isinstance(value, torch.Tensor):
        about = f"{value.dtype}{tuple(value.shape)}".encode()
        yield hashlib.sha256(about + value.contiguous().numpy().tobytes()).hexdigest()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
