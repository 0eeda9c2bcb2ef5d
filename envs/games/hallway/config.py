"""The config of hallway."""

from dataclasses import dataclass
from typing import Annotated

from ...core.config import Config
from ...core.ranges import Interval, OneOf, Steps
from ...core.validation import LARGEST
from ...errors import BadParameter

GAMES = {"hallway": ((4,) * 12, (2, 2, 2, 3, 3)), "join1": ((2, 6, 10), (3,))}
"""Lengths of the corridors and sizes of the groups."""
SPARE_STEPS = 10
LONGEST = 1_000_000


@dataclass(frozen=True)
class HallwayConfig(Config):
    """Config of hallway.

    Raises:
        BadParameter: a value is out of range, or groups and corridors do not fit.
    """

    game: Annotated[str, OneOf(list(GAMES))] = "hallway"
    """`hallway`: 12 corridors of 4, groups of 2, 2, 2, 3 and 3; `join1`: one group, corridors of 2,
    6 and 10."""
    lengths: tuple[Annotated[int, Interval(ge=1, le=LONGEST)], ...] = ()
    """Length of the corridor of each agent; those of the game if empty."""
    groups: tuple[Annotated[int, Interval(ge=1, le=LONGEST)], ...] = ()
    """Sizes of the groups, in the order of the agents; those of the game if empty, or one group if
    only lengths are given."""
    reward: Annotated[float, Interval(ge=0, le=LARGEST)] = 1.0
    """Reward of all agents for a group that arrives alone (10 in the source of join1)."""
    max_cycles: Steps | None = None
    """Steps after which an episode is truncated; the longest corridor and 10 if left out."""

    def _check_together(self) -> None:
        super()._check_together()
        lengths, groups = self.corridors()
        if sum(groups) != len(lengths):
            raise BadParameter(
                f"groups is {groups}, {sum(groups)} agents, but lengths gives corridors to {len(lengths)}; the sizes have to add up to that"
            )

    def corridors(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Lengths of the corridors and sizes of the groups."""
        lengths, groups = GAMES[self.game]
        if not self.lengths:
            return lengths, self.groups or groups
        return self.lengths, self.groups or (len(self.lengths),)

    def horizon(self) -> int:
        """Steps of an episode."""
        return self.max_cycles or max(self.corridors()[0]) + SPARE_STEPS
