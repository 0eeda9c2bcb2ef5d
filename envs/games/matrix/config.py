"""The config of the matrix game."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...core.config import Config
from ...core.ranges import Interval, OneOf, Steps
from ...core.validation import LARGEST, check_within, read_payoff
from ...errors import BadParameter
from .payoff import GAMES, MOST_ACTIONS, MOST_AGENTS, build_payoff


@dataclass(frozen=True)
class MatrixConfig(Config):
    """Config of the matrix game.

    Raises:
        BadParameter: a value is out of range, the game is unknown, or the table fits no game.
    """

    game: Annotated[str, OneOf(GAMES)] = "climbing"
    """Known game, if no `payoff` is given; `coordination` pays 1 if all choose alike, else 0."""
    payoff: tuple[Any, ...] = ()
    """Table of payoffs: nested lists with an axis for each agent, as `"[[11, -30], [-30, 7]]"`."""
    common: bool = True
    """Pay all agents alike; if not, `payoff` holds a table for each agent in turn."""
    num_agents: Annotated[int, Interval(ge=1, le=MOST_AGENTS)] | None = None
    """Agents of `coordination`, 2 if left out; other tables determine it."""
    num_actions: Annotated[int, Interval(ge=1, le=MOST_ACTIONS)] | None = None
    """Actions of `coordination`, 2 if left out; other tables determine it."""
    penalty: Annotated[float, Interval(ge=0, le=LARGEST)] = 100.0
    """Loss in two corners of `penalty` (k in the literature)."""
    rounds: Steps | None = 1
    """Rounds after which agents terminate, up to `max_cycles`; none plays on until `max_cycles`."""
    max_cycles: Steps = 100
    """Rounds after which an episode is truncated."""
    observe: Literal["nothing", "actions"] = "nothing"
    """Observation: a constant, or the last actions of all, one-hot, the own one first."""

    def __post_init__(self):
        object.__setattr__(self, "payoff", read_payoff(self.payoff))
        super().__post_init__()

    def _check_together(self) -> None:
        super()._check_together()
        if self.rounds is not None:
            check_within("rounds", self.rounds, 1, self.max_cycles)
        if not self.common and not self.payoff:
            raise BadParameter("common is False without a payoff; the known games pay all agents alike")
        self.table()

    def table(self) -> NDArray[np.float64]:
        """The payoffs of all agents, `(n, actions, ..., actions)`."""
        return build_payoff(self.game, self.payoff, self.common, self.num_agents, self.num_actions, float(self.penalty))
