"""The config of tag."""

from dataclasses import dataclass
from typing import Annotated

from ...core.config import Config
from ...core.ranges import Interval, Steps

Neighbours = Annotated[int, Interval(ge=1, le=1000)]


@dataclass(frozen=True)
class TagConfig(Config):
    """Config of tag.

    Raises:
        BadParameter: a value is out of range.
    """

    num_predators: Annotated[int, Interval(ge=1, le=1000)] = 3
    """Number of predators; mpe2's `num_adversaries`."""
    num_prey: Annotated[int, Interval(ge=1, le=1000)] = 1
    """Number of prey; mpe2's `num_good`."""
    num_landmarks: Annotated[int, Interval(ge=0, le=1000)] = 2
    """Number of obstacles; mpe2's `num_obstacles`."""
    continuous: bool = False
    """Actions are five strengths from 0 to 1 instead of one of five."""
    prey_speed: Annotated[float, Interval(gt=0, le=10)] = 1.0
    """Factor of the prey's top speed and acceleration; mpe2's curriculum has the stages 0.5, 0.75
    and 1."""
    shaped: bool = False
    """Pay for distances too: predators lose, prey gain a tenth of them (written out but switched
    off in mpe2)."""
    terminate_on_success: bool = False
    """End the episode once every prey is touched in the same step."""
    num_agent_neighbors: Neighbours | None = None
    """See so many of the other agents, the nearest first, instead of all in their order."""
    num_landmark_neighbors: Neighbours | None = None
    """See so many of the landmarks, the nearest first, instead of all in their order."""
    max_cycles: Steps = 25
    """Steps after which an episode is truncated."""
