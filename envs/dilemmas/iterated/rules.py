"""The iterated game's rules: in each round both choose at once, and a table says what each is paid."""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import draw_uniform
from ...core.validation import MOST_STEPS, check_within, nearest, read_payoff
from ...errors import BadParameter

NONE = -1
"""The action of an agent before the first round."""
COOPERATE, DEFECT = 0, 1

# A symmetric game is told as what the agent of the row gets, the others as the tables of agent 0 and of agent 1.
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
class IteratedParameters:
    """Options of the iterated game.

    Raises:
        BadParameter: a value is out of range, the game is unknown, or the payoffs have a wrong shape.
    """

    game: str = "pd"
    """`pd`, `loqa`, `pola` (prisoner's dilemmas), `chicken`, `stag_hunt`, `bach_or_stravinsky` or `coordination`, if no `payoffs` are given."""
    payoffs: tuple[Any, ...] = ()
    """A game of your own: `[[3, 0], [5, 1]]` is what the agent of the row gets in a symmetric one; else two such tables, agent 0's and agent 1's, both with agent 0's actions as rows."""
    max_cycles: int = 50
    """Rounds after which an episode is truncated."""
    end_chance: float = 0.0
    """Chance after each round that the game ends there, as discounting by 1 less this chance values it."""
    observe: Literal["round", "actions", "actions_or_start"] = "round"
    """What agents see of the last round, their own action first: `round` is one-hot over start, CC, CD, DC, DD; `actions` both actions one-hot, nothing at the start, as in LOQA; `actions_or_start` has a third place for the start, as in POLA."""

    def __post_init__(self):
        object.__setattr__(self, "payoffs", read_payoff(self.payoffs, "payoffs"))
        check_within("max_cycles", self.max_cycles, 1, MOST_STEPS)
        check_within("end_chance", self.end_chance, 0, 1)
        if self.game not in GAMES:
            raise BadParameter(f"game is '{self.game}'; there is no such game.{nearest(self.game, list(GAMES))}")
        self.table()

    def table(self) -> NDArray[np.float64]:
        """The payoffs, `(agent, action of agent 0, action of agent 1)`. Raises BadParameter for other shapes."""
        table = np.array(self.payoffs or GAMES[self.game], np.float64)
        if table.shape == (2, 2):
            return np.stack([table, table.T])
        if table.shape != (2, 2, 2):
            raise BadParameter(
                f"payoffs have shape {table.shape}; allowed is (2, 2), what the agent of the row gets, or (2, 2, 2), a table for each agent"
            )
        return table


class State(NamedTuple):
    """A round is numbered 2 * agent 0's action + agent 1's: CC, CD, DC, DD."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy
    elapsed: NDArray[np.int32]  # (num_envs,) rounds since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    ended: NDArray[np.bool_]  # (num_envs,) the game has ended by chance
    action: NDArray[np.int64]  # (num_envs, 2) COOPERATE or DEFECT, in the last round; NONE before the first
    betrayed: NDArray[np.bool_]  # (num_envs, 2) the other has defected in some round
    rounds: NDArray[np.int32]  # (num_envs, 4) how often each kind of round was played
    returns: NDArray[np.float64]  # (num_envs, 2) sum of rewards


def begin(state: State, where: NDArray[np.bool_]) -> None:
    """Start episodes in the copies `where`."""
    for field in (state.ended, state.betrayed, state.rounds, state.returns):
        field[where] = 0
    state.action[where] = NONE


def advance(
    state: State, payoff: NDArray[np.float64], action: NDArray[np.int64], where: NDArray[np.bool_], end_chance: float
) -> NDArray[np.float64]:
    """Play a round in the copies `where` by `payoff` (kind of round, agent); what both are paid in them, `(copies, 2)`."""
    chosen = action[where]
    kind = 2 * chosen[:, 0] + chosen[:, 1]
    paid = payoff[kind]
    state.action[where] = chosen
    state.betrayed[where] |= chosen[:, ::-1] == DEFECT
    state.rounds[np.flatnonzero(where), kind] += 1
    state.returns[where] += paid
    if end_chance:
        state.ended[where] = draw_uniform(state.stream, (), where)[where] < end_chance
    return paid
