"""The config of the commons, and its presets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from ...core.config import Presets
from ...core.ranges import Amount, Interval, Length, Probability
from ...core.validation import check_within
from ..grid_engine.config import GridDilemmaConfig, Sanctions
from .maps import ROOMS

MAX_RADIUS = 5
MOST_REGROWTH = 82
"""Most values of `regrowth`: for each number of neighbours in a radius of 5, and for none."""

_OPEN = Sanctions(length=3, radius=1, cooldown=2, removal=4)
_IN_ROOMS = {
    "regrowth": (0.0, 0.001, 0.005, 0.025),
    "sanctions": Sanctions(length=4, radius=1, cooldown=1, removal=100),
}
"""Melting Pot's values on its maps with rooms."""
PRESETS: Presets = {
    "rules": {
        "melting_pot": {},
        "perolat": {
            "regrowth": (0.0, 0.01, 0.01, 0.05, 0.05, 0.1),
            "num_agents": 12,
            "sanctions": replace(_OPEN, removal=25),
        },
        "ssd": {
            "regrowth": (0.0, 0.005, 0.02, 0.05),
            "radius": 1.5,
            "under_agents": False,
            "sanctions": Sanctions(length=5, radius=1, cooldown=0, cost=1.0, fine=50.0, remove=False),
        },
        "socialjax": {
            "regrowth": (0.0, 0.001, 0.005, 0.025),
            "under_agents": False,
            "sanctions": Sanctions(length=2, radius=1, cooldown=0, removal=1),
        },
    }
}
"""Constants of each source, over the defaults, which are Melting Pot's."""


@dataclass(frozen=True)
class HarvestConfig(GridDilemmaConfig):
    """Config of the commons.

    Raises:
        BadParameter: a value is out of range, or there are no rules of that name.
    """

    map: str = "open"
    """Name or drawing of the map.

    Names are `open`, `closed`, `partnership` (Melting Pot's) and `small`. In a drawing `#` is wall,
    space floor, `A` an apple, `P` a cell on which agents begin (none: any floor), `Q` one on which
    the first agents begin, and `T` a hidden tile.
    """
    rules: str = "melting_pot"
    """Preset: the source of values that are not given."""
    regrowth: Annotated[tuple[Probability, ...], Length(1, MOST_REGROWTH, "numbers")] = (0.0, 0.0025, 0.005, 0.025)
    """Probability per step that an apple grows again with 0, 1, 2, ... live apples near it; the
    last value is for all higher numbers."""
    radius: Annotated[float, Interval(ge=0, le=MAX_RADIUS)] = 2.0
    """Largest Euclidean distance of apples that are near; 1.5 is the box of 3 x 3 cells."""
    under_agents: bool = True
    """Let apples grow under agents, which then eat them at once."""
    end_chance: Probability = 0.15
    """Probability of truncation at each of those moments."""
    greedy_below: Annotated[int, Interval(ge=0, le=MOST_REGROWTH)] = 3
    """Number of live apples near an apple below which eating it makes an agent guilty. If it is not
    given, it is the number from which the last value of `regrowth` holds."""
    guilt: Annotated[int, Interval(ge=1, le=10_000)] = 25
    """Steps that guilt lasts, that of the meal included."""
    putative_cooperators: int = 0
    """Number of first agents that pay `tile_cost` whenever they enter a hidden tile."""
    tile_cost: Amount = 10.0
    """Cost of a hidden tile."""
    sanctions: Sanctions = _OPEN
    """Sanctions between agents."""

    presets: ClassVar[Presets] = PRESETS
    null_is_default: ClassVar[bool] = True

    @classmethod
    def preset_values(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Values of the source, on maps with rooms those of Melting Pot, and `greedy_below`."""
        laid = dict(super().preset_values(given))
        if given.get("rules", "melting_pot") == "melting_pot" and given.get("map") in ROOMS:
            laid |= _IN_ROOMS
        regrowth = given.get("regrowth", laid.get("regrowth", cls.regrowth))
        if isinstance(regrowth, (tuple, list)):
            laid["greedy_below"] = max(len(regrowth) - 1, 0)
        return laid

    def _check_together(self) -> None:
        super()._check_together()
        check_within("putative_cooperators", self.putative_cooperators, 0, self.num_agents)
