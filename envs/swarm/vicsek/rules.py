"""Rules of the Vicsek task: those of `headings` for agents that fly along their angle."""

from ..headings.rules import build_constants
from ..headings.state import Constants
from .config import VicsekConfig


def vicsek_constants(config: VicsekConfig) -> Constants:
    """Constants of a task with this config."""
    return build_constants(config, speed=config.speed, spread=0.0, sees_frequency=False)
