"""The config of flocking."""

from dataclasses import dataclass
from typing import Annotated

from ...core.ranges import Interval
from ...errors import BadParameter
from ..swarmbench.config import MAX_AGENTS, SwarmBenchConfig

FEWEST = 4


@dataclass(frozen=True)
class FlockingConfig(SwarmBenchConfig):
    """Config of flocking.

    Raises:
        BadParameter: a value is out of range, or the formation does not fit between the walls.
    """

    num_agents: Annotated[int, Interval(ge=FEWEST, le=MAX_AGENTS)] = 10
    """Number of agents."""

    def _check_together(self) -> None:
        super()._check_together()
        # One stays free: with every cell taken the formation would always stand already.
        self.check_room((self.height - 2) * (self.width - 2) - 1, "between the walls but one")
        inner = min(self.height, self.width) - 2
        if side_of(self.num_agents) > inner:
            raise BadParameter(
                f"num_agents is {self.num_agents}, whose formation has {side_of(self.num_agents)} cells on a side; allowed is {FEWEST}"
                f" to {4 * inner - 1} on a map of {self.height} x {self.width}"
            )


def side_of(num_agents: int) -> int:
    """Cells on a side of the formation of so many agents."""
    return num_agents // 4 + 1
