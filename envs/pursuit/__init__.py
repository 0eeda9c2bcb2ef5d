"""Pursuit: catching, tagging and tracking.

Importing this registers the tasks and loads nothing else.
"""

from . import evaders, tag, tracking  # noqa: F401
