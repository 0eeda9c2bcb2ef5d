"""Rules of the Kuramoto task: those of `headings` for oscillators with natural frequencies."""

from ..headings.rules import build_constants
from ..headings.state import Constants
from .config import KuramotoConfig


def kuramoto_constants(config: KuramotoConfig) -> Constants:
    """Constants of a task with this config."""
    return build_constants(config, speed=0.0, spread=config.spread, sees_frequency=True)
