"""The config of foraging."""

from dataclasses import dataclass
from typing import Annotated

from ...core.ranges import Interval
from ..swarmbench.config import MAX_SIDE, SwarmBenchConfig
from ..swarmbench.symbols import EMPTY
from .maps import LAYOUTS, draw_ground

LEAST_SIDE = 7


@dataclass(frozen=True)
class ForagingConfig(SwarmBenchConfig):
    """Config of foraging.

    Raises:
        BadParameter: a value is out of range, or the map has no room for the agents.
    """

    height: Annotated[int, Interval(ge=LEAST_SIDE, le=MAX_SIDE)] = 10
    """Rows of the map, the walls around it included."""
    width: Annotated[int, Interval(ge=LEAST_SIDE, le=MAX_SIDE)] = 10
    """Columns of the map, the walls around it included."""

    def _check_together(self) -> None:
        super()._check_together()
        grounds = (draw_ground(layout, self.height, self.width) for layout in range(LAYOUTS))
        free = min(int((ground == EMPTY).sum()) for ground in grounds)
        self.check_room(free, "free in the smallest layout")
