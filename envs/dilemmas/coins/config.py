"""The config of coins."""

from dataclasses import dataclass
from typing import Annotated

from ...core.ranges import Amount, Interval, Probability
from ...core.validation import check_within
from ...errors import BadParameter
from ..grid_engine.config import GridDilemmaConfig, Sanctions

PLAYERS = 2
LEAST_SIDE, MOST_SIDE = 4, 60
_NONE = Sanctions(enabled=False)
Side = Annotated[int, Interval(ge=LEAST_SIDE, le=MOST_SIDE)]


@dataclass(frozen=True)
class CoinsConfig(GridDilemmaConfig):
    """Config of coins.

    Raises:
        BadParameter: a value is out of range, or two contradict each other.
    """

    num_agents: int = PLAYERS
    """Number of agents in each env; always 2."""
    end_chance: Probability = 0.05
    """Probability of truncation at each of those moments."""
    sanctions: Sanctions = _NONE
    """Sanctions between agents; by default there are none."""
    min_width: Side = 10
    """Least number of cells from wall to wall, left to right; each episode draws its own."""
    max_width: Side = 15
    """Largest number of cells from wall to wall, left to right."""
    min_height: Side = 10
    """Least number of cells from wall to wall, top to bottom; each episode draws its own."""
    max_height: Side = 15
    """Largest number of cells from wall to wall, top to bottom."""
    regrowth: Probability = 0.0005
    """Probability per step that a bare cell gets a coin, of either colour equally likely."""
    match: Amount = 1.0
    """Reward for taking a coin of the own colour."""
    mismatch: Amount = 1.0
    """Reward for taking a coin of the other player's colour."""
    match_other: Amount = 0.0
    """Reward of the other player when a player takes a coin of its own colour."""
    mismatch_other: Amount = -2.0
    """Reward of the other player when its coin is taken."""
    guilt: Annotated[int, Interval(ge=1, le=10_000)] = 50
    """Steps that a player is guilty after taking the other's coin, that one included."""

    def _check_together(self) -> None:
        super()._check_together()
        if self.num_agents != PLAYERS:
            raise BadParameter(f"num_agents is {self.num_agents}; allowed is {PLAYERS}")
        check_within("max_width", self.max_width, self.min_width, MOST_SIDE)
        check_within("max_height", self.max_height, self.min_height, MOST_SIDE)
