"""The config of spread."""

from dataclasses import dataclass
from typing import Annotated

from ...core.config import Config
from ...core.ranges import Interval, Probability, Steps

MOST_AGENTS = 1000


@dataclass(frozen=True)
class SpreadConfig(Config):
    """Config of spread.

    Raises:
        BadParameter: a value is out of range.
    """

    num_agents: Annotated[int, Interval(ge=1, le=MOST_AGENTS)] = 3
    """Number of agents, and of landmarks; mpe2's `N`."""
    local_ratio: Probability = 0.5
    """Weight of an agent's own penalty for touching others; the rest is that of the distances, for
    which all are paid alike."""
    collision_penalty: bool = True
    """Make touching cost; off is stage 0 of mpe2's curriculum."""
    continuous: bool = False
    """Actions are five strengths from 0 to 1 instead of one of five."""
    terminate_on_success: bool = False
    """End the episode once every landmark has an agent within 0.1."""
    num_agent_neighbors: Annotated[int, Interval(ge=1, le=MOST_AGENTS)] | None = None
    """See so many of the other agents, the nearest first, instead of all in their order."""
    num_landmark_neighbors: Annotated[int, Interval(ge=1, le=MOST_AGENTS)] | None = None
    """See so many of the landmarks, the nearest first, instead of all in their order."""
    max_cycles: Steps = 25
    """Steps after which an episode is truncated."""
