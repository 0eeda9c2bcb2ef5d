"""Weights & Biases, online or offline."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...envs.errors import UserError
from .tracker import PROJECT, RunInfo, Tracker, load_library

SECONDS_AT_THE_END = 120.0
"""Seconds to wait for uploads when a session ends; WANDB_FINISH_TIMEOUT sets others."""


class WandbTracker(Tracker):
    """Tracker of Weights & Biases; its own environment variables hold, such as WANDB_MODE."""

    def check(self) -> None:
        """Raise UserError if W&B is not installed, or online and without an API key."""
        wandb = load_library("wandb")
        if wandb.setup().settings.mode in ("offline", "dryrun", "disabled"):
            return
        try:
            logged_in = wandb.login(prompt=False, verify=False)
        except wandb.Error as error:
            raise UserError(f"the tracker 'wandb' cannot log in: {error}") from error
        if not logged_in:
            raise UserError(
                "the tracker 'wandb' finds nobody logged in to Weights & Biases; "
                "log in by `wandb login` or WANDB_API_KEY, or set WANDB_MODE=offline"
            )

    def open(self, run: RunInfo) -> Mapping[str, str]:
        """Begin a run of W&B, or go on with the one of the same id.

        Online, W&B says which steps it holds. Offline, they are those that the run folder logged.
        """
        wandb = load_library("wandb")
        folder = Path(os.environ.get("WANDB_DIR") or run.folder / "trackers")
        folder.mkdir(exist_ok=True)
        settings: dict[str, Any] = {"console": "off", "quiet": True, "finish_timeout_raises": True}
        if "WANDB_FINISH_TIMEOUT" not in os.environ:
            settings["finish_timeout"] = SECONDS_AT_THE_END
        known = run.remote.get("id")
        self._run: Any = wandb.init(
            project=run.project or os.environ.get("WANDB_PROJECT") or PROJECT,
            entity=run.entity or None,
            group=run.group or None,
            name=None if known else run.name,  # a name that was changed since stays
            id=known,
            resume="allow",
            config=dict(run.config),
            allow_val_change=True,  # an extended run has more steps than its config said
            dir=str(folder),
            reinit="create_new",  # a run of the caller's own goes on
            settings=wandb.Settings(**settings),
        )
        self._wandb = wandb
        if not self._run.offline:
            self.held = self._run.step - 1 if self._run.resumed else 0
        return {"id": self._run.id}

    def announce(self) -> list[str]:
        """Address of the run, or the command that sends an offline one."""
        if self._run.offline:
            return [f"wandb: offline; send it by: {self._sync()}"]
        return [f"wandb: {self._run.url}"]

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Log metrics; W&B sends them in a process of its own."""
        self._run.log(dict(metrics), step=step, commit=True)

    def log_video(self, step: int, path: Path) -> None:
        """Log a film."""
        self._run.log({"evaluation/video": self._wandb.Video(str(path), format="gif")}, step=step)

    def close(self, finished: bool) -> None:
        """End W&B's run; wait for its uploads, but not for ever."""
        try:
            self._run.finish(exit_code=0 if finished else 1)
        except TimeoutError as error:
            raise TimeoutError(f"not all was sent in time; send it by: {self._sync()}") from error

    def _sync(self) -> str:
        return f"wandb sync {shlex.quote(str(Path(self._run.dir).parent))}"
