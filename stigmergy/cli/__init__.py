"""Command line: `stigmergy COMMAND`."""

from stigmergy.cli.entry import main

__all__ = ["main"]
