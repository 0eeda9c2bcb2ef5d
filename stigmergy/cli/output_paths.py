"""Checks of output paths before the work whose result they will hold."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from stigmergy.envs.errors import BadParameter

LEAST_SPACE = 2**20
"""Bytes that must be free on a device; less holds no run and no picture."""


def check_file(name: str, path: str, endings: Sequence[str]) -> None:
    """Raise BadParameter unless a file with one of the endings can be written at `path`.

    The option that gave the path is `name`.
    """
    if Path(path).suffix.lower() not in endings:
        allowed = " or ".join([", ".join(endings[:-1]), endings[-1]] if len(endings) > 1 else endings)
        raise BadParameter(f"{name} is '{path}', which ends with '{Path(path).suffix}'; allowed is {allowed}")
    if _exists(name, path) and Path(path).is_dir():
        raise BadParameter(f"{name} is '{path}', which is a folder; give the name of a file")
    _check_place(name, path, Path(path).absolute().parent)


def check_folder(name: str, path: str) -> None:
    """Raise BadParameter unless files can be written into the folder `path`.

    The folder is made if it does not exist.
    """
    if _exists(name, path) and not Path(path).is_dir():
        raise BadParameter(f"{name} is '{path}', which is a file; give the name of a folder")
    _check_place(name, path, Path(path).absolute())


def _exists(name: str, path: str) -> bool:
    try:
        os.stat(path)
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise BadParameter(f"{name} is '{path}', which no file can be called: {reason.lower()}") from error
    return True


def _check_place(name: str, path: str, folder: Path) -> None:
    """Check `folder`, or the nearest existing one above it."""
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir():
        raise BadParameter(f"{name} is '{path}', but '{folder}' is a file, not a folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadParameter(f"{name} is '{path}', but '{folder}' cannot be written to: it is read-only for this user")
    device = shutil.disk_usage(folder)
    # Systems such as /proc have no size, and refuse for another reason.
    if device.total > 0 and device.free < LEAST_SPACE:
        raise BadParameter(f"{name} is '{path}', but no space is left on the device of '{folder}'")
