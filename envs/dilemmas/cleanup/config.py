"""The config of the clean-up task, and its presets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from ...core.config import Presets
from ...core.ranges import Interval, Probability
from ...core.validation import check_within
from ...errors import BadParameter
from ..grid_engine.config import BeamLength, BeamRadius, Cooldown, GridDilemmaConfig, Sanctions, View

ON_SMALL = 3
"""Number of agents on the map `small`, if no other is given."""

PRESETS: Presets = {
    "rules": {
        "melting_pot": {},
        "ssd": {
            "map": "ssd",
            "num_agents": 5,
            "under_agents": False,
            "dirt_delay": 0,
            "dirt_until": 0.4,
            "dirt_retries": True,
            "clean_length": 5,
            "clean_cooldown": 0,
            "clean_ends_at_agents": True,
            "view": View(7, 7, 7, 7),
            "sanctions": Sanctions(length=5, radius=1, cooldown=0, cost=1.0, fine=50.0, remove=False),
        },
        "socialjax": {
            "count_streams": True,
            "under_agents": False,
            "dirt_delay": 51,
            "clean_length": 2,
            "clean_cooldown": 0,
            "clean_all": True,
            "sanctions": Sanctions(length=2, radius=1, cooldown=0, removal=1),
        },
    }
}
"""Constants of each source, over the defaults, which are Melting Pot's."""


@dataclass(frozen=True)
class CleanupConfig(GridDilemmaConfig):
    """Config of the clean-up task.

    Raises:
        BadParameter: a value is out of range, or there are no rules of that name.
    """

    map: str = "clean_up"
    """Name or drawing of the map.

    Names are `clean_up` (Melting Pot's), `ssd` and `small`. In a drawing `#` is wall, space floor,
    `A` a place where apples grow, `D` river that is dirty at first, `R` river that may get dirty,
    `~` stream that never does, and `P` a cell on which agents begin (none: any floor).
    """
    rules: str = "melting_pot"
    """Preset: the source of values that are not given."""
    apple_chance: Probability = 0.05
    """Probability per step that an apple grows at a bare tree, while the river is as clean as
    `restoration`."""
    depletion: Probability = 0.4
    """Share of dirty river from which no apple grows."""
    restoration: Probability = 0.0
    """Share of dirty river up to which apples grow fastest; between the two the probability falls
    linearly."""
    count_streams: bool = False
    """Count streams as river that is clean."""
    under_agents: bool = True
    """Let apples grow under agents, which then eat them at once."""
    dirt_chance: Probability = 0.5
    """Probability per step that one clean cell of the river, drawn among all, gets dirty."""
    dirt_delay: Annotated[int, Interval(ge=0, le=1_000_000)] = 50
    """Steps at the beginning without new dirt."""
    dirt_until: Probability = 1.0
    """Share of dirty river from which no more dirt appears."""
    dirt_retries: bool = False
    """Try the next clean cell if one does not get dirty, until one does or none is left."""
    clean_length: BeamLength = 3
    """Cells that the cleaning beam reaches ahead."""
    clean_radius: BeamRadius = 1
    """Cells that the cleaning beam reaches to each side."""
    clean_cooldown: Cooldown = 2
    """Steps after a shot in which the cleaning beam is not ready."""
    clean_all: bool = False
    """Clean all dirt that the beam covers; otherwise it ends at the first of each column."""
    clean_ends_at_agents: bool = False
    """End the cleaning beam at agents."""
    shared: bool = False
    """Pay every agent on the map for every apple."""
    guilt: Annotated[int, Interval(ge=1, le=10_000)] = 200
    """Steps, this one included, within which a guilty agent ate and cleaned nothing."""

    presets: ClassVar[Presets] = PRESETS
    null_is_default: ClassVar[bool] = True

    @classmethod
    def preset_values(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Values of the source, and a number of agents for which the map `small` has room."""
        few = {"num_agents": ON_SMALL} if given.get("map") == "small" else {}
        return {**super().preset_values(given), **few}

    def _check_together(self) -> None:
        super()._check_together()
        check_within("clean_radius", self.clean_radius, 0, self.clean_length)
        if not self.restoration < self.depletion:
            raise BadParameter(
                f"restoration is {self.restoration} with a depletion of {self.depletion}; allowed is less than depletion"
            )
