"""Config values that Kuramoto's and Vicsek's tasks share."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from ...core.ranges import Interval
from ...errors import BadParameter
from ..collective import CollectiveConfig


@dataclass(frozen=True)
class TurningConfig(CollectiveConfig):
    """Config values that Kuramoto's and Vicsek's tasks share.

    Raises:
        BadParameter: a value is out of range, or the radius neither fits into the torus nor spans
            it.
    """

    side: Annotated[float, Interval(ge=1e-6, le=1e6)] = 4.0
    """Side of the torus; one that grows like the square root of num_agents keeps the density."""
    radius: Annotated[float, Interval(ge=0)] = 1.0
    """Distance up to which an agent sees: below half the side, or at least side / sqrt(2), where
    everyone sees everyone."""
    max_turn: Annotated[float, Interval(ge=0, le=np.pi)] = 0.2
    """Turn by an action of size 1, in radians."""

    def _check_together(self) -> None:
        super()._check_together()
        if self.radius >= self.side / 2 and not sees_everyone(self.radius, self.side):
            raise BadParameter(
                f"radius is {self.radius}; allowed on a torus of side {self.side} is 0 to below {self.side / 2:g},"
                f" or {self.side / np.sqrt(2):.6g} and more, where everyone sees everyone"
            )


def sees_everyone(radius: float, side: float) -> bool:
    """True if no two places on the torus are farther apart than the radius."""
    return radius >= side / np.sqrt(2) * (1 - 1e-9)
