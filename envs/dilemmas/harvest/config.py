"""The options of the commons, and what its presets and maps set."""

from dataclasses import dataclass, field, fields, replace

from ...core.validation import LARGEST, check_within, nearest
from ...errors import BadParameter
from ..grid_engine.config import GridDilemmaParameters, SanctionChoices, Sanctions, View
from .maps import ROOMS

MAX_RADIUS = 5
MOST_REGROWTH = 82
"""Neighbours that a radius of 5 holds, and none."""

_OPEN = Sanctions(length=3, radius=1, cooldown=2, removal=4)


@dataclass(frozen=True)
class _Preset:
    """What a source says; see HarvestParameters for the fields."""

    regrowth: tuple[float, ...]
    radius: float = 2.0
    under_agents: bool = True
    num_agents: int = 7
    sanctions: Sanctions = _OPEN


PRESETS = {
    "melting_pot": _Preset((0.0, 0.0025, 0.005, 0.025)),
    "perolat": _Preset((0.0, 0.01, 0.01, 0.05, 0.05, 0.1), num_agents=12, sanctions=replace(_OPEN, removal=25)),
    "ssd": _Preset(
        (0.0, 0.005, 0.02, 0.05),
        radius=1.5,
        under_agents=False,
        sanctions=Sanctions(length=5, radius=1, cooldown=0, cost=1.0, fine=50.0, remove=False),
    ),
    "socialjax": _Preset(
        (0.0, 0.001, 0.005, 0.025),
        under_agents=False,
        sanctions=Sanctions(length=2, radius=1, cooldown=0, removal=1),
    ),
}
_IN_ROOMS = _Preset((0.0, 0.001, 0.005, 0.025), sanctions=Sanctions(length=4, radius=1, cooldown=1, removal=100))


@dataclass(frozen=True)
class HarvestRules(GridDilemmaParameters):
    """HarvestParameters with nothing left open: what an environment has as `parameters`. Raises BadParameter, as it does."""

    map: str = "open"
    rules: str = "melting_pot"
    regrowth: tuple[float, ...] = ()
    radius: float = 2.0
    under_agents: bool = True
    greedy_below: int = 3
    guilt: int = 25
    putative_cooperators: int = 0
    tile_cost: float = 10.0

    def __post_init__(self):
        super().__post_init__()
        if not 1 <= len(self.regrowth) <= MOST_REGROWTH:
            raise BadParameter(
                f"regrowth has {len(self.regrowth)} numbers; allowed are 1 to {MOST_REGROWTH}, for 0, 1, 2 and more neighbours"
            )
        for count, chance in enumerate(self.regrowth):
            check_within(f"regrowth[{count}]", chance, 0, 1)
        check_within("radius", self.radius, 0, MAX_RADIUS)
        check_within("greedy_below", self.greedy_below, 0, MOST_REGROWTH)
        check_within("guilt", self.guilt, 1, 10_000)
        check_within("putative_cooperators", self.putative_cooperators, 0, self.num_agents)
        check_within("tile_cost", self.tile_cost, -LARGEST, LARGEST)

    def settled(self) -> "HarvestRules":
        """Itself."""
        return self


@dataclass(frozen=True)
class HarvestParameters:
    """Options of the commons.

    Raises:
        BadParameter: a value is out of range, or there are no rules of that name.
    """

    map: str = "open"
    """`open`, `closed`, `partnership` (Melting Pot's), `small`, or a drawing: `#` wall, space floor, `A` apple, `P` where agents begin (none: any floor), `Q` where the first agents begin, `T` hidden tile."""
    rules: str = "melting_pot"
    """Whose constants to take where nothing else is said: `melting_pot`, `perolat`, `ssd` or `socialjax`."""
    regrowth: tuple[float, ...] | None = None
    """Chance per step that an apple grows again with 0, 1, 2, ... live apples near it; the last number is for all higher counts."""
    radius: float | None = None
    """Apples near: those at most so far away, as the crow flies; 1.5 is the box of 3 x 3 cells."""
    under_agents: bool | None = None
    """Whether apples grow where an agent stands, who then eats them at once."""
    num_agents: int | None = None
    """Agents in each copy."""
    max_cycles: int = 1000
    """Steps after which an episode is truncated."""
    ends_after: int = 0
    """Steps from which an episode may be truncated by chance before `max_cycles`; 0 for never."""
    end_interval: int = 100
    """Steps between the moments at which that may happen."""
    end_chance: float = 0.15
    """Chance at each of those moments."""
    observation: str = "symbols"
    """What agents see: `symbols`, a plane for each kind of thing, or `rgb`, a picture of 8 x 8 pixels a cell."""
    greedy_below: int | None = None
    """Who eats an apple with fewer live apples near it is guilty for a while; left out, with fewer than give the last chance of `regrowth`."""
    guilt: int = 25
    """Steps that guilt lasts, that of the meal included."""
    putative_cooperators: int = 0
    """The first so many agents pay `tile_cost` whenever they enter a hidden tile."""
    tile_cost: float = 10.0
    """What a hidden tile costs them."""
    view: View = field(default_factory=View)
    """The window that an agent sees."""
    sanctions: SanctionChoices = field(default_factory=SanctionChoices)
    """How agents punish each other; what is left out is as `rules` and `map` say."""

    def __post_init__(self):
        self.settled()

    def settled(self) -> HarvestRules:
        """With every choice made: first what is given, then what the map has in Melting Pot, then the rules' own. Raises BadParameter."""
        if self.rules not in PRESETS:
            raise BadParameter(
                f"rules is {self.rules!r}; allowed are {', '.join(PRESETS)}.{nearest(self.rules, list(PRESETS))}"
            )
        rooms = self.rules == "melting_pot" and self.map in ROOMS
        preset = _IN_ROOMS if rooms else PRESETS[self.rules]
        choices = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "sanctions"}
        for name in ("regrowth", "radius", "under_agents", "num_agents"):
            if choices[name] is None:
                choices[name] = getattr(preset, name)
        if self.greedy_below is None:
            choices["greedy_below"] = max(len(choices["regrowth"]) - 1, 0)
        return HarvestRules(**choices, sanctions=self.sanctions.settled(preset.sanctions))
