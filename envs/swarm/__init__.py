"""Swarm tasks: pushing, forming, surrounding, signalling, foraging, and moving as one.

Importing this registers the tasks and loads nothing else.
"""

from . import (
    aggregation,  # noqa: F401
    encircle,  # noqa: F401
    flocking,  # noqa: F401
    foraging,  # noqa: F401
    kuramoto,  # noqa: F401
    spread,  # noqa: F401
    synchronization,  # noqa: F401
    transport,  # noqa: F401
    vicsek,  # noqa: F401
)
