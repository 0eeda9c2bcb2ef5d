"""The config of the two-step game."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.config import Config
from ...core.ranges import Amount
from .rules import RISKY, SAFE

Row = tuple[Amount, Amount]


@dataclass(frozen=True)
class TwoStepConfig(Config):
    """Config of the two-step game.

    Raises:
        BadParameter: a payoff is not finite or too large.
    """

    safe: Amount = 7.0
    """Payoff of every joint action in state 2A, to which action 0 of agent 0 leads."""
    risky: tuple[Row, Row] = ((0.0, 1.0), (1.0, 8.0))
    """Table of state 2B, to which action 1 of agent 0 leads; rows are the actions of agent 0."""

    def table(self) -> NDArray[np.float64]:
        """Payoffs in each state, `(4, 2, 2)`: START and END pay 0."""
        table = np.zeros((4, 2, 2))
        table[SAFE] = self.safe
        table[RISKY] = self.risky
        return table

    def optimal_return(self) -> float:
        """The highest return."""
        return float(self.table()[[SAFE, RISKY]].max())
