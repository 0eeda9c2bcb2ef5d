"""Config that all grid dilemmas share: length of episodes, view, and sanctions."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from ...core.config import Config
from ...core.ranges import Amount, Interval, OneOf, Probability, Steps
from ...core.validation import MOST_STEPS, check_within
from ...errors import BadParameter

MAX_AGENTS = 64
"""Bits of the uint64 in which opportunities are looked for; see `sanctions`."""
MAX_VIEW = 31
OBSERVATIONS = ("symbols", "rgb")
NumAgents = Annotated[int, Interval(ge=1, le=MAX_AGENTS)]
BeamLength = Annotated[int, Interval(ge=1, le=MAX_VIEW)]
Cooldown = Annotated[int, Interval(ge=0, le=10_000)]
BeamRadius = Annotated[int, Interval(ge=0, le=MAX_VIEW)]
Side = Annotated[int, Interval(ge=0, le=MAX_VIEW // 2)]


@dataclass(frozen=True)
class Sanctions(Config):
    """Config of sanctions: a beam, its cost, and its effects on agents that it hits.

    A beam of length L and radius R covers L cells ahead, and at each distance r = 1..R to a side
    the cell beside the shooter with the L - r cells ahead of that one. Each column ends at the
    first agent that it hits.

    Raises:
        BadParameter: a value is out of range, or two contradict each other.
    """

    enabled: bool = True
    """Give agents the beam; without it the action does not exist."""
    length: BeamLength = 3
    """Cells that the beam reaches ahead."""
    radius: BeamRadius = 1
    """Cells that the beam reaches to each side."""
    cooldown: Cooldown = 10
    """Steps after a shot in which the beam is not ready. The next one is possible cooldown + 1
    steps later."""
    cost: Amount = 0.0
    """Cost of a shot, paid by the shooter, whether it hits or not."""
    fine: Amount = 0.0
    """Cost of a hit, paid by the target; with `graduated` only for the second hit."""
    freeze: Cooldown = 0
    """Steps in which a target cannot move or shoot, that of the hit included; with `graduated`
    after the first hit."""
    remove: bool = True
    """Take a target off the map; with `graduated` only after the second hit."""
    removal: int = 50
    """Steps that a removed target spends off the map, after the one of the hit."""
    graduated: bool = False
    """Only mark and freeze after a first hit; fine and remove after a second one while marked."""
    mark: int = 50
    """Steps that a mark lasts, that of the hit included; steps off the map do not count."""
    walls_block: bool = True
    """End the beam at walls."""

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
    """Config of the window that an agent sees, which turns with it.

    Raises:
        BadParameter: a value is out of range.
    """

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
class GridDilemmaConfig(Config):
    """Config of every grid dilemma; a task adds its own fields and sets other defaults.

    Raises:
        BadParameter: a value is out of range.
    """

    num_agents: NumAgents = 7
    """Number of agents in each env."""
    max_cycles: Steps = 1000
    """Steps after which an episode is truncated."""
    ends_after: Annotated[int, Interval(ge=0, le=MOST_STEPS)] = 0
    """Steps after which an episode may be truncated by chance before `max_cycles`; 0 for never."""
    end_interval: Steps = 100
    """Steps between the moments at which that may happen. These are the steps one before a
    multiple of it, counted from 1, as in Melting Pot."""
    end_chance: Probability = 0.2
    """Probability of truncation at each of those moments."""
    observation: Annotated[str, OneOf(OBSERVATIONS)] = "symbols"
    """Form of observations: `symbols`, a plane for each kind of thing, or `rgb`, a picture of 8 x 8
    pixels a cell."""
    view: View = View()
    """Window that an agent sees."""
    sanctions: Sanctions = Sanctions()
    """Sanctions between agents."""


GridDilemmaParameters = GridDilemmaConfig
"""Name of `GridDilemmaConfig` in version 0.1.0, for plugins."""
