"""The config of the iterated game."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...core.config import Config
from ...core.ranges import OneOf, Probability, Steps
from ...core.validation import read_payoff
from ...errors import BadParameter

# A symmetric game holds the payoffs of the row agent, the others the tables of agents 0 and 1.
GAMES: dict[str, tuple[Any, ...]] = {
    "pd": ((3, 0), (5, 1)),
    "loqa": ((-1, -3), (0, -2)),
    "pola": ((0.33, -0.335), (0.665, 0)),
    "chicken": ((3, 2), (5, 0)),
    "stag_hunt": ((4, 0), (2, 2)),
    "bach_or_stravinsky": (((3, 0), (0, 2)), ((2, 0), (0, 3))),
    "coordination": ((1, 0), (0, 1)),
}


@dataclass(frozen=True)
class IteratedConfig(Config):
    """Config of the iterated game.

    Raises:
        BadParameter: a value is out of range, the game is unknown, or payoffs have a wrong shape.
    """

    game: Annotated[str, OneOf(list(GAMES))] = "pd"
    """Known game, if no `payoffs` are given; `pd`, `loqa` and `pola` are prisoner's dilemmas."""
    payoffs: tuple[Any, ...] = ()
    """Payoffs of the row agent of a symmetric game, as `[[3, 0], [5, 1]]`; else two such tables, of
    agents 0 and 1, both with the actions of agent 0 as rows."""
    max_cycles: Steps = 50
    """Rounds after which an episode is truncated."""
    end_chance: Probability = 0.0
    """Probability after each round that the game ends; it acts as a discount of 1 less it."""
    observe: Literal["round", "actions", "actions_or_start"] = "round"
    """Observation of the last round, the own action first: `round` is one-hot over start, CC, CD,
    DC, DD; `actions` both actions one-hot, all 0 at the start, as in LOQA; `actions_or_start` has a
    third place for the start, as in POLA."""

    def __post_init__(self):
        object.__setattr__(self, "payoffs", read_payoff(self.payoffs, "payoffs"))
        super().__post_init__()

    def _check_together(self) -> None:
        super()._check_together()
        self.table()

    def table(self) -> NDArray[np.float64]:
        """Payoffs, `(agent, action of agent 0, action of agent 1)`.

        Raises:
            BadParameter: the payoffs have another shape.
        """
        table = np.array(self.payoffs or GAMES[self.game], np.float64)
        if table.shape == (2, 2):
            return np.stack([table, table.T])
        if table.shape != (2, 2, 2):
            raise BadParameter(
                f"payoffs have shape {table.shape}; allowed is (2, 2), what the agent of the row gets, or (2, 2, 2), a table for each agent"
            )
        return table
