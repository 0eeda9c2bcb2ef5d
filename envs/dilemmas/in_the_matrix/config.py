"""The options of matrix games on a grid."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.validation import check_within, nearest
from ...errors import BadParameter
from ..grid_engine.config import MAX_VIEW, GridDilemmaParameters, Sanctions, View
from ..grid_engine.maps import find_map
from .games import GAMES, Game, read_tables, tables_of
from .maps import MAPS

AS_ARENA = -1
NO_SANCTIONS = Sanctions(enabled=False)
MOST_HEALTH = 10


@dataclass(frozen=True)
class Window(View):
    """The window that an agent sees, which turns with it; -1 stands for what the arena has. Raises BadParameter for values out of range."""

    left: int = AS_ARENA
    """Cells seen to the left."""
    right: int = AS_ARENA
    """Cells seen to the right."""
    forward: int = AS_ARENA
    """Cells seen ahead."""
    backward: int = AS_ARENA
    """Cells seen behind."""

    def __post_init__(self):
        for name in ("left", "right", "forward", "backward"):
            check_within(f"view.{name}", getattr(self, name), AS_ARENA, MAX_VIEW // 2)


class Arena(NamedTuple):
    """What an arena decides; see the parameters of the same names."""

    num_agents: int
    view: Window
    freeze: int
    respawn: int
    regrowth_rate: float
    refill: bool
    start: int


ARENAS = {
    "repeated": Arena(2, Window(2, 2, 3, 1), freeze=16, respawn=5, regrowth_rate=0.02, refill=True, start=1),
    "arena": Arena(8, Window(5, 5, 9, 1), freeze=16, respawn=50, regrowth_rate=0.04, refill=False, start=1),
    "storm": Arena(2, Window(2, 2, 4, 0), freeze=5, respawn=0, regrowth_rate=0.0, refill=True, start=0),
}


@dataclass(frozen=True)
class InTheMatrixParameters(GridDilemmaParameters):
    """Options of matrix games on a grid. Those that are left out (None, and -1 or 0 where it says so) are those of the arena or the game.

    Raises:
        BadParameter: a value is out of range, a name is unknown, payoffs have the wrong shape, or map and strategies do not go together.
    """

    game: str = "prisoners_dilemma"
    """`prisoners_dilemma`, `chicken`, `stag_hunt`, `bach_or_stravinsky`, `pure_coordination`, `rationalizable_coordination` or `running_with_scissors`."""
    payoffs: tuple[Any, ...] = ()
    """Payoffs of your own instead: K x K for the row player, as `"[[3, 0], [5, 1]]"`, or two such tables, the second for the column player."""
    roles: bool | None = None
    """Whether the first half of the agents always chooses the row and interacts with the others alone; if not, who shoots chooses the row."""
    arena: str = "repeated"
    """`repeated` (2 agents), `arena` (8 agents), both of Melting Pot, or `storm` (2 agents on 8 x 8 cells)."""
    map: str = ""
    """A drawing or the name of a map, if not that of the arena and the game: `#` wall, `P` floor to begin on, `0`, `1` ... a resource of that strategy, `?` of a random one."""
    num_agents: int = 0
    """Agents in each copy; 0 for as many as the arena has."""
    view: Window = Window()
    """The window that an agent sees."""
    sanctions: Sanctions = NO_SANCTIONS
    """How agents punish each other, if they can."""
    start: int | None = None
    """Resources of each strategy that agents begin with."""
    freeze: int | None = None
    """Steps that both who interact stand still before they are paid."""
    respawn: int | None = None
    """Steps that both are off the map afterwards, besides the one in which they are paid."""
    health: int = 3
    """Beams that it takes to destroy a resource."""
    regrowth_delay: int | None = None
    """Steps before a resource that was collected or destroyed may be there again."""
    regrowth_rate: float | None = None
    """Chance in each step after those."""
    refill: bool | None = None
    """Whether all resources come back when nobody is on the map."""
    beam_length: int = 3
    """Cells that the beam of interaction reaches ahead."""
    beam_radius: int = 1
    """Cells that it reaches to each side."""
    beam_cooldown: int = 2
    """Steps after a shot in which it is not ready."""

    def __post_init__(self):
        for name, known in (("arena", ARENAS), ("game", GAMES)):
            if getattr(self, name) not in known:
                raise BadParameter(
                    f"{name} is '{getattr(self, name)}'; there is none of that name.{nearest(getattr(self, name), list(known))}"
                )
        arena = ARENAS[self.arena]
        self._fill("num_agents", 0, arena.num_agents)
        for name in ("start", "freeze", "respawn", "regrowth_rate", "refill"):
            self._fill(name, None, getattr(arena, name))
        slow = self.game == "running_with_scissors" and self.arena == "repeated"  # so it is in the source
        self._fill("regrowth_delay", None, 15 if slow else 10)
        self._fill("roles", None, self.rules_of_game().roles)
        seen = {
            side: getattr(arena.view if getattr(self.view, side) == AS_ARENA else self.view, side)
            for side in ("left", "right", "forward", "backward")
        }
        object.__setattr__(self, "view", Window(**seen))
        super().__post_init__()
        self._check()

    def _fill(self, name: str, empty: Any, value: Any) -> None:
        if getattr(self, name) == empty:
            object.__setattr__(self, name, value)

    def _check(self) -> None:
        check_within("num_agents", self.num_agents, 2, 64)
        most = 10_000
        for name, low, high in (
            ("start", 0, 100),
            ("freeze", 0, most),
            ("respawn", 0, most),
            ("health", 1, MOST_HEALTH),
            ("regrowth_delay", 0, most),
            ("regrowth_rate", 0, 1),
            ("beam_length", 1, MAX_VIEW),
            ("beam_radius", 0, self.beam_length),
            ("beam_cooldown", 0, most),
        ):
            check_within(name, getattr(self, name), low, high)
        self.tables()
        self.drawing()

    def rules_of_game(self) -> Game:
        """The game; of payoffs of one's own, one in which strategy 0 of two is to cooperate."""
        if self.payoffs:
            known = GAMES[self.game]
            return Game((), roles=known.roles, social=self.tables().shape[1] == 2, random_ties=known.random_ties)
        return GAMES[self.game]

    def tables(self) -> NDArray[np.float64]:
        """What the row player and what the column player are paid, `(2, K, K)`."""
        return read_tables(self.payoffs) if self.payoffs else tables_of(GAMES[self.game])

    def drawing(self) -> str:
        """The map in letters. Raises BadParameter if there is none for this number of strategies, or `map` is no map."""
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
