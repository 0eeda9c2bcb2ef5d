"""The matrix game's rules: all agents choose an action at once, and a table says what each is paid."""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.validation import LARGEST, MOST_STEPS, check_within, nearest, read_payoff
from ...errors import BadParameter
from .payoff import GAMES, MOST_ACTIONS, MOST_AGENTS, build_payoff

NONE = -1
"""The action of an agent that has not chosen yet."""


@dataclass(frozen=True)
class MatrixParameters:
    """Options of the matrix game.

    Raises:
        BadParameter: a value is out of range, the game is unknown, or the table fits no game.
    """

    game: str = "climbing"
    """`climbing`, `penalty`, `qtran`, or `coordination` (1 if all choose alike, else 0), if no `payoff` is given."""
    payoff: tuple[Any, ...] = ()
    """A table of your own: nested lists with an axis for each agent, as `"[[11, -30], [-30, 7]]"`."""
    common: bool = True
    """All agents are paid alike; if not, `payoff` holds a table for each agent in turn."""
    num_agents: int | None = None
    """Agents of `coordination`, 2 if left out; other tables say it themselves."""
    num_actions: int | None = None
    """Actions of `coordination`, 2 if left out; other tables say it themselves."""
    penalty: float = 100.0
    """What is lost in two corners of `penalty`, 0 or more (k in the literature)."""
    rounds: int | None = 1
    """Rounds after which the game is over, up to `max_cycles`: 1 is the one-shot game, none goes on until `max_cycles`."""
    max_cycles: int = 100
    """Rounds after which an episode is truncated."""
    observe: Literal["nothing", "actions"] = "nothing"
    """What agents see: a constant, or everyone's last action, one-hot, their own first."""

    def __post_init__(self):
        object.__setattr__(self, "payoff", read_payoff(self.payoff))
        check_within("penalty", self.penalty, 0, LARGEST)
        check_within("max_cycles", self.max_cycles, 1, MOST_STEPS)
        for name, most in (("rounds", self.max_cycles), ("num_agents", MOST_AGENTS), ("num_actions", MOST_ACTIONS)):
            if getattr(self, name) is not None:
                check_within(name, getattr(self, name), 1, most)
        if self.game not in GAMES:
            raise BadParameter(f"game is '{self.game}'; there is no such game.{nearest(self.game, list(GAMES))}")
        if not self.common and not self.payoff:
            raise BadParameter("common is False without a payoff; the known games pay all agents alike")
        self.table()

    def table(self) -> NDArray[np.float64]:
        """The payoffs of all agents, `(n, actions, ..., actions)`."""
        return build_payoff(self.game, self.payoff, self.common, self.num_agents, self.num_actions, float(self.penalty))


class State(NamedTuple):
    """n is the number of agents."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy
    elapsed: NDArray[np.int32]  # (num_envs,) rounds since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    action: NDArray[np.int64]  # (num_envs, n) the last joint action; NONE before the first round
    optimal: NDArray[np.int32]  # (num_envs,) rounds with a joint action that pays all together most
    equilibrium: NDArray[np.int32]  # (num_envs,) rounds with a joint action that nobody alone would leave
    regret: NDArray[np.float64]  # (num_envs,) mean payoff of the best joint action less that received, summed


class Game(NamedTuple):
    """A table of payoffs with its known answers. Joint actions are numbered as in a flattened table, the last agent's changing fastest."""

    payoff: NDArray[np.float64]  # (joint actions, n)
    stride: NDArray[np.int64]  # (n,) how far an agent's next action is in that numbering
    mean: NDArray[np.float64]  # (joint actions,) payoff, mean over agents
    optimal: NDArray[np.bool_]  # (joint actions,) the mean is the highest there is
    equilibrium: NDArray[np.bool_]  # (joint actions,) a pure Nash equilibrium


def solve(table: NDArray[np.float64]) -> Game:
    """The known answers of the payoffs `(n, actions, ..., actions)`."""
    n, actions = table.shape[0], table.shape[1]
    best_replies = np.array([table[i] >= table[i].max(axis=i, keepdims=True) for i in range(n)])
    payoff = np.ascontiguousarray(table.reshape(n, -1).T)
    mean = payoff.mean(axis=1)
    return Game(
        payoff=payoff,
        stride=actions ** np.arange(n - 1, -1, -1),
        mean=mean,
        optimal=np.isclose(mean, mean.max(), rtol=1e-9, atol=1e-12),
        equilibrium=best_replies.all(axis=0).reshape(-1),
    )


def begin(state: State, where: NDArray[np.bool_]) -> None:
    """Start episodes in the copies `where`."""
    for field in (state.optimal, state.equilibrium, state.regret):
        field[where] = 0
    state.action[where] = NONE


def advance(state: State, game: Game, action: NDArray[np.int64], where: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Play a round in the copies `where`; what every agent of every copy would be paid, `(num_envs, n)`."""
    joint = action @ game.stride
    state.action[where] = action[where]
    state.optimal[where] += game.optimal[joint[where]]
    state.equilibrium[where] += game.equilibrium[joint[where]]
    state.regret[where] += game.mean.max() - game.mean[joint[where]]
    return game.payoff[joint]
