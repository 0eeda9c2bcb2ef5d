"""The rules of the Kuramoto task: those of `turning` for oscillators that stand still and have natural frequencies."""

from dataclasses import dataclass

import numpy as np

from ...core.validation import check_within
from ..headings.rules import Constants, TurningParameters, build_constants


@dataclass(frozen=True)
class KuramotoParameters(TurningParameters):
    """Options of the Kuramoto task."""

    spread: float = 0.1
    """Natural frequencies are drawn evenly from -spread to spread, in radians a step."""

    def __post_init__(self):
        super().__post_init__()
        check_within("spread", self.spread, 0, np.pi)


def kuramoto_constants(parameters: KuramotoParameters) -> Constants:
    """The constants of a task with these parameters."""
    return build_constants(parameters, speed=0.0, spread=parameters.spread, sees_frequency=True)
