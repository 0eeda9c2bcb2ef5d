"""Run folder: config, metrics, timing, TensorBoard events, checkpoints, videos and provenance.

`metrics.csv` has no column that depends on the clock, so two runs with the same learning have the
same file.
"""

import contextlib
import json
import os
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...envs.errors import BadParameter, UserError
from ...envs.utils.files import read_text
from ...envs.utils.yaml_text import MOST_BYTES as MOST_CONFIG
from ...envs.utils.yaml_text import parse_yaml, write_yaml
from .checkpoint import (
    BEST,
    DamagedCheckpoint,
    checkpoint_path,
    list_checkpoints,
    load_checkpoint,
    remove_old,
    save_checkpoint,
)
from .lock import NAME as LOCK
from .lock import RunLock
from .provenance import describe_machine
from .storage import make_folders, remove_folders, write_atomically

METRICS_HEADER = b"step,name,value\n"
TIMING_HEADER = b"step,seconds,env,act,learn,other,steps_per_second\n"
PARTS = ("config.yaml", "meta.json", "metrics.csv", "timing.csv", "checkpoints", "tensorboard", "trackers", LOCK)
"""Files and folders that a run has before its first checkpoint."""
POLICIES, ORIGIN = "policies", "origin.json"
_KEPT = re.compile(rf"files|plugins(-\d+)?|{POLICIES}")
LOGS = ("metrics", "timing")
LOADED = {"learners": dict, "environment": dict, "progress": dict, "logs": dict}
"""Parts of every checkpoint that are read before its shapes are compared with the config's."""


class Run:
    """Run in `folder`."""

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        self.checkpoints = self.folder / "checkpoints"
        self.videos = self.folder / "videos"
        self.metrics = self.folder / "metrics.csv"
        self.timing = self.folder / "timing.csv"
        self.lock = RunLock(self.folder)
        self._made: list[Path] = []

    @classmethod
    def create(cls, folder: str | Path, config: dict[str, Any], files: Mapping[str, bytes] | None = None) -> "Run":
        """Make the folder of a new run, locked for this process.

        Once the folder has its config, `resume` can continue it.

        Args:
            files: what the run keeps, path from its folder to contents.

        A folder whose making was interrupted, or in which nothing was trained yet, is made anew.

        Raises:
            BadParameter: there is something else in the folder.
            RunInUse: another process trains in it.
            OSError: the folder cannot be made or written; nothing of it stays.
        """
        run = cls(folder)
        if os.path.lexists(run.folder):
            run.lock.check()
            run._check_free()
        try:
            run._made = make_folders(run.folder)
            run.lock.take()
            run._check_free()  # again, because another process may have been faster
        except BaseException:
            run.lock.release()
            remove_folders(run._made)
            raise
        try:
            run._clear()
            run.checkpoints.mkdir()
            run.metrics.write_bytes(METRICS_HEADER)
            run.timing.write_bytes(TIMING_HEADER)
            for name, content in (files or {}).items():
                (run.folder / name).parent.mkdir(parents=True, exist_ok=True)
                write_atomically(run.folder / name, content)
            # Last, because a folder is a run once it has its config.
            write_atomically(run.folder / "config.yaml", write_yaml(config).encode())
        except BaseException:
            run.abandon()
            raise
        return run

    @classmethod
    def open(cls, folder: str | Path) -> "Run":
        """Open the run in `folder`. Raises BadParameter if there is none."""
        run = cls(folder)
        if run.is_begun():
            return run
        if run.folder.is_dir() and any(run.folder.iterdir()) and run.is_empty():
            raise BadParameter(
                f"the run in '{folder}' has no config.yaml, because its start was interrupted; nothing was trained, "
                f"so start it again by `stigmergy train ... --run {shlex.quote(str(folder))}`"
            )
        raise BadParameter(
            f"there is no run in '{folder}': it has no config.yaml; a run folder is what `stigmergy train` makes"
        )

    def is_begun(self) -> bool:
        """True if the folder is that of a run that `resume` can continue."""
        return (self.folder / "config.yaml").is_file()

    def is_empty(self) -> bool:
        """True if the folder has only the files that a run has before training."""
        try:
            names = {entry.name.removesuffix(".tmp") for entry in self.folder.iterdir()}
        except FileNotFoundError:
            return True
        if not names <= {LOCK}:
            # `create` makes the checkpoints' folder first. Files without such a folder, or beside
            # files in it, belong to the user.
            known = {name for name in names if name in PARTS or (LOCK in names and _KEPT.fullmatch(name))}
            if names != known or not self.checkpoints.is_dir():
                return False
            if any(not path.name.endswith(".tmp") for path in self.checkpoints.iterdir()):
                return False
        logs = ((self.metrics, METRICS_HEADER), (self.timing, TIMING_HEADER))
        return all(not path.exists() or path.stat().st_size <= len(header) for path, header in logs)

    def _check_free(self) -> None:
        if not self.folder.is_dir() or not self.is_empty():
            raise BadParameter(
                f"the run folder '{self.folder}' is taken; choose another, or go on with it by "
                f"`stigmergy resume {shlex.quote(str(self.folder))}`"
            )

    def begin(self, fingerprint: str | None) -> None:
        """Write the provenance of the run, with the fingerprint of its environment.

        It says where the runs that this one keeps come from.
        """
        origins = sorted((self.folder / POLICIES).glob(f"*/{ORIGIN}"))
        policies = {path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in origins}
        meta = describe_machine(fingerprint) | ({POLICIES: policies} if policies else {})
        write_atomically(self.folder / "meta.json", json.dumps(meta, indent=2).encode())

    def abandon(self) -> None:
        """Remove the files that `create` made, if nothing was trained yet, and release the lock."""
        if self.is_empty():
            self._clear()
        self.lock.release()
        remove_folders(self._made)

    def _clear(self) -> None:
        for path in list(self.folder.iterdir()):
            if path.name == LOCK:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def config(self) -> dict[str, Any]:
        """Resolved config, as plain values. Raises UserError if it cannot be read."""
        path = self.folder / "config.yaml"
        plain = parse_yaml(read_text(path, MOST_CONFIG), f"the config '{path}'")
        if not isinstance(plain, dict):
            raise BadParameter(f"the config '{path}' holds no keys such as environment, task, algorithm")
        return plain

    def meta(self) -> dict[str, Any]:
        """Versions, commit, command line, and the fingerprint of the environment.

        Raises UserError if they cannot be read.
        """
        path = self.folder / "meta.json"
        try:
            return json.loads(read_text(path, MOST_CONFIG))
        except (ValueError, RecursionError) as error:
            raise UserError(f"'{path}' is no JSON: {error}") from error

    def annotate(self, **notes: Any) -> None:
        """Write notes into `meta.json`, or remove those that are None.

        Nothing happens if the file cannot be read or written.
        """
        with contextlib.suppress(UserError, OSError):
            meta = self.meta()
            changed = {name: value for name, value in (meta | notes).items() if value is not None or name not in notes}
            if changed != meta:
                write_atomically(self.folder / "meta.json", json.dumps(changed, indent=2).encode())

    def save(self, update: int, state: dict[str, Any], best: bool = False) -> Path:
        """Write the checkpoint after `update` updates, or the best so far; return its path."""
        path = self.checkpoints / BEST if best else checkpoint_path(self.checkpoints, update)
        save_checkpoint(path, state)
        self.tidy()
        return path

    def tidy(self) -> None:
        """Remove checkpoints that newer ones replaced, and files that a kill left half written."""
        remove_old(self.checkpoints)

    def has_checkpoint(self) -> bool:
        """True if there is a checkpoint from which training can continue, damaged or not.

        The best one does not count: it lacks the experience of learners that keep some.
        """
        return bool(list_checkpoints(self.checkpoints))

    def load(self, which: str = "last") -> tuple[dict[str, Any], list[str]]:
        """Load the checkpoint `last` or `best`, with a sentence for each skipped damaged one.

        Raises:
            UserError: no checkpoint is whole, or there is no best one.
        """
        warnings: list[str] = []
        for path in self._candidates(which):
            try:
                state = load_checkpoint(path)
                _check_structure(path, state)
                return state, warnings
            except DamagedCheckpoint as error:
                warnings.append(str(error))
        if warnings:
            raise UserError(f"no checkpoint of '{self.folder}' can be read: {'; '.join(warnings)}")
        hint = "; its first evaluation wrote a best one" if (self.checkpoints / BEST).exists() else ""
        raise UserError(f"the run '{self.folder}' has no checkpoint yet; it ended before the first was written{hint}")

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


def _check_structure(path: Path, state: dict[str, Any]) -> None:
    """Raise DamagedCheckpoint if a part that every checkpoint has is missing or of another type."""
    for key, kind in LOADED.items():
        if not isinstance(state.get(key), kind):
            raise DamagedCheckpoint(
                f"the checkpoint '{path}' is none of a run: its '{key}' is missing or no {kind.__name__}"
            )
    environment, progress, logs = state["environment"], state["progress"], state["logs"]
    right = (
        isinstance(environment.get("id"), str)
        and isinstance(environment.get("fingerprint"), (str, type(None)))
        and all(type(number) is int and number >= 0 for number in (progress.get("update"), *map(logs.get, LOGS)))
        and isinstance(state.get("unfinished", {}), dict)
    )
    if not right:
        raise DamagedCheckpoint(
            f"the checkpoint '{path}' is none of a run: environment {environment}, progress {progress}, logs {logs}"
        )
