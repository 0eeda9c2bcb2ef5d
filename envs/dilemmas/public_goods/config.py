"""The config of the public goods game."""

from dataclasses import dataclass
from typing import Annotated

from ...core.config import Config
from ...core.ranges import Interval, Steps
from ...core.validation import LARGEST


@dataclass(frozen=True)
class PublicGoodsConfig(Config):
    """Config of the public goods game.

    Raises:
        BadParameter: a value is out of range.
    """

    num_agents: Annotated[int, Interval(ge=2, le=64)] = 4
    """Agents that share a pot."""
    endowment: Annotated[float, Interval(ge=0, le=LARGEST)] = 20.0
    """Amount that each agent may give or keep in a round."""
    multiplier: Annotated[float, Interval(ge=0, le=1000)] = 1.6
    """Factor of the pot before all share it; it is a dilemma between 1 and `num_agents`."""
    levels: Annotated[int, Interval(ge=2, le=1001)] = 21
    """Contributions to choose from, evenly from nothing to the whole endowment."""
    punishment: bool = True
    """Let all assign points to the others in a second step of each round."""
    punishment_cost: Annotated[float, Interval(ge=0, le=LARGEST)] = 1.0
    """Cost of a point for the agent that assigns it."""
    punishment_fine: Annotated[float, Interval(ge=0, le=LARGEST)] = 3.0
    """Loss of the target for each point."""
    most_points: Annotated[int, Interval(ge=1, le=1000)] = 10
    """Largest number of points that an agent can assign to another in a round."""
    anonymous: bool = False
    """Show the others in a new random order in each round, so that no agent has a history."""
    max_cycles: Steps = 20
    """Steps after which an episode is truncated; a round is one step, or two with `punishment`."""

    @property
    def unit(self) -> float:
        """Contribution of one level."""
        return self.endowment / (self.levels - 1)

    @property
    def share(self) -> float:
        """Return of an agent for each unit that any agent contributes."""
        return self.multiplier / self.num_agents
