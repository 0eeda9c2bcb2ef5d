"""Tables and lines on the terminal, and whole ones everywhere else."""

from rich.console import Console

UNCUT = 100_000
"""Columns of a pipe or a file, which cut nothing off."""


class LineConsole(Console):
    """A console that leaves it to its caller what happens when nobody reads any more."""

    def on_broken_pipe(self) -> None:
        """Raise BrokenPipeError."""
        raise BrokenPipeError


def open_console() -> Console:
    """Open a console as wide as the terminal, or of any width without a terminal, so that `grep` and files get whole lines."""
    shown = LineConsole()
    return shown if shown.is_terminal else LineConsole(width=UNCUT)
