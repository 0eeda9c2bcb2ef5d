"""Types of options of several commands, with the ranges that `parse` checks and `--help` shows."""

from typing import Annotated, Any

import tyro

from stigmergy.envs.core.ranges import Count, Interval, Steps, range_of
from stigmergy.envs.core.validation import LARGEST_SEED


def _shown(hint: Any) -> Any:
    """Note for tyro that puts the range of a type before the default."""
    return tyro.conf.arg(help_behavior_hint=lambda default: f"({range_of(hint)}; default: {default})")


_Seed = Annotated[int, Interval(ge=0, le=LARGEST_SEED)]
_FramesPerSecond = Annotated[float, Interval(ge=0.01, le=1000)]
Number = Annotated[Count, _shown(Count)]
NumberOfSteps = Annotated[Steps, _shown(Steps)]
LimitOfSteps = Annotated[Steps | None, _shown(Steps)]
Seed = Annotated[_Seed, _shown(_Seed)]
FramesPerSecond = Annotated[_FramesPerSecond, _shown(_FramesPerSecond)]
