"""The config of the Vicsek task."""

from dataclasses import dataclass
from typing import Annotated

from ...core.ranges import Interval
from ...core.validation import check_within
from ..headings.config import TurningConfig


@dataclass(frozen=True)
class VicsekConfig(TurningConfig):
    """Config of the Vicsek task.

    Raises:
        BadParameter: a value is out of range.
    """

    speed: Annotated[float, Interval(ge=0)] = 0.075
    """Distance that all fly in a step, at most the side of the torus."""

    def _check_together(self) -> None:
        super()._check_together()
        check_within("speed", self.speed, 0, self.side)
