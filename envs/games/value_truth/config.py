"""The config of value_truth."""

from dataclasses import dataclass
from typing import Annotated, Literal

from ...core.config import Config
from ...core.ranges import Amount, Interval, Steps
from ...core.validation import check_within
from ...errors import BadParameter

MOST_OBSERVED = 10_000
"""Longest episode whose time is observed one-hot."""


@dataclass(frozen=True)
class ValueTruthConfig(Config):
    """Config of value_truth.

    Raises:
        BadParameter: a value is out of range.
    """

    num_agents: Annotated[int, Interval(ge=1, le=100_000)] = 1
    """Number of agents; each is paid for itself."""
    reward: Amount = 1.0
    """Reward of each agent in each step."""
    ends: Literal["truncation", "termination"] = "truncation"
    """End of an episode: truncated, while rewards would go on, or terminated, with none to come."""
    observe: Literal["nothing", "time"] = "nothing"
    """Observation: a constant, or the number of the step, one-hot."""
    max_cycles: Steps = 5
    """Steps of an episode."""

    def _check_together(self) -> None:
        super()._check_together()
        if self.observe == "time":
            check_within("max_cycles", self.max_cycles, 1, MOST_OBSERVED)

    def true_value(self, gamma: float, elapsed: int = 0) -> float:
        """The value after `elapsed` steps: reward / (1 - gamma), or less where the end is near.

        Raises:
            BadParameter: gamma is not from 0 to below 1.
        """
        if not 0 <= gamma < 1:
            raise BadParameter(f"gamma is {gamma}; allowed is 0 to below 1")
        endless = self.reward / (1 - gamma)
        return endless if self.ends == "truncation" else endless * (1 - gamma ** (self.max_cycles - elapsed))
