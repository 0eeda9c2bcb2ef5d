"""The config of the differential game."""

from dataclasses import dataclass
from typing import Annotated

from ...core.config import Config
from ...core.ranges import Interval
from .rules import HILL


@dataclass(frozen=True)
class DifferentialConfig(Config):
    """Config of the differential game.

    Raises:
        BadParameter: a value is out of range.
    """

    action_range: Annotated[float, Interval(ge=HILL, le=1e6)] = 100.0
    """Largest action, and the negative of the least; both hills lie within reach."""
