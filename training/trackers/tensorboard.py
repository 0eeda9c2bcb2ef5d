"""TensorBoard: scalars, config, hyper-parameters and films as events in the run folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from ..experiment import flatten
from .tracker import RunInfo, Tracker

METRICS = ("episode/return", "evaluation/return")
"""Columns of TensorBoard's table of hyper-parameters."""


class TensorBoardTracker(Tracker):
    """Tracker that writes events into `tensorboard/` of the run folder."""

    def open(self, run: RunInfo) -> Mapping[str, str]:
        """Open a new file of events.

        Events of an earlier session after the checkpoint, or before a new start, are hidden.
        """
        # Slow to import, and only loaded where events are written.
        from torch.utils.tensorboard import SummaryWriter

        self.held = 0
        folder = run.folder / "tensorboard"
        purge_step = run.step + 1 if run.step else 0 if folder.exists() else None
        self._writer = SummaryWriter(str(folder), purge_step=purge_step)
        if not run.step:
            self._describe(run)
        return {}

    def _describe(self, run: RunInfo) -> None:
        from torch.utils.tensorboard.summary import hparams

        self._writer.add_text("config", "\n".join(f"    {line}" for line in run.config_text.splitlines()), 0)
        values = {name: _plain(value) for name, value in flatten(run.config).items()}
        writer: Any = self._writer.file_writer
        for summary in hparams(values, dict.fromkeys(METRICS, 0.0)):
            writer.add_summary(summary, 0)

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Write scalars."""
        for name, value in metrics.items():
            self._writer.add_scalar(name, value, step)

    def log_video(self, step: int, path: Path) -> None:
        """Write a film, which TensorBoard shows among the images."""
        # pyright does not see names that protobuf generates
        from tensorboard.compat.proto.summary_pb2 import Summary  # pyright: ignore[reportAttributeAccessIssue]

        with Image.open(path) as film:
            width, height = film.size
        image = Summary.Image(height=height, width=width, colorspace=3, encoded_image_string=path.read_bytes())
        writer: Any = self._writer.file_writer
        writer.add_summary(Summary(value=[Summary.Value(tag="evaluation/video", image=image)]), step)

    def flush(self) -> None:
        """Write the events to the file."""
        self._writer.flush()

    def close(self, finished: bool) -> None:
        """Close the file."""
        self._writer.close()


def _plain(value: Any) -> bool | int | float | str:
    """Value of a type that hyper-parameters may have."""
    return value if isinstance(value, (bool, int, float, str)) else str(value)
