"""Console for tables and lines: as wide as the terminal, of unlimited width elsewhere."""

from rich.console import Console

UNCUT = 100_000
"""Columns of a pipe or a file; no line is cut."""


class LineConsole(Console):
    """Console that leaves a broken pipe to its caller."""

    def on_broken_pipe(self) -> None:
        """Raise BrokenPipeError."""
        raise BrokenPipeError


def open_console() -> Console:
    """Open a console as wide as the terminal, or of unlimited width without a terminal.

    Searches with `grep` and files thus get whole lines.
    """
    shown = LineConsole()
    return shown if shown.is_terminal else LineConsole(width=UNCUT)
