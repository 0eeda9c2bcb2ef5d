"""The config of allelopathic harvest."""

from dataclasses import dataclass
from typing import Annotated

from ...core.ranges import Amount, Interval, Probability, Steps
from ...core.validation import LARGEST
from ...errors import BadParameter
from ..grid_engine.config import Cooldown, GridDilemmaConfig, NumAgents, Sanctions

COLOURS = ("red", "green", "blue")
MAX_DELAY = 10_000
_GRADUATED = Sanctions(length=3, radius=1, cooldown=4, fine=10.0, freeze=25, removal=25, graduated=True, mark=50)


@dataclass(frozen=True)
class AllelopathicHarvestConfig(GridDilemmaConfig):
    """Config of allelopathic harvest; the defaults are Melting Pot's.

    Raises:
        BadParameter: a value is out of range, or preferences do not add up to `num_agents`.
    """

    num_agents: NumAgents = 16
    """Number of agents in each env."""
    max_cycles: Steps = 2000
    """Steps after which an episode is truncated."""
    sanctions: Sanctions = _GRADUATED
    """Sanctions between agents."""
    map: str = "open"
    """Name or drawing of the map, which is a torus.

    Names are `open` (Melting Pot's, 30 x 29) and `small` (12 x 12, for 4 to 6 agents). In a drawing
    `.` is floor, `r`, `g` and `b` are berries, `#` is wall, and `P` a cell on which agents begin
    (none: any floor).
    """
    preferences: tuple[int, int, int] | None = None
    """Numbers of agents that prefer red, green and blue, in the order of their indices. Without
    them the first half prefers red and the others green."""
    favourite_reward: Amount = 2.0
    """Reward of a berry of the preferred colour."""
    other_reward: Amount = 1.0
    """Reward of any other berry."""
    ripening: Probability = 1.74e-3
    """Probability per step that a berry ripens while all have its colour. It falls linearly with
    the share of that colour; on `open` it is 5e-6 for each berry."""
    cubic_rate: Annotated[float, Interval(ge=0, le=LARGEST)] = 0.0
    """Addition to the linear law: the probability is multiplied by
    1 + cubic_rate * (berries of that colour) ** 2, up to 1."""
    delay: Annotated[int, Interval(ge=1, le=MAX_DELAY)] = 10
    """Steps from planting or eating to the first one in which the berry may ripen."""
    plant_length: Annotated[int, Interval(ge=1, le=100)] = 3
    """Cells that planting beams reach ahead."""
    plant_cooldown: Cooldown = 1
    """Steps after planting in which no planting beam is ready. The next one is possible
    plant_cooldown + 1 steps later."""

    def _check_together(self) -> None:
        super()._check_together()
        given = self.preferences
        if given is not None and (min(given) < 0 or sum(given) != self.num_agents):
            raise BadParameter(
                f"preferences are {tuple(given)}; allowed are three counts for red, green and blue that add up to num_agents, which is {self.num_agents}"
            )

    def favourites(self) -> list[int]:
        """Favourite colour of each agent: 0 red, 1 green, 2 blue."""
        n = self.num_agents
        counts = self.preferences if self.preferences is not None else ((n + 1) // 2, n // 2, 0)
        return [colour for colour, count in enumerate(counts) for _ in range(count)]
