"""Lock of a run folder: one process trains in it, and a second one gets the owner's name.

The lock is a file in the folder that names its owner, and a record lock of the system on that file.
The system drops the record lock with the process, however it ends, so that the file of a killed
process is recognised. On a file system without record locks, the owner's process number, start and
boot decide.
"""

import errno
import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

from ...envs.errors import UserError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
try:
    import msvcrt
except ImportError:  # any other system
    msvcrt = None

NAME = "training.lock"
MOST_BYTES = 4096
NO_RECORD_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
HELD_ELSEWHERE = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}
FAR = 1 << 20
"""Offset of a byte beyond the contents of the file."""
_OPEN = os.O_RDWR | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_held: dict[str, "RunLock"] = {}
"""Locks of this process by path. A locked file is not opened a second time, because closing that
descriptor would drop the process's record lock on it."""


class RunInUse(UserError):
    """Run that is being trained by another process, or by another session of this one."""


class UnseenOwner(RunInUse):
    """Run that is in use by a process that cannot be seen from here, and may be gone."""


class RunLock:
    """Lock of the run in `folder`; not taken yet.

    Args:
        kind: the word for what is in the folder.
    """

    def __init__(self, folder: Path, kind: str = "run"):
        self.folder, self.kind = folder, kind
        self.path = folder / NAME
        self._descriptor: int | None = None
        self._key = ""

    def take(self) -> None:
        """Take the lock. A stale lock is taken over.

        If this object has the lock already, nothing happens.

        Raises:
            RunInUse: somebody else has it, or it comes from a host whose processes cannot be seen
                from here.
            OSError: the folder cannot be written.
        """
        if self._descriptor is not None:
            return
        key = os.path.realpath(self.path)
        if key in _held:
            raise RunInUse(self._sentence(describe_process()))
        while self._descriptor is None:
            descriptor, created = self._open()
            try:
                self._judge(descriptor, created)
                # else its owner has just left and removed the file
                if _names(self.path, descriptor):
                    os.ftruncate(descriptor, 0)
                    os.lseek(descriptor, 0, os.SEEK_SET)
                    os.write(descriptor, json.dumps(describe_process()).encode())
                    self._descriptor, self._key = descriptor, key
                    _held[key] = self
            finally:
                if self._descriptor is None:
                    os.close(descriptor)

    def release(self) -> None:
        """Release the lock; nothing happens if this object does not have it."""
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        del _held[self._key]
        try:
            if os.name != "nt" and _names(self.path, descriptor):
                # Removed before the descriptor is closed, so that no other owner's file is removed.
                os.unlink(self.path)
        finally:
            os.close(descriptor)
        if os.name == "nt":  # an open file cannot be removed there
            self.path.unlink(missing_ok=True)

    def check(self) -> None:
        """Raise RunInUse if the lock is taken; nothing is written."""
        if self._descriptor is not None:
            return
        if os.path.realpath(self.path) in _held:
            raise RunInUse(self._sentence(describe_process()))
        try:
            descriptor = os.open(self.path, _OPEN)
        except OSError:
            return
        try:
            self._judge(descriptor)
        finally:
            os.close(descriptor)

    def _open(self) -> tuple[int, bool]:
        """Open the lock file; return its descriptor, and True if this call made the file."""
        try:
            return os.open(self.path, _OPEN | os.O_CREAT | os.O_EXCL, 0o644), True
        except FileExistsError:
            return os.open(self.path, _OPEN | os.O_CREAT, 0o644), False

    def _judge(self, descriptor: int, created: bool = False) -> None:
        """Take the record lock on the file; raise RunInUse if its owner lives, or may live."""
        owner = _read_owner(descriptor)
        try:
            recorded = _record(descriptor)
        except OSError as error:
            if error.errno not in HELD_ELSEWHERE:
                raise
            raise RunInUse(self._sentence(_read_owner(descriptor))) from None
        if created or (recorded and not owner):
            return  # new, or its owner was killed while writing it
        if not owner:
            raise UnseenOwner(f"{self._sentence(owner)}; if no process does, remove '{self.path}'")
        if owner.get("host") != socket.gethostname():
            raise UnseenOwner(
                f"{self._sentence(owner)}, which cannot be seen from here; if that process is no more, remove '{self.path}'"
            )
        if _is_alive(owner, recorded):
            raise RunInUse(self._sentence(owner))

    def _sentence(self, owner: dict[str, Any]) -> str:
        where = ", ".join(
            f"{word} {owner[key]}" for key, word in (("process", "process"), ("host", "host")) if owner.get(key)
        )
        since = f", since {owner['since']}" if owner.get("since") else ""
        return f"the {self.kind} '{self.folder}' is being trained by {where or 'another process'}{since}"


def describe_process() -> dict[str, Any]:
    """Host, number and start of this process, and the time in words."""
    return {
        "host": socket.gethostname(),
        "process": os.getpid(),
        "started": _start_of(os.getpid()),
        "boot": _boot(),
        "since": time.strftime("%Y-%m-%d %H:%M:%S %z"),
        "command": sys.argv[:20],
    }


def _record(descriptor: int) -> bool:
    """Take the system's record lock on an open file.

    Returns False if the system has none. Raises OSError if the lock is taken.
    """
    if fcntl is not None:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in NO_RECORD_LOCKS:
                return False
            raise
        return True
    if msvcrt is not None:
        os.lseek(descriptor, FAR, os.SEEK_SET)  # there a locked byte cannot be read
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # pyright: ignore[reportAttributeAccessIssue] (Windows has it)
        return True
    return False


def _names(path: Path, descriptor: int) -> bool:
    """True if `path` still leads to the open file."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _read_owner(descriptor: int) -> dict[str, Any]:
    """Owner that the file names, or an empty dict."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    try:
        owner = json.loads(os.read(descriptor, MOST_BYTES))
    except ValueError:
        return {}
    return owner if isinstance(owner, dict) else {}


def _is_alive(owner: dict[str, Any], recorded: bool) -> bool:
    """True if the process of this host that a lock names still runs.

    Process numbers are reused, so the start has to agree as well. If the system does not give it, a
    record lock that we got proves that the owner is gone. Without record locks, a process of that
    number counts as the owner.
    """
    number = owner.get("process")
    if not isinstance(number, int) or number <= 0 or (owner.get("boot") and owner["boot"] != _boot()):
        return False
    started = _start_of(number)
    if started is not None:
        return started == owner.get("started")
    return not recorded and _start_of(os.getpid()) is None and _exists(number)


def _exists(number: int) -> bool:
    if os.name == "nt":
        return True  # there os.kill would end the process
    try:
        os.kill(number, 0)
    except OSError as error:
        return error.errno == errno.EPERM
    return True


def _start_of(process: int) -> str | None:
    """Start of a process in ticks since the boot.

    None if the system does not give it, or there is no such process.
    """
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name in brackets may hold blanks and brackets
    state, started = fields[0], fields[19]
    return None if state in "ZX" else started


def _boot() -> str | None:
    """Identifier of the machine's current boot; None if the system has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
