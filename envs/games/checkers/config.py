"""The config of the checkers task."""

from dataclasses import dataclass
from typing import Annotated

from ...core.config import Config
from ...core.ranges import Interval, Steps
from ...core.validation import LARGEST


@dataclass(frozen=True)
class CheckersConfig(Config):
    """Config of the checkers task; the defaults are those of ma-gym.

    Raises:
        BadParameter: a value is out of range.
    """

    sensitive_reward: Annotated[float, Interval(ge=0, le=LARGEST)] = 10.0
    """Reward of agent 0 for an apple, and its cost of a lemon."""
    plain_reward: Annotated[float, Interval(ge=0, le=LARGEST)] = 1.0
    """Reward of agent 1 for an apple, and its cost of a lemon."""
    step_cost: Annotated[float, Interval(ge=0, le=LARGEST)] = 0.01
    """Cost of each step of each agent."""
    shared_reward: bool = False
    """Pay both agents the sum of their rewards, as VDN learns from."""
    full_observation: bool = False
    """Show both agents the observations of both, in the order of their indices."""
    clock: bool = False
    """Show the share of max_cycles gone."""
    max_cycles: Steps = 100
    """Steps after which an episode is truncated."""
