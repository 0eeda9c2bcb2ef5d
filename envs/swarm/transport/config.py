"""The config of transport."""

from dataclasses import dataclass
from typing import Annotated

from ...core.ranges import Interval
from ..swarmbench.config import MAX_SIDE, SwarmBenchConfig

LEAST_SIDE = 8
BOX_CELLS = 9
"""Cells of the box inside the walls at the beginning; the others are in the gap."""


@dataclass(frozen=True)
class TransportConfig(SwarmBenchConfig):
    """Config of transport.

    Raises:
        BadParameter: a value is out of range, or the map has no room for the agents.
    """

    height: Annotated[int, Interval(ge=LEAST_SIDE, le=MAX_SIDE)] = 10
    """Rows of the map, the walls around it included."""
    width: Annotated[int, Interval(ge=LEAST_SIDE, le=MAX_SIDE)] = 10
    """Columns of the map, the walls around it included."""

    def _check_together(self) -> None:
        super()._check_together()
        self.check_room((self.height - 2) * (self.width - 2) - BOX_CELLS, "beside the box inside the walls")
