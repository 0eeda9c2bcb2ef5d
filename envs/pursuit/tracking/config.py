"""The config of the tracking task."""

import math
from dataclasses import dataclass
from typing import Annotated

from ...core.config import Config
from ...core.ranges import Interval, Probability, Steps
from ...core.validation import check_within

MAX_NEAREST = 128
MIN_SIDE, MAX_SIDE = 20, 1_000_000
ROOM = 2.0
"""Metres: the root of the least area for each body, below which the margin would bar most moves."""
Bodies = Annotated[int, Interval(ge=1, le=100_000)]


@dataclass(frozen=True)
class TrackingConfig(Config):
    """Config of target tracking.

    Raises:
        BadParameter: a value is out of range, or two values contradict each other.
    """

    num_pursuers: Bodies = 4
    """Number of pursuers in each env."""
    num_targets: Bodies = 4
    """Number of targets in each env."""
    fewest_targets: Annotated[int, Interval(ge=1)] | None = None
    """Draw the number of an episode's targets, from this to num_targets, so that learners see sets
    of all sizes; left out, it is num_targets always."""
    nearest: Annotated[int, Interval(ge=1, le=MAX_NEAREST)] = 4
    """A pursuer sees so many targets, those it believes nearest; more than num_targets shows
    all."""
    side: Annotated[float, Interval(ge=MIN_SIDE, le=MAX_SIDE)] | None = None
    """Side of the square area in metres; left out, 625 square metres for each pursuer or target,
    whichever are more (4: 51 m, 20: 112 m, 1000: 790 m)."""
    sensor_range: Annotated[float, Interval(ge=0.1, le=1e6)] = 10.0
    """Reach of a pursuer's sensor, in metres."""
    field_of_view: Annotated[float, Interval(ge=1, le=360)] = 90.0
    """Angle that the sensor covers, half on each side of the heading, in degrees."""
    target_noise: Probability = 0.001
    """Power of the white noise that accelerates the targets."""
    belief_noise: Annotated[float, Interval(ge=1e-6, le=1)] = 0.001
    """The power of that noise as the beliefs assume it."""
    max_cycles: Steps = 200
    """Steps after which an episode is truncated."""

    def _check_together(self) -> None:
        super()._check_together()
        if self.fewest_targets is not None:
            check_within("fewest_targets", self.fewest_targets, 1, self.num_targets)
        if self.side is not None:
            bodies = self.num_pursuers + self.num_targets
            check_within("side", self.side, max(MIN_SIDE, math.ceil(ROOM * math.sqrt(bodies))), MAX_SIDE)
