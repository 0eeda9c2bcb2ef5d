"""Swarm tasks: pushing, forming, surrounding, signalling, foraging, and moving as one. Importing this registers the tasks and loads nothing else."""

from . import aggregation  # noqa: F401
from . import foraging  # noqa: F401
from . import transport  # noqa: F401
from . import kuramoto  # noqa: F401
from . import vicsek  # noqa: F401
from . import encircle  # noqa: F401
from . import flocking  # noqa: F401
from . import synchronization  # noqa: F401
from . import spread  # noqa: F401
