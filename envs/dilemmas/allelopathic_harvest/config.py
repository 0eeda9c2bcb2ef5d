"""The options of the berries."""

from dataclasses import dataclass

from ...core.validation import LARGEST, check_within
from ...errors import BadParameter
from ..grid_engine.config import GridDilemmaParameters, Sanctions

COLOURS = ("red", "green", "blue")
MAX_DELAY = 10_000
_GRADUATED = Sanctions(length=3, radius=1, cooldown=4, fine=10.0, freeze=25, removal=25, graduated=True, mark=50)


@dataclass(frozen=True)
class AllelopathicHarvestParameters(GridDilemmaParameters):
    """Options of the berries; what is left as it is, is Melting Pot's.

    Raises:
        BadParameter: a value is out of range, or the preferences are not those of `num_agents` agents.
    """

    num_agents: int = 16
    """Agents in each copy."""
    max_cycles: int = 2000
    """Steps after which an episode is truncated."""
    sanctions: Sanctions = _GRADUATED
    """How agents punish each other."""
    map: str = "open"
    """`open` (Melting Pot's, 30 x 29), `small` (12 x 12, for 4 to 6 agents), or a drawing: `.` floor, `r` `g` `b` berries, `#` wall, `P` where agents begin (none: any floor). The map is a torus."""
    preferences: tuple[int, int, int] | None = None
    """How many agents prefer red, green and blue, in the order of their numbers. Left out, the first half prefers red and the others green."""
    favourite_reward: float = 2.0
    """What a berry of the preferred colour is worth."""
    other_reward: float = 1.0
    """What any other berry is worth."""
    ripening: float = 1.74e-3
    """Chance per step that a berry ripens while all are of its colour; it falls linearly with the share of that colour. On `open` it is 5e-6 for each berry."""
    cubic_rate: float = 0.0
    """Added to the linear law: the chance is multiplied by 1 + cubic_rate * (berries of that colour) ** 2, up to 1."""
    delay: int = 10
    """Steps from planting or eating to the first one in which the berry may ripen."""
    plant_length: int = 3
    """Cells that planting beams reach ahead."""
    plant_cooldown: int = 1
    """Steps after planting in which no planting beam is ready: the next one is possible plant_cooldown + 1 steps later."""

    def __post_init__(self):
        super().__post_init__()
        check_within("favourite_reward", self.favourite_reward, -LARGEST, LARGEST)
        check_within("other_reward", self.other_reward, -LARGEST, LARGEST)
        check_within("ripening", self.ripening, 0, 1)
        check_within("cubic_rate", self.cubic_rate, 0, LARGEST)
        check_within("delay", self.delay, 1, MAX_DELAY)
        check_within("plant_length", self.plant_length, 1, 100)
        check_within("plant_cooldown", self.plant_cooldown, 0, 10_000)
        given = self.preferences
        if given is not None and (len(given) != 3 or min(given) < 0 or sum(given) != self.num_agents):
            raise BadParameter(
                f"preferences are {tuple(given)}; allowed are three counts for red, green and blue that add up to num_agents, which is {self.num_agents}"
            )

    def favourites(self) -> list[int]:
        """The favourite of each agent: 0 red, 1 green, 2 blue."""
        n = self.num_agents
        counts = self.preferences if self.preferences is not None else ((n + 1) // 2, n // 2, 0)
        return [colour for colour, count in enumerate(counts) for _ in range(count)]
