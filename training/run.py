"""A run is a folder: the resolved config, metrics, timing, TensorBoard events, checkpoints, videos, and where it came from.

`metrics.csv` holds nothing that depends on the clock, so that two runs that learnt the same have the same file.
"""

import csv
import io
import json
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import yaml

from ..envs.errors import BadParameter, UserError
from .checkpoint import (
    BEST,
    SUFFIX,
    DamagedCheckpoint,
    checkpoint_path,
    list_checkpoints,
    load_checkpoint,
    remove_old,
    save_checkpoint,
    write_atomically,
)

PACKAGES = ("stigmergy", "torch", "numpy", "numba", "pettingzoo", "gymnasium")
METRICS_HEADER = b"step,name,value\n"
TIMING_HEADER = b"step,seconds,env,act,learn,other,steps_per_second\n"


class Run:
    """The run in `folder`."""

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        self.checkpoints = self.folder / "checkpoints"
        self.videos = self.folder / "videos"
        self.metrics = self.folder / "metrics.csv"
        self.timing = self.folder / "timing.csv"
        self.events = self.folder / "tensorboard"

    @classmethod
    def create(
        cls,
        folder: str | Path,
        config: dict[str, Any],
        fingerprint: str | None,
        files: Mapping[str, bytes] | None = None,
    ) -> "Run":
        """Make the folder of a new run, with `files` (path in it to contents). Raises BadParameter if there is something in it already."""
        run = cls(folder)
        if run.folder.exists() and (not run.folder.is_dir() or any(run.folder.iterdir())):
            raise BadParameter(
                f"the run folder '{folder}' is taken; choose another, or go on with it by `stigmergy resume {shlex.quote(str(folder))}`"
            )
        run.checkpoints.mkdir(parents=True)
        write_atomically(run.folder / "meta.json", json.dumps(describe_machine(fingerprint), indent=2).encode())
        run.metrics.write_bytes(METRICS_HEADER)
        run.timing.write_bytes(TIMING_HEADER)
        for name, content in (files or {}).items():
            (run.folder / name).parent.mkdir(parents=True, exist_ok=True)
            write_atomically(run.folder / name, content)
        # Last, because a folder is a run once it has its config.
        write_atomically(run.folder / "config.yaml", yaml.safe_dump(config, sort_keys=False).encode())
        return run

    @classmethod
    def open(cls, folder: str | Path) -> "Run":
        """The run that lies in `folder`. Raises BadParameter if there is none."""
        run = cls(folder)
        if not (run.folder / "config.yaml").is_file():
            raise BadParameter(
                f"there is no run in '{folder}': it has no config.yaml; a run folder is what `stigmergy train` makes"
            )
        return run

    def config(self) -> dict[str, Any]:
        """The resolved config, as plain values."""
        return yaml.safe_load((self.folder / "config.yaml").read_text())

    def meta(self) -> dict[str, Any]:
        """Versions, commit, command line, and the fingerprint of the environment."""
        return json.loads((self.folder / "meta.json").read_text())

    def save(self, update: int, state: dict[str, Any], best: bool = False) -> None:
        """Write the checkpoint after `update` updates, or the best so far."""
        save_checkpoint(self.checkpoints / BEST if best else checkpoint_path(self.checkpoints, update), state)
        remove_old(self.checkpoints)

    def has_checkpoint(self) -> bool:
        """Whether any checkpoint was written, whole or not."""
        return any(self.checkpoints.glob(f"*{SUFFIX}"))

    def load(self, which: str = "last") -> tuple[dict[str, Any], list[str]]:
        """The checkpoint `last` or `best`, and a sentence for each damaged one that was passed over.

        Raises:
            UserError: no checkpoint is whole, or there is no best one.
        """
        warnings: list[str] = []
        for path in self._candidates(which):
            try:
                return load_checkpoint(path), warnings
            except DamagedCheckpoint as error:
                warnings.append(str(error))
        if warnings:
            raise UserError(f"no checkpoint of '{self.folder}' can be read: {'; '.join(warnings)}")
        raise UserError(f"the run '{self.folder}' has no checkpoint yet; it ended before the first was written")

    def _candidates(self, which: str) -> Iterator[Path]:
        if which not in ("last", "best"):
            raise BadParameter(f"checkpoint is '{which}'; allowed is last or best")
        best = self.checkpoints / BEST
        if which == "best":
            if not best.exists():
                raise UserError(
                    f"the run '{self.folder}' has no best checkpoint, which the first evaluation during training writes; ask for last"
                )
            yield best
        yield from list_checkpoints(self.checkpoints)


class CsvLog:
    """Appends rows to a CSV file, and can go back to an earlier length."""

    def __init__(self, path: Path, keep: int | None = None):
        self._file = open(path, "r+b")  # noqa: SIM115 (closed by `close`)
        if keep is not None:
            self._file.truncate(keep)
        self._file.seek(0, os.SEEK_END)

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Append rows; fields that hold a comma, a quote or a line break are quoted."""
        text = io.StringIO()
        # With this line end the writer quotes both kinds of line breaks; the file keeps its plain one.
        writer = csv.writer(text, lineterminator="\r\n")
        for row in rows:
            writer.writerow(row)
            self._file.write(text.getvalue().removesuffix("\r\n").encode() + b"\n")
            text.seek(0)
            text.truncate()
        self._file.flush()

    def position(self) -> int:
        """Bytes so far, once they are safe on the disk."""
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def describe_machine(fingerprint: str | None) -> dict[str, Any]:
    """Where a run comes from."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "unknown"
    return {
        "fingerprint": fingerprint,
        "command": sys.argv,
        "versions": versions,
        "python": platform.python_version(),
        "machine": platform.platform(),
        "git_commit": _git_commit(),
    }


def _git_commit() -> str | None:
    """The commit of the working directory, marked if files differ from it; None outside a repository."""
    try:
        head = subprocess.run(
            ["git", "rev-parse", "HEAD"], capture_output=True, text=True, timeout=10, check=True
        ).stdout.strip()
        changed = subprocess.run(
            ["git", "status", "--porcelain"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return head + ("-dirty" if changed else "")
