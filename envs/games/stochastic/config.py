"""The config of the stochastic game."""

from dataclasses import dataclass
from typing import Annotated

from ...core.config import Config
from ...core.ranges import Interval
from ...core.validation import LARGEST_INTEGER
from ...errors import BadParameter

MOST_TRANSITIONS = 4_000_000


@dataclass(frozen=True)
class StochasticConfig(Config):
    """Config of the stochastic game.

    Raises:
        BadParameter: a value is out of range, or the table of the game is too large.
    """

    num_agents: Annotated[int, Interval(ge=1, le=20)] = 3
    """Number of agents."""
    num_states: Annotated[int, Interval(ge=1, le=2000)] = 30
    """States of the game."""
    num_actions: Annotated[int, Interval(ge=1, le=1000)] = 5
    """Actions of each agent."""
    game_seed: Annotated[int, Interval(ge=0, le=LARGEST_INTEGER)] = 0
    """Seed of rewards and transitions, apart from the seed of the episodes."""
    max_cycles: Annotated[int, Interval(ge=1, le=10_000)] = 30
    """Steps after which an episode is truncated."""

    def _check_together(self) -> None:
        super()._check_together()
        transitions = self.num_states**2 * self.num_actions**self.num_agents
        if transitions > MOST_TRANSITIONS:
            raise BadParameter(
                f"num_states is {self.num_states} with num_agents {self.num_agents} and num_actions {self.num_actions}, "
                f"{transitions} transitions; allowed are {MOST_TRANSITIONS}"
            )
