"""Protocol of trackers: check, open, log, close."""

import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...envs.errors import CannotImport

PROJECT = "stigmergy"
"""Project of runs that name none."""


class TrackerFailed(UserWarning):
    """Warning that a tracker gets no more of a run. The text is one sentence."""


@dataclass(frozen=True)
class RunInfo:
    """Run as a tracker sees it when a session begins."""

    folder: Path
    """Folder of the run. Files of the tracker belong into `trackers/` below it."""
    name: str
    """Name for people to read: the last part of the folder's path."""
    config: Mapping[str, Any]
    """Resolved config: nested plain values, every default written out."""
    config_text: str
    """The same as YAML."""
    project: str = ""
    """Project given by the user; empty if none was."""
    group: str = ""
    """Group of runs given by the user; empty if none was."""
    entity: str = ""
    """User or team given by the user; empty if none was."""
    step: int = 0
    """Environment steps made before this session; 0 at the start of a run."""
    logged: int = 0
    """Environment steps up to which an earlier session logged. They are more than `step` if that
    session was killed after its last checkpoint."""
    remote: Mapping[str, str] = field(default_factory=dict)
    """Mapping that `open` returned in an earlier session; empty in the first."""


class Tracker:
    """Base class of trackers.

    An exception that `open` or a later method raises never stops a training that has begun. The
    tracker is left out from then on, and the user is warned once.

    Attributes:
        held: environment steps up to which the tracker holds the metrics of the run already. The
            session sets it to `RunInfo.logged`, `open` may correct it, and only later steps are
            logged, so that none appears twice.
    """

    held: int = 0

    def check(self) -> None:
        """Raise UserError if the tracker is not installed, or nobody is logged in.

        It is called before anything is made.
        """

    def open(self, run: RunInfo) -> Mapping[str, str]:
        """Begin the run, or go on with the one that `run.remote` names.

        Returns what finds it again, such as an id. It is kept in the run folder.
        """
        raise NotImplementedError

    def announce(self) -> list[str]:
        """Sentences for the person who starts the run, such as an address."""
        return []

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Log the metrics of one update; `step` counts environment steps."""
        raise NotImplementedError

    def log_video(self, step: int, path: Path) -> None:
        """Log the film of an evaluation, a GIF at `path`; called before `log` of the same step."""

    def flush(self) -> None:
        """Write what is buffered; called before each checkpoint."""

    def close(self, finished: bool) -> None:
        """End the session; `finished` is False if the run was stopped or failed."""


def load_library(name: str) -> Any:
    """Import a library that an extra of the same name installs. Raises CannotImport."""
    if importlib.util.find_spec(name) is None:
        raise CannotImport(
            f"the tracker '{name}' needs the package {name}, which is not installed; pip install 'stigmergy[{name}]'"
        )
    try:
        return importlib.import_module(name)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise CannotImport(
            f"the tracker '{name}' needs the package {name}, which cannot be imported: {type(error).__name__}: {reason}"
        ) from error
