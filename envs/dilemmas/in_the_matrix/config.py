"""The config of matrix games on a grid, and its presets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...core.config import Presets
from ...core.ranges import Interval, OneOf, Probability
from ...core.validation import check_within
from ...errors import BadParameter
from ..grid_engine.config import (
    MAX_AGENTS,
    BeamLength,
    BeamRadius,
    Cooldown,
    GridDilemmaConfig,
    Sanctions,
    View,
)
from ..grid_engine.maps import find_map
from .games import GAMES, Game, read_tables, tables_of
from .maps import MAPS

AS_ARENA = -1
"""Value of fields of `view`, as 0 of `num_agents`, for that of the arena."""
REPEATED = View(2, 2, 3, 1)
"""Window in the arena `repeated`."""
NO_SANCTIONS = Sanctions(enabled=False)
MOST_HEALTH = 10

PRESETS: Presets = {
    "arena": {
        "repeated": {
            "num_agents": 2,
            "view": REPEATED,
            "freeze": 16,
            "respawn": 5,
            "regrowth_rate": 0.02,
            "refill": True,
            "start": 1,
        },
        "arena": {
            "num_agents": 8,
            "view": View(5, 5, 9, 1),
            "freeze": 16,
            "respawn": 50,
            "regrowth_rate": 0.04,
            "refill": False,
            "start": 1,
        },
        "storm": {
            "num_agents": 2,
            "view": View(2, 2, 4, 0),
            "freeze": 5,
            "respawn": 0,
            "regrowth_rate": 0.0,
            "refill": True,
            "start": 0,
        },
    }
}
"""Values of each arena."""


@dataclass(frozen=True)
class InTheMatrixConfig(GridDilemmaConfig):
    """Config of matrix games on a grid; values that are not given follow the arena and the game.

    Raises:
        BadParameter: a value is out of range, a name is unknown, payoffs have the wrong shape, or
            map and strategies do not go together.
    """

    game: Annotated[str, OneOf(list(GAMES))] = "prisoners_dilemma"
    """Name of the game."""
    payoffs: tuple[Any, ...] = ()
    """Payoffs in place of the game's: K x K for the row player, as `"[[3, 0], [5, 1]]"`, or two
    such tables, the second for the column player."""
    roles: bool = False
    """Let the first half of the agents always choose the row and interact with the others alone;
    without roles the shooter chooses the row. The default is the game's."""
    arena: str = "repeated"
    """Preset: `repeated` (2 agents), `arena` (8 agents), both of Melting Pot, or `storm` (2 agents
    on 8 x 8 cells)."""
    map: str = ""
    """Name or drawing of a map, if not that of the arena and the game.

    In a drawing `#` is wall, `P` floor on which agents begin, `0`, `1` ... a resource of that
    strategy, and `?` one of a random strategy.
    """
    num_agents: Annotated[int, Interval(ge=2, le=MAX_AGENTS)] = 2
    """Number of agents in each env; 0 for that of the arena."""
    view: View = REPEATED
    """Window that an agent sees; -1 for values of the arena."""
    sanctions: Sanctions = NO_SANCTIONS
    """Sanctions between agents; by default there are none."""
    start: Annotated[int, Interval(ge=0, le=100)] = 1
    """Resources of each strategy with which agents begin."""
    freeze: Cooldown = 16
    """Steps that both agents stand still before they are paid for an interaction."""
    respawn: Cooldown = 5
    """Steps that both are off the map afterwards, besides the one in which they are paid."""
    health: Annotated[int, Interval(ge=1, le=MOST_HEALTH)] = 3
    """Beams that destroy a resource."""
    regrowth_delay: Cooldown = 10
    """Steps before a resource that was collected or destroyed may be there again."""
    regrowth_rate: Probability = 0.02
    """Probability in each step after those."""
    refill: bool = True
    """Bring all resources back when no agent is on the map."""
    beam_length: BeamLength = 3
    """Cells that the beam of interaction reaches ahead."""
    beam_radius: BeamRadius = 1
    """Cells that it reaches to each side."""
    beam_cooldown: Cooldown = 2
    """Steps after a shot in which it is not ready."""

    presets: ClassVar[Presets] = PRESETS
    null_is_default: ClassVar[bool] = True

    @classmethod
    def lay(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        """`given` values over those of arena and game; see `Config.lay`.

        0 agents and -1 in `view` are read as values left out.
        """
        kept = {name: value for name, value in given.items() if (name, value) != ("num_agents", 0)}
        if isinstance(view := kept.get("view"), Mapping):
            kept["view"] = {side: cells for side, cells in view.items() if cells != AS_ARENA}
        return super().lay(kept)

    @classmethod
    def preset_values(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Values of the arena, and those that depend on the game."""
        game, arena = (given.get(name, getattr(cls, name)) for name in ("game", "arena"))
        slow = game == "running_with_scissors" and arena == "repeated"  # so it is in the source
        return {**super().preset_values(given), "roles": GAMES[game].roles, "regrowth_delay": 15 if slow else 10}

    def _check_together(self) -> None:
        super()._check_together()
        check_within("beam_radius", self.beam_radius, 0, self.beam_length)
        self.tables()
        self.drawing()

    def rules_of_game(self) -> Game:
        """The game; for given payoffs one in which strategy 0 of two is to cooperate."""
        if self.payoffs:
            known = GAMES[self.game]
            return Game((), roles=known.roles, social=self.tables().shape[1] == 2, random_ties=known.random_ties)
        return GAMES[self.game]

    def tables(self) -> NDArray[np.float64]:
        """Payoffs of the row player and of the column player, `(2, K, K)`."""
        return read_tables(self.payoffs) if self.payoffs else tables_of(GAMES[self.game])

    def drawing(self) -> str:
        """The map in letters.

        Raises:
            BadParameter: there is no map for this number of strategies, or `map` is none.
        """
        if self.map:
            return find_map(self.map, MAPS)
        strategies = self.tables().shape[1]
        hunt = self.game == "stag_hunt" and not self.payoffs
        name = self.arena if self.arena == "storm" else f"{self.arena}_{'stag_hunt' if hunt else strategies}"
        if name not in MAPS or (name == "storm" and strategies != 2):
            raise BadParameter(
                f"map is not given, and the arena '{self.arena}' has none for {strategies} strategies; allowed is a drawing with the "
                f"resources 0 to {strategies - 1} and ?"
            )
        return MAPS[name]
