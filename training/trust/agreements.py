"""Agreements of this user to code that came with a run or a config.

There is a file for each digest, in a folder of the user. The folder is $STIGMERGY_HOME, else
$XDG_CONFIG_HOME/stigmergy, else ~/.config/stigmergy.
"""

import json
import os
import tempfile
import warnings
from pathlib import Path

from ...envs.plugins.sources import Sources


class NotKept(UserWarning):
    """Agreement that could not be written to disk."""


def user_folder() -> Path:
    """Folder of this program's files for its user. Raises OSError if the user has no home."""
    for name, below in (("STIGMERGY_HOME", ""), ("XDG_CONFIG_HOME", "stigmergy")):
        if os.environ.get(name):
            return Path(os.environ[name]) / below
    try:
        return Path.home() / ".config" / "stigmergy"
    except RuntimeError as error:
        raise OSError("the user has no home folder") from error


def is_agreed(sources: Sources) -> bool:
    """True if the user has agreed to these contents, under any name."""
    try:
        return _file(sources).is_file()
    except OSError:
        return False


def agree(sources: Sources) -> None:
    """Record that the user agrees to these contents; if that fails, warn and continue."""
    try:
        file = _file(sources)
        if file.is_file():
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent, suffix=".tmp")
        with os.fdopen(handle, "w") as writing:
            json.dump({"file": str(sources.path), "files": sources.files, "sha256": sources.digest}, writing, indent=2)
        os.replace(temporary, file)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        where = f" in '{error.filename}'" if error.filename else ""
        warnings.warn(
            f"the agreement to '{sources.path.resolve()}' cannot be kept{where}: {reason}; it holds for this call alone",
            NotKept,
            stacklevel=3,
        )


def _file(sources: Sources) -> Path:
    return user_folder() / "trusted" / f"{sources.digest}.json"
