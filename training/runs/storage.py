"""Atomic writes: a kill, a power cut or a full disk leaves the old file or the whole new one."""

import contextlib
import errno
import os
from pathlib import Path

_CANNOT_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EBADF, errno.EACCES, errno.EPERM}
"""Errors of systems that do not open or sync folders. These are Windows, and some network and FUSE
file systems."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that at every instant there is either the old one or the whole new one.

    Raises:
        OSError: it cannot be written; the old one is as it was, and nothing half written stays.
    """
    temporary = path.with_name(path.name + ".tmp")
    try:
        with contextlib.suppress(FileNotFoundError):
            # Left by a kill; nothing is written through a link of that name.
            os.unlink(temporary)
        with open(os.open(temporary, _NEW, 0o666), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError) and error.filename is None:
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Write the names in a folder to the disk, if the system can.

    They have to survive a power cut, too.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise
    finally:
        os.close(descriptor)


def make_folders(folder: Path) -> list[Path]:
    """Make a folder and those above it; return the ones that this call made, from the top."""
    missing = [folder]
    while not os.path.lexists(missing[-1]) and missing[-1] != missing[-1].parent:
        missing.append(missing[-1].parent)
    made = []
    for place in reversed(missing):
        try:
            place.mkdir()
        except FileExistsError:
            if not place.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(place)) from None
        else:
            made.append(place)
    return made


def remove_folders(folders: list[Path]) -> None:
    """Remove the folders that `make_folders` made, as far as they are empty."""
    for place in reversed(folders):
        with contextlib.suppress(OSError):
            place.rmdir()
