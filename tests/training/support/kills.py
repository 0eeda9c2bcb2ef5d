"""Program that trains in children and sends them a signal at every file operation of a run.

`python -m tests.training.support.kills FOLDER EVALUATION_INTERVAL CHECKPOINT_INTERVAL SIGNAL BIRTH`
prints a line of JSON: how many operations there were, and those after which a resumed run was not
bit-identical to one that was left alone. Each child is a fork of this process, which has no threads
of its own.
"""

import builtins
import contextlib
import hashlib
import io
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from stigmergy.cli.entry import main
from stigmergy.training.runs.checkpoint import list_checkpoints, load_checkpoint
from stigmergy.training.runs.logs import CsvLog

from .small import CONFIG, digest, write_config

CHANGES = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.truncate", "shutil.rmtree"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Killer:
    """Counter of file operations below `folder`.

    The process `number` gets the signal just before the operation `last`.

    With SIGKILL half of what a new file, or rows for a log, should hold is lost.
    """

    def __init__(self, folder: Path, last: int, number: int):
        self.folder, self.last, self.count, self.number = str(folder), last, 0, number
        self.names: list[str] = []

    def watch(self) -> None:
        sys.addaudithook(self._audit)
        sync, write = os.fsync, CsvLog.write

        def torn_sync(descriptor: int) -> None:
            name = os.readlink(f"/proc/self/fd/{descriptor}")
            if self._next("fsync", name):
                if name.endswith(".tmp") and self.number == signal.SIGKILL:
                    os.truncate(descriptor, os.fstat(descriptor).st_size // 2)
                self._die()
            sync(descriptor)

        def torn_write(log: CsvLog, rows: Any) -> None:
            before = log._file.tell()
            write(log, rows)
            if self._next("rows", str(log.path)):
                if self.number == signal.SIGKILL:
                    log._file.truncate((before + log._file.tell()) // 2)
                self._die()

        os.fsync, CsvLog.write = torn_sync, torn_write

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        changes = event in CHANGES or (event == "open" and isinstance(args[2], int) and args[2] & WRITES)
        if changes and self._next(event, str(args[0])):
            self._die()

    def _next(self, event: str, path: str) -> bool:
        if not path.startswith(self.folder):
            return False
        self.count += 1
        self.names.append(f"{event} {path.removeprefix(self.folder)}")
        return self.count == self.last

    def _die(self) -> None:
        os.kill(os.getpid(), self.number)


def in_child(args: list[str], killer: Killer | None = None) -> tuple[int, str]:
    """Run a command in a fork.

    Returns its exit status (negative: the signal) and its standard error, or the operations.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        errors = io.StringIO()
        try:
            if killer:
                killer.watch()
            with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
                status = main(args)
            said = "\n".join(killer.names) if killer else errors.getvalue()
            with builtins.open(writer, "w") as file:
                file.write(said)
        except BaseException as error:
            os.write(writer, repr(error).encode())
            status = 99
        os._exit(status)
    os.close(writer)
    with builtins.open(reader) as file:
        said = file.read()
    _, ended = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(ended), said


def outcome(run: Path) -> tuple[Any, ...]:
    """Contents that have to be equal: the last tensors, the best ones, and metrics.csv."""
    best = run / "checkpoints" / "best.checkpoint"
    states = [load_checkpoint(list_checkpoints(run / "checkpoints")[0])]
    states += [load_checkpoint(best)] if best.exists() else []
    for state in states:
        del state["logs"]["timing"]
    sums = [hashlib.sha256((run / name).read_bytes()).hexdigest() for name in ("metrics.csv", "config.yaml")]
    others = sorted(path.name for path in run.iterdir())
    return (*map(digest, states), *sums, others)


def kept(run: Path) -> list[str]:
    """The names of the checkpoints, with whatever else lies beside them."""
    return sorted(path.name for path in (run / "checkpoints").iterdir())


def try_every_operation(
    folder: Path, evaluation: int, checkpoint: int, signal_number: int, birth: int
) -> dict[str, Any]:
    """Send the signal at every operation, or without `birth` at those from the first rows on.

    Go on, compare.
    """
    training = CONFIG["training"] | {"evaluation_interval": evaluation, "checkpoint_interval": checkpoint}
    training |= {"num_envs": 2, "rollout_length": 4, "total_steps": 2 * 4 * 4}
    config = write_config(folder / "small.yaml", CONFIG | {"training": training})
    train = ["train", config, "--run"]
    assert main([*train, str(folder / "warm")]) == 0  # here, so that no child compiles anything
    killer = Killer(folder / "whole", -1, signal_number)
    status, said = in_child([*train, str(folder / "whole")], killer)
    assert status == 0, said
    operations, expected, failures = said.splitlines(), outcome(folder / "whole"), []
    rows = next(k for k, name in enumerate(operations, 1) if name.startswith("rows"))
    for number in range(1 if birth else rows, len(operations) + 1):
        run = folder / f"killed-{number}"
        status, said = in_child([*train, str(run)], Killer(run, number, signal_number))
        ended = (-signal_number,) if signal_number == signal.SIGKILL else (128 + signal_number, 0)
        assert status in ended, (operations[number - 1], status, said)
        begun = (run / "config.yaml").exists()
        status, said = in_child(["resume", str(run)] if begun else [*train, str(run)])
        same = status == 0 and outcome(run) == expected
        if same and signal_number == signal.SIGKILL:  # a stop adds a checkpoint of its own
            same = kept(run) == kept(folder / "whole")
        if not same:
            failures.append([number, operations[number - 1], status, said])
    return {"operations": len(operations), "failures": failures}


if __name__ == "__main__":
    with contextlib.redirect_stdout(io.StringIO()):
        found = try_every_operation(Path(sys.argv[1]), *map(int, sys.argv[2:]))
    print(json.dumps(found))
