"""The config of the switch task."""

from dataclasses import dataclass
from typing import Annotated

from ...core.config import Config
from ...core.ranges import Interval, Steps
from ...core.validation import LARGEST


@dataclass(frozen=True)
class SwitchConfig(Config):
    """Config of the switch task; the defaults are those that ma-gym registers.

    Raises:
        BadParameter: a value is out of range.
    """

    num_agents: Annotated[int, Interval(ge=2, le=4)] = 2
    """Number of agents; those with even indices start at the left."""
    goal_reward: Annotated[float, Interval(ge=0, le=LARGEST)] = 5.0
    """Reward of an agent for reaching its goal."""
    step_cost: Annotated[float, Interval(ge=0, le=LARGEST)] = 0.1
    """Cost of each step of an agent that has not reached its goal."""
    shared_reward: bool = False
    """Pay every agent the sum of all rewards, as VDN learns from."""
    full_observation: bool = False
    """Show every agent the observations of all, in the order of their indices."""
    clock: bool = True
    """Show the share of max_cycles gone."""
    max_cycles: Steps = 50
    """Steps after which an episode is truncated."""
