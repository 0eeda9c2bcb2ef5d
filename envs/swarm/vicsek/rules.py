"""The rules of the Vicsek task: those of `turning` for agents that fly where their angle points."""

from dataclasses import dataclass

from ...core.validation import check_within
from ..headings.rules import Constants, TurningParameters, build_constants


@dataclass(frozen=True)
class VicsekParameters(TurningParameters):
    """Options of the Vicsek task."""

    speed: float = 0.075
    """How far everyone flies in a step."""

    def __post_init__(self):
        super().__post_init__()
        check_within("speed", self.speed, 0, self.side)


def vicsek_constants(parameters: VicsekParameters) -> Constants:
    """The constants of a task with these parameters."""
    return build_constants(parameters, speed=parameters.speed, spread=0.0, sees_frequency=False)
