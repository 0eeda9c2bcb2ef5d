"""The options that all grid dilemmas have: how long, how far one sees, and how sanctions work."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from ...core.config import Config
from ...core.ranges import Amount, Interval, OneOf, Probability, Steps
from ...core.validation import MOST_STEPS, check_within
from ...errors import BadParameter

MAX_AGENTS = 64
"""Opportunities are noted in the bits of a uint64; see `sanctioning`."""
MAX_VIEW = 31
OBSERVATIONS = ("symbols", "rgb")
NumAgents = Annotated[int, Interval(ge=1, le=MAX_AGENTS)]
BeamLength = Annotated[int, Interval(ge=1, le=MAX_VIEW)]
Cooldown = Annotated[int, Interval(ge=0, le=10_000)]
BeamRadius = Annotated[int, Interval(ge=0, le=MAX_VIEW)]
Side = Annotated[int, Interval(ge=0, le=MAX_VIEW // 2)]


@dataclass(frozen=True)
class Sanctions(Config):
    """How one agent punishes another: a beam, what it costs, and what it does to those it hits.

    A beam of length L and radius R covers L cells ahead, and on each side r = 1..R the cell beside the shooter at distance r with the
    L - r cells ahead of that one. Each column ends at the first agent it hits.

    Raises:
        BadParameter: a value is out of range, or two contradict each other.
    """

    enabled: bool = True
    """Whether agents have the beam at all; without it the action does not exist."""
    length: BeamLength = 3
    """Cells that the beam reaches ahead."""
    radius: BeamRadius = 1
    """Cells that the beam reaches to each side."""
    cooldown: Cooldown = 10
    """Steps after a shot in which the beam is not ready: the next one is possible cooldown + 1 steps later."""
    cost: Amount = 0.0
    """What a shot costs the punisher, whether it hits or not."""
    fine: Amount = 0.0
    """What a hit costs the target; with `graduated` only the second."""
    freeze: Cooldown = 0
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

    prefix: ClassVar[str] = "sanctions."

    def _check_together(self) -> None:
        super()._check_together()
        check_within("sanctions.radius", self.radius, 0, self.length)
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
class View(Config):
    """The window that an agent sees, which turns with it. Raises BadParameter for values out of range."""

    left: Side = 5
    """Cells seen to the left."""
    right: Side = 5
    """Cells seen to the right."""
    forward: Side = 9
    """Cells seen ahead."""
    backward: Side = 1
    """Cells seen behind."""

    prefix: ClassVar[str] = "view."


@dataclass(frozen=True)
class GridDilemmaParameters(Config):
    """Options of every grid dilemma; a task adds its own and sets other defaults.

    Raises:
        BadParameter: a value is out of range.
    """

    num_agents: NumAgents = 7
    """Agents in each copy."""
    max_cycles: Steps = 1000
    """Steps after which an episode is truncated."""
    ends_after: Annotated[int, Interval(ge=0, le=MOST_STEPS)] = 0
    """Steps from which an episode may be truncated by chance before `max_cycles`; 0 for never."""
    end_interval: Steps = 100
    """Steps between the moments at which that may happen: the steps one before a multiple of it, counted from 1, as in Melting Pot."""
    end_chance: Probability = 0.2
    """Chance at each of those moments."""
    observation: Annotated[str, OneOf(OBSERVATIONS)] = "symbols"
    """What agents see: `symbols`, a plane for each kind of thing, or `rgb`, a picture of 8 x 8 pixels a cell."""
    view: View = View()
    """The window that an agent sees."""
    sanctions: Sanctions = Sanctions()
    """How agents punish each other."""
