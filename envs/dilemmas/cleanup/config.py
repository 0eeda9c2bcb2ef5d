"""The options of the clean-up task, and what its presets set."""

from dataclasses import dataclass, field, fields, replace

from ...core.validation import check_within, nearest
from ...errors import BadParameter
from ..grid_engine.config import MAX_VIEW, GridDilemmaParameters, SanctionChoices, Sanctions, View

ON_SMALL = 3
"""Agents on the map `small`, where nothing else is said."""


@dataclass(frozen=True)
class CleanupRules(GridDilemmaParameters):
    """CleanupParameters with nothing left open: what an environment has as `parameters`. Raises BadParameter, as it does."""

    map: str = "clean_up"
    rules: str = "melting_pot"
    apple_chance: float = 0.05
    depletion: float = 0.4
    restoration: float = 0.0
    count_streams: bool = False
    under_agents: bool = True
    dirt_chance: float = 0.5
    dirt_delay: int = 50
    dirt_until: float = 1.0
    dirt_retries: bool = False
    clean_length: int = 3
    clean_radius: int = 1
    clean_cooldown: int = 2
    clean_all: bool = False
    clean_ends_at_agents: bool = False
    shared: bool = False
    guilt: int = 200

    def __post_init__(self):
        super().__post_init__()
        check_within("apple_chance", self.apple_chance, 0, 1)
        check_within("depletion", self.depletion, 0, 1)
        check_within("restoration", self.restoration, 0, 1)
        if not self.restoration < self.depletion:
            raise BadParameter(
                f"restoration is {self.restoration} with a depletion of {self.depletion}; allowed is less than depletion"
            )
        check_within("dirt_chance", self.dirt_chance, 0, 1)
        check_within("dirt_delay", self.dirt_delay, 0, 1_000_000)
        check_within("dirt_until", self.dirt_until, 0, 1)
        check_within("clean_length", self.clean_length, 1, MAX_VIEW)
        check_within("clean_radius", self.clean_radius, 0, self.clean_length)
        check_within("clean_cooldown", self.clean_cooldown, 0, 10_000)
        check_within("guilt", self.guilt, 1, 10_000)

    def settled(self) -> "CleanupRules":
        """Itself."""
        return self


PRESETS = {
    "melting_pot": CleanupRules(),
    "ssd": CleanupRules(
        map="ssd",
        num_agents=5,
        under_agents=False,
        dirt_delay=0,
        dirt_until=0.4,
        dirt_retries=True,
        clean_length=5,
        clean_cooldown=0,
        clean_ends_at_agents=True,
        view=View(7, 7, 7, 7),
        sanctions=Sanctions(length=5, radius=1, cooldown=0, cost=1.0, fine=50.0, remove=False),
    ),
    "socialjax": CleanupRules(
        count_streams=True,
        under_agents=False,
        dirt_delay=51,
        clean_length=2,
        clean_cooldown=0,
        clean_all=True,
        sanctions=Sanctions(length=2, radius=1, cooldown=0, removal=1),
    ),
}
"""What each source says."""


@dataclass(frozen=True)
class ViewChoices:
    """The window that an agent sees, which turns with it. What is left out is as `rules` say."""

    left: int | None = None
    """Cells seen to the left."""
    right: int | None = None
    """Cells seen to the right."""
    forward: int | None = None
    """Cells seen ahead."""
    backward: int | None = None
    """Cells seen behind."""

    def settled(self, base: View) -> View:
        """`base` with what is chosen. Raises BadParameter for what cannot be."""
        return replace(base, **_given(self))


@dataclass(frozen=True)
class CleanupParameters:
    """Options of the clean-up task. What is left out is as `rules` say.

    Raises:
        BadParameter: a value is out of range, or there are no rules of that name.
    """

    map: str | None = None
    """`clean_up` (Melting Pot's), `ssd`, `small`, or a drawing: `#` wall, space floor, `A` where apples grow, `D` river that is dirty at first, `R` river that may get dirty, `~` stream that never does, `P` where agents begin (none: any floor)."""
    rules: str = "melting_pot"
    """Whose constants to take where nothing else is said: `melting_pot`, `ssd` or `socialjax`."""
    num_agents: int | None = None
    """Agents in each copy; where nothing is said, 3 on the map `small`."""
    apple_chance: float | None = None
    """Chance per step that an apple grows where none is, while the river is as clean as `restoration`."""
    depletion: float | None = None
    """Share of dirty river from which no apple grows."""
    restoration: float | None = None
    """Share of dirty river up to which apples grow fastest; between the two the chance falls on a line."""
    count_streams: bool | None = None
    """Whether streams count as river that is clean."""
    under_agents: bool | None = None
    """Whether apples grow where an agent stands, who then eats them at once."""
    dirt_chance: float | None = None
    """Chance per step that one clean cell of the river, whichever, gets dirty."""
    dirt_delay: int | None = None
    """Steps at the beginning without new dirt."""
    dirt_until: float | None = None
    """Share of dirty river from which no more dirt appears."""
    dirt_retries: bool | None = None
    """Whether, if one clean cell does not get dirty, the next is tried, until one does or none is left."""
    clean_length: int | None = None
    """Cells that the cleaning beam reaches ahead."""
    clean_radius: int | None = None
    """Cells that the cleaning beam reaches to each side."""
    clean_cooldown: int | None = None
    """Steps after a shot in which the cleaning beam is not ready."""
    clean_all: bool | None = None
    """Whether the cleaning beam cleans all dirt that it covers; otherwise it ends at the first of each column."""
    clean_ends_at_agents: bool | None = None
    """Whether the cleaning beam ends at agents."""
    shared: bool = False
    """Whether every agent on the map is paid for every apple, whoever eats it."""
    guilt: int = 200
    """Who ate within so many steps, and cleaned nothing within so many, is guilty; this step counts as one."""
    max_cycles: int = 1000
    """Steps after which an episode is truncated."""
    ends_after: int = 0
    """Steps from which an episode may be truncated by chance before `max_cycles`; 0 for never."""
    end_interval: int = 100
    """Steps between the moments at which that may happen."""
    end_chance: float = 0.2
    """Chance at each of those moments."""
    observation: str = "symbols"
    """What agents see: `symbols`, a plane for each kind of thing, or `rgb`, a picture of 8 x 8 pixels a cell."""
    view: ViewChoices = field(default_factory=ViewChoices)
    """The window that an agent sees."""
    sanctions: SanctionChoices = field(default_factory=SanctionChoices)
    """How agents punish each other."""

    def __post_init__(self):
        self.settled()

    def settled(self) -> CleanupRules:
        """With every choice made: first what is given, then the rules' own. Raises BadParameter."""
        if self.rules not in PRESETS:
            raise BadParameter(
                f"rules is {self.rules!r}; allowed are {', '.join(PRESETS)}.{nearest(self.rules, list(PRESETS))}"
            )
        preset = PRESETS[self.rules]
        choices = _given(self) | {
            "view": self.view.settled(preset.view),
            "sanctions": self.sanctions.settled(preset.sanctions),
        }
        if self.map == "small":
            choices = {"num_agents": ON_SMALL} | choices
        return replace(preset, **choices)


def _given(options: CleanupParameters | ViewChoices) -> dict[str, object]:
    return {f.name: getattr(options, f.name) for f in fields(options) if getattr(options, f.name) is not None}
