"""The options of the commons, and its presets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from ...core.config import Presets
from ...core.ranges import Amount, Interval, Length, Probability
from ...core.validation import check_within
from ..grid_engine.config import GridDilemmaParameters, Sanctions
from .maps import ROOMS

MAX_RADIUS = 5
MOST_REGROWTH = 82
"""Neighbours that a radius of 5 holds, and none."""

_OPEN = Sanctions(length=3, radius=1, cooldown=2, removal=4)
_IN_ROOMS = {
    "regrowth": (0.0, 0.001, 0.005, 0.025),
    "sanctions": Sanctions(length=4, radius=1, cooldown=1, removal=100),
}
"""Melting Pot's constants on its maps with rooms."""
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
class HarvestParameters(GridDilemmaParameters):
    """Options of the commons.

    Raises:
        BadParameter: a value is out of range, or there are no rules of that name.
    """

    map: str = "open"
    """`open`, `closed`, `partnership` (Melting Pot's), `small`, or a drawing: `#` wall, space floor, `A` apple, `P` where agents begin (none: any floor), `Q` where the first agents begin, `T` hidden tile."""
    rules: str = "melting_pot"
    """Preset: the source whose constants hold where nothing else is given."""
    regrowth: Annotated[tuple[Probability, ...], Length(1, MOST_REGROWTH, "numbers")] = (0.0, 0.0025, 0.005, 0.025)
    """Chance per step that an apple grows again with 0, 1, 2, ... live apples near it; the last number is for all higher counts."""
    radius: Annotated[float, Interval(ge=0, le=MAX_RADIUS)] = 2.0
    """Apples near: those at most so far away, as the crow flies; 1.5 is the box of 3 x 3 cells."""
    under_agents: bool = True
    """Whether apples grow where an agent stands, who then eats them at once."""
    end_chance: Probability = 0.15
    """Chance at each of those moments."""
    greedy_below: Annotated[int, Interval(ge=0, le=MOST_REGROWTH)] = 3
    """Who eats an apple with fewer live apples near it is guilty for a while; left out, with fewer than give the last chance of `regrowth`."""
    guilt: Annotated[int, Interval(ge=1, le=10_000)] = 25
    """Steps that guilt lasts, that of the meal included."""
    putative_cooperators: int = 0
    """The first so many agents pay `tile_cost` whenever they enter a hidden tile."""
    tile_cost: Amount = 10.0
    """What a hidden tile costs them."""
    sanctions: Sanctions = _OPEN
    """How agents punish each other."""

    presets: ClassVar[Presets] = PRESETS
    null_is_default: ClassVar[bool] = True

    @classmethod
    def preset(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """The constants of the source, on maps with rooms those of Melting Pot there, and `greedy_below`."""
        laid = dict(super().preset(given))
        if given.get("rules", "melting_pot") == "melting_pot" and given.get("map") in ROOMS:
            laid |= _IN_ROOMS
        regrowth = given.get("regrowth", laid.get("regrowth", cls.regrowth))
        if isinstance(regrowth, (tuple, list)):
            laid["greedy_below"] = max(len(regrowth) - 1, 0)
        return laid

    def _check_together(self) -> None:
        super()._check_together()
        check_within("putative_cooperators", self.putative_cooperators, 0, self.num_agents)
