"""Displays of a sweep: a table of the running runs on a terminal, lines elsewhere."""

import contextlib
import time
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from stigmergy.cli.failures import one_line
from stigmergy.cli.progress import Output
from stigmergy.sweeps.progress import read_progress
from stigmergy.sweeps.scheduler import Progress

SECONDS_BETWEEN_TABLES = 1.0
BAR = 12
"""Columns of a progress bar."""
_LOST = (OSError, SystemExit)
"""Exceptions of a write to a closed terminal; rich turns the first into SystemExit."""


class SilentDisplay:
    """Display that shows nothing."""

    def __enter__(self) -> "SilentDisplay":
        return self

    def __exit__(self, *exception: Any) -> None:
        return None

    def event(self, line: str) -> None:
        """Ignore the line."""

    def update(self, progress: Progress) -> None:
        """Ignore the progress between events."""


class LineDisplay(SilentDisplay):
    """Display of a line for each start and end."""

    def __init__(self, output: Output):
        self._output = output

    def event(self, line: str) -> None:
        """Print the line."""
        self._output.say(one_line(line))


class TableDisplay:
    """Display of a line for each running run, below those of ended ones.

    Args:
        folder: of the sweep, in which the logs of its runs are read.
    """

    def __init__(self, console: Console, folder: Path):
        self._folder = folder
        # Without a thread of its own, so that processes are forked from a process of one thread.
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._shown = 0.0

    def __enter__(self) -> "TableDisplay":
        with contextlib.suppress(*_LOST):
            self._live.start()
        return self

    def __exit__(self, *exception: Any) -> None:
        with contextlib.suppress(*_LOST):
            self._live.stop()

    def event(self, line: str) -> None:
        """Print the line above the table; starts are seen in the table."""
        if line.startswith("started "):
            return
        with contextlib.suppress(*_LOST):
            self._live.console.print(one_line(line), highlight=False, markup=False, soft_wrap=True)

    def update(self, progress: Progress) -> None:
        """Draw the table, once a second."""
        now = time.monotonic()
        if now - self._shown < SECONDS_BETWEEN_TABLES:
            return
        self._shown = now
        with contextlib.suppress(*_LOST):
            self._live.update(Group(Text(counts(progress)), self._table(progress)), refresh=True)

    def _table(self, progress: Progress) -> Table:
        table = Table.grid(padding=(0, 1))
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        for _ in range(4):
            table.add_column(no_wrap=True, justify="right")
        for point in progress.running:
            run = read_progress(self._folder / point.name, point.experiment.training)
            known = "" if run.episode_return is None else f"return {run.episode_return:.3g}"
            table.add_row(
                Text(point.name),
                ProgressBar(total=1.0, completed=run.share, width=BAR),
                f"{100 * run.share:.0f}%",
                known,
                f"{run.steps_per_second:,.0f} steps/s",
            )
        return table


def counts(progress: Progress) -> str:
    """Counts of runs in one line."""
    ended = len(progress.finished) + len(progress.pruned) + len(progress.failed)
    waiting = progress.total - ended - len(progress.running)
    pruned = f"{len(progress.pruned)} pruned, " if progress.pruned else ""
    text = f"{len(progress.finished)} of {progress.total} finished, {pruned}{len(progress.failed)} failed, {waiting} waiting"
    return f"{text}; stopping, every run saves a checkpoint" if progress.stopping else text
