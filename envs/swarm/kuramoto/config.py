"""The config of the Kuramoto task."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from ...core.ranges import Interval
from ..headings.config import TurningConfig


@dataclass(frozen=True)
class KuramotoConfig(TurningConfig):
    """Config of the Kuramoto task.

    Raises:
        BadParameter: a value is out of range.
    """

    spread: Annotated[float, Interval(ge=0, le=np.pi)] = 0.1
    """Natural frequencies are drawn evenly from -spread to spread, in radians per step."""
