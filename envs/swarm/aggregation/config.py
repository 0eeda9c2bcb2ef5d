"""The config of aggregation."""

from dataclasses import dataclass
from typing import Annotated

from ...core.ranges import Interval
from ..collective import CollectiveConfig

HALF_SIDE = 2.0
"""The box is [-2, 2] x [-2, 2]."""


@dataclass(frozen=True)
class AggregationConfig(CollectiveConfig):
    """Config of aggregation.

    Raises:
        BadParameter: a value is out of range.
    """

    speed: Annotated[float, Interval(ge=0, le=HALF_SIDE)] = 0.2
    """Distance that an action of length 1 moves an agent."""
