"""Registry of trackers."""

from collections.abc import Callable
from typing import Any

from ...envs.registration.registry import Registry

trackers = Registry("tracker", "stigmergy.trackers")
register_tracker: Callable[..., Any] = trackers.register
