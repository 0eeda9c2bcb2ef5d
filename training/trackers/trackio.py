"""Trackio, local or on a server."""

import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...envs.errors import UserError
from .tracker import PROJECT, RunInfo, Tracker, load_library


class TrackioTracker(Tracker):
    """Tracker of Trackio; its own environment variables hold, such as TRACKIO_DIR."""

    def check(self) -> None:
        """Raise UserError if Trackio is not installed, or if it needs a login that is not there."""
        load_library("trackio")
        if os.environ.get("TRACKIO_SPACE_ID") and not load_library("huggingface_hub").get_token():
            raise UserError(
                f"the tracker 'trackio' is to log to the Space '{os.environ['TRACKIO_SPACE_ID']}', and nobody is logged in to Hugging Face; "
                "log in by `hf auth login` or HF_TOKEN, or unset TRACKIO_SPACE_ID"
            )

    def open(self, run: RunInfo) -> Mapping[str, str]:
        """Begin a run of Trackio, or go on with the one of the same name.

        Trackio finds runs by their names, so that this one gets a random end.
        """
        trackio = load_library("trackio")
        project = run.remote.get("project") or run.project or os.environ.get("TRACKIO_PROJECT") or PROJECT
        name = run.remote.get("name") or f"{run.name}-{uuid.uuid4().hex[:8]}"
        self._run: Any = trackio.init(
            project=project,
            name=name,
            group=run.group or None,
            config=dict(run.config),
            resume="allow",
            embed=False,
        )
        self._trackio = trackio
        # The next step of a run that goes on is one after the last that Trackio holds.
        self.held = getattr(self._run, "_next_step", run.logged + 1) - 1
        return {"project": project, "name": name}

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Log metrics; Trackio writes them in a thread of its own, twice a second."""
        self._run.log(dict(metrics), step=step)

    def log_video(self, step: int, path: Path) -> None:
        """Log a film."""
        self._run.log({"evaluation/video": self._trackio.Video(str(path))}, step=step)

    def close(self, finished: bool) -> None:
        """End Trackio's run; it waits up to 30 seconds for what is not written yet."""
        self._run.finish()
        current = self._trackio.context_vars.current_run
        if current.get() is self._run:  # else it would be ended once more when Python exits
            current.set(None)
