"""The options that all grid dilemmas have: how long, how far one sees, and how sanctions work."""

from dataclasses import dataclass, fields, replace

from ...core.validation import LARGEST, MOST_STEPS, check_within
from ...errors import BadParameter

MAX_AGENTS = 64
"""Opportunities are noted in the bits of a uint64; see `sanctioning`."""
MAX_VIEW = 31
OBSERVATIONS = ("symbols", "rgb")


@dataclass(frozen=True)
class Sanctions:
    """How one agent punishes another: a beam, what it costs, and what it does to those it hits.

    A beam of length L and radius R covers L cells ahead, and on each side r = 1..R the cell beside the shooter at distance r with the
    L - r cells ahead of that one. Each column ends at the first agent it hits.

    Raises:
        BadParameter: a value is out of range, or two contradict each other.
    """

    enabled: bool = True
    """Whether agents have the beam at all; without it the action does not exist."""
    length: int = 3
    """Cells that the beam reaches ahead."""
    radius: int = 1
    """Cells that the beam reaches to each side."""
    cooldown: int = 10
    """Steps after a shot in which the beam is not ready: the next one is possible cooldown + 1 steps later."""
    cost: float = 0.0
    """What a shot costs the punisher, whether it hits or not."""
    fine: float = 0.0
    """What a hit costs the target; with `graduated` only the second."""
    freeze: int = 0
    """Steps in which a target cannot move or shoot; with `graduated` after the first hit. The hit's own step counts as one."""
    remove: bool = True
    """Whether a hit takes the target off the map; with `graduated` only the second."""
    removal: int = 50
    """Steps that a removed target spends off the map, after the one of the hit."""
    graduated: bool = False
    """Whether the first hit only marks and freezes, and a second one, while the mark is there, fines and removes."""
    mark: int = 50
    """Steps that a mark lasts, that of the hit included; those off the map do not count."""
    walls_block: bool = True
    """Whether the beam ends at walls."""

    def __post_init__(self):
        check_within("sanctions.length", self.length, 1, MAX_VIEW)
        check_within("sanctions.radius", self.radius, 0, self.length)
        check_within("sanctions.cooldown", self.cooldown, 0, 10_000)
        check_within("sanctions.cost", self.cost, -LARGEST, LARGEST)
        check_within("sanctions.fine", self.fine, -LARGEST, LARGEST)
        check_within("sanctions.freeze", self.freeze, 0, 10_000)
        if self.remove and not 1 <= self.removal <= 10_000:
            raise BadParameter(
                f"sanctions.removal is {self.removal} with sanctions.remove on; allowed is 1 to 10000, or sanctions.remove off"
            )
        if self.graduated and not 1 <= self.mark <= 10_000:
            raise BadParameter(
                f"sanctions.mark is {self.mark} with sanctions.graduated on; allowed is 1 to 10000, or sanctions.graduated off"
            )
        if self.enabled and not (self.remove or self.fine or self.freeze):
            raise BadParameter(
                "sanctions.remove is off, sanctions.fine and sanctions.freeze are 0, so that sanctions do nothing; "
                "turn one of them on or sanctions.enabled off"
            )


@dataclass(frozen=True)
class SanctionChoices:
    """How one agent punishes another. What is left out is as the task's presets say; see Sanctions for the ranges."""

    enabled: bool | None = None
    """Whether agents have the beam at all; without it the action does not exist."""
    length: int | None = None
    """Cells that the beam reaches ahead."""
    radius: int | None = None
    """Cells that the beam reaches to each side."""
    cooldown: int | None = None
    """Steps after a shot in which the beam is not ready."""
    cost: float | None = None
    """What a shot costs the punisher, whether it hits or not."""
    fine: float | None = None
    """What a hit costs the target; with `graduated` only the second."""
    freeze: int | None = None
    """Steps in which a target cannot move or shoot; with `graduated` after the first hit."""
    remove: bool | None = None
    """Whether a hit takes the target off the map; with `graduated` only the second."""
    removal: int | None = None
    """Steps that a removed target spends off the map, after the one of the hit."""
    graduated: bool | None = None
    """Whether the first hit only marks and freezes, and a second one, while the mark is there, fines and removes."""
    mark: int | None = None
    """Steps that a mark lasts, that of the hit included; those off the map do not count."""
    walls_block: bool | None = None
    """Whether the beam ends at walls."""

    def settled(self, base: Sanctions) -> Sanctions:
        """`base` with what is chosen. Raises BadParameter for what cannot be."""
        chosen = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) is not None}
        return replace(base, **chosen)


@dataclass(frozen=True)
class View:
    """The window that an agent sees, which turns with it. Raises BadParameter for values out of range."""

    left: int = 5
    """Cells seen to the left."""
    right: int = 5
    """Cells seen to the right."""
    forward: int = 9
    """Cells seen ahead."""
    backward: int = 1
    """Cells seen behind."""

    def __post_init__(self):
        for name in ("left", "right", "forward", "backward"):
            check_within(f"view.{name}", getattr(self, name), 0, MAX_VIEW // 2)


@dataclass(frozen=True)
class GridDilemmaParameters:
    """Options of every grid dilemma; a task adds its own and sets other defaults.

    Raises:
        BadParameter: a value is out of range.
    """

    num_agents: int = 7
    """Agents in each copy."""
    max_cycles: int = 1000
    """Steps after which an episode is truncated."""
    ends_after: int = 0
    """Steps from which an episode may be truncated by chance before `max_cycles`; 0 for never."""
    end_interval: int = 100
    """Steps between the moments at which that may happen: the steps one before a multiple of it, counted from 1, as in Melting Pot."""
    end_chance: float = 0.2
    """Chance at each of those moments."""
    observation: str = "symbols"
    """What agents see: `symbols`, a plane for each kind of thing, or `rgb`, a picture of 8 x 8 pixels a cell."""
    view: View = View()
    """The window that an agent sees."""
    sanctions: Sanctions = Sanctions()
    """How agents punish each other."""

    def __post_init__(self):
        check_within("num_agents", self.num_agents, 1, MAX_AGENTS)
        check_within("max_cycles", self.max_cycles, 1, MOST_STEPS)
        check_within("ends_after", self.ends_after, 0, MOST_STEPS)
        check_within("end_interval", self.end_interval, 1, MOST_STEPS)
        check_within("end_chance", self.end_chance, 0, 1)
        if self.observation not in OBSERVATIONS:
            raise BadParameter(f"observation is {self.observation!r}; allowed are {' and '.join(OBSERVATIONS)}")
