"""The stochastic game as a batched environment, in NumPy."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...registration.entry_points import entry_points
from . import draw, rules
from .rules import State, StochasticParameters


class StochasticGame(BatchEnv[State]):
    """A random cooperative game: the state and everyone's actions say what all are paid, and draw the next state.

    Observation: `(num_states,)`, the state one-hot, the same for all. Who an agent is, it is not told: that is the learner's
    business. Actions: `num_actions`. Reward: from a table uniform in (-5, 5), to all agents alike. Every state can follow every other.
    Episodes begin in state 0. Global state: the same one-hot.

    Episode metrics: `share_of_optimum`, the return over the best expected one (a lucky episode has more than 1, random play about 0);
    `optimal`, the share of steps with the best joint action; `regret`, the best expected return less this one.

    Source: Su and Lu, "Decentralized policy optimization" (2022), whose game of this shape (one file, where random play gets -1.76 and the best
    148.26) is not ours: ours are drawn from `game_seed`. There all agents terminate after 30 steps; here they are truncated,
    because the time is not observed and no state is an end.
    """

    Parameters = StochasticParameters
    parameters: StochasticParameters

    def __init__(self, id: str, num_envs: int, parameters: StochasticParameters):
        self.game = rules.draw_game(parameters)
        self._plan, self._best = rules.best_plan(self.game, parameters.max_cycles)
        group = GroupSpec(
            DEFAULT_GROUP,
            parameters.num_agents,
            spaces.Box(0, 1, (parameters.num_states,), np.float32),
            spaces.Discrete(parameters.num_actions),
            shared_reward=True,
        )
        metrics = ("share_of_optimum", "optimal", "regret")
        spec = EnvSpec(id, (group,), parameters.max_cycles, metrics, state_shape=(parameters.num_states,))
        super().__init__(spec, num_envs, parameters)

    def optimal_return(self) -> float:
        """The best expected return of an episode, undiscounted, by backward induction over `max_cycles` steps."""
        return self._best

    def uniform_return(self) -> float:
        """The expected return of an episode where every action is drawn with the same chance, exactly."""
        return rules.uniform_return(self.game, self.parameters.max_cycles)

    def _allocate(self) -> State:
        e, n = self.num_envs, self.parameters.num_agents
        places = np.zeros(e, np.int64), np.zeros(e, np.int64), np.zeros((e, n), np.int64)
        return State(*self.required_state(), *places, np.zeros(e), np.zeros(e, np.int32))

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        paid = rules.advance(self.state, self.game, self._plan, actions[DEFAULT_GROUP], where)
        self.groups[DEFAULT_GROUP].reward[:] = paid[:, None]

    def _observe(self) -> None:
        one_hot = self.state.place[:, None] == np.arange(self.parameters.num_states)
        self.groups[DEFAULT_GROUP].observation[:] = one_hot[:, None]
        assert self.global_state is not None
        self.global_state[:] = one_hot

    def _measure(self) -> dict[str, NDArray[Any]]:
        state = self.state
        return {
            "share_of_optimum": state.paid / (self._best or 1.0),
            "optimal": state.optimal / np.maximum(state.elapsed, 1),
            "regret": self._best - state.paid,
        }

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """The table that was just played, and the way through the states; see `draw.draw`."""
        return draw.draw(self.state, copy, self.game, self._best, **options)

    def text(self, copy: int = 0) -> str:
        """The last step in words; see `draw.text`."""
        return draw.text(self.state, copy, self.game)


parallel_env, env, raw_env = entry_points("games/stochastic-v0")
