"""The two-step game's rules: agent 0 chooses the second step's table, then both choose a row and a column of it."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.validation import LARGEST
from ...errors import BadParameter

START, SAFE, RISKY, END = 0, 1, 2, 3
NONE = -1
Row = tuple[float, float]


@dataclass(frozen=True)
class TwoStepParameters:
    """Options of the two-step game.

    Raises:
        BadParameter: a payoff is not finite.
    """

    safe: float = 7.0
    """What every joint action pays in state 2A, where agent 0's action 0 leads."""
    risky: tuple[Row, Row] = ((0.0, 1.0), (1.0, 8.0))
    """The table of state 2B, where agent 0's action 1 leads; rows are agent 0's actions."""

    def __post_init__(self):
        for name, values in (("safe", (self.safe,)), ("risky", (*self.risky[0], *self.risky[1]))):
            if not all(abs(value) <= LARGEST for value in values):
                raise BadParameter(f"{name} is {getattr(self, name)}; allowed are numbers from -{LARGEST} to {LARGEST}")

    def table(self) -> NDArray[np.float64]:
        """What is paid in each state, `(4, 2, 2)`: START and END pay 0."""
        table = np.zeros((4, 2, 2))
        table[SAFE] = self.safe
        table[RISKY] = self.risky
        return table

    def optimal_return(self) -> float:
        """What the best play is paid."""
        return float(self.table()[[SAFE, RISKY]].max())


class State(NamedTuple):
    """Two agents."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy; nothing is drawn from it
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    place: NDArray[np.int64]  # (num_envs,) START, SAFE (2A), RISKY (2B), or END
    action: NDArray[np.int64]  # (num_envs, 2 steps, 2) joint actions so far, NONE where not yet chosen
    paid: NDArray[np.float64]  # (num_envs,) what the episode has paid


def begin(state: State, where: NDArray[np.bool_]) -> None:
    """Start episodes in the copies `where`."""
    state.place[where] = START
    state.action[where] = NONE
    state.paid[where] = 0


def advance(
    state: State, table: NDArray[np.float64], action: NDArray[np.int64], where: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Play a step in the copies `where`; what it pays both agents in every copy, `(num_envs,)`."""
    copies = np.flatnonzero(where)
    paid = np.zeros(len(where))
    paid[copies] = table[state.place[copies], action[copies, 0], action[copies, 1]]
    at_start = state.place[copies] == START
    state.action[copies, np.where(at_start, 0, 1)] = action[copies]
    state.place[copies] = np.where(at_start, SAFE + action[copies, 0], END)
    state.paid[copies] += paid[copies]
    return paid
