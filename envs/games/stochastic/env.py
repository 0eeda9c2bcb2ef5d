"""The stochastic game as a batched environment, in NumPy."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...registration.entry_points import entry_points
from . import draw, rules
from .config import StochasticConfig
from .state import State


class StochasticGame(BatchEnv[State]):
    """A random cooperative game over states and joint actions.

    Rules:
        The state and the joint action determine the reward of all agents and the distribution of
        the next state. These tables are drawn from `game_seed`. Every state can follow every other.
        Episodes begin in state 0.

    Observation:
        The index of an agent is not shown.

        | index | value | range |
        | --- | --- | --- |
        | 0-29 | state of the game, one-hot, the same for all agents | 0 or 1 |

        Global state: the same.

    Actions:
        | index | action |
        | --- | --- |
        | 0-4 | `num_actions` actions |

    Reward:
        From a table uniform in (-5, 5), to all agents alike.

    End:
        An episode is truncated after `max_cycles` steps.

    Metrics:
        | name | value |
        | --- | --- |
        | share_of_optimum | return / best expected return: above 1 with luck, about 0 at random |
        | optimal | share of steps with the best joint action |
        | regret | best expected return less the return |

    Differences from the source:
        The game of the source has the same shape (one file, where random play gets -1.76 and the
        best 148.26), but is another one: here games are drawn from `game_seed`. There all agents
        terminate after 30 steps; here they are truncated, because the time is not observed and no
        state is an end.

    Source:
        Su and Lu, "Decentralized policy optimization" (2022).
    """

    Config = StochasticConfig
    config: StochasticConfig

    def __init__(self, id: str, num_envs: int, config: StochasticConfig):
        self.game = rules.draw_game(config)
        self._plan, self._best = rules.best_plan(self.game, config.max_cycles)
        group = GroupSpec(
            DEFAULT_GROUP,
            config.num_agents,
            spaces.Box(0, 1, (config.num_states,), np.float32),
            spaces.Discrete(config.num_actions),
            shared_reward=True,
        )
        metrics = ("share_of_optimum", "optimal", "regret")
        spec = EnvSpec(id, (group,), config.max_cycles, metrics, state_shape=(config.num_states,))
        super().__init__(spec, num_envs, config)

    def optimal_return(self) -> float:
        """The best expected undiscounted return of an episode, by backward induction."""
        return self._best

    def uniform_return(self) -> float:
        """The exact expected return of an episode of uniformly random actions."""
        return rules.uniform_return(self.game, self.config.max_cycles)

    def _allocate(self) -> State:
        return allocate(State, envs=self.num_envs, agents=self.config.num_agents)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        paid = rules.advance(self.state, self.game, self._plan, actions[DEFAULT_GROUP], where)
        self.groups[DEFAULT_GROUP].reward[:] = paid[:, None]

    def _observe(self) -> None:
        one_hot = self.state.place[:, None] == np.arange(self.config.num_states)
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
        """The table of the last choice, and the states; see `draw.draw`."""
        return draw.draw(self.state, copy, self.game, self._best, **options)

    def text(self, copy: int = 0) -> str:
        """The last step in words; see `draw.text`."""
        return draw.text(self.state, copy, self.game)


parallel_env, env, raw_env = entry_points("games/stochastic-v0")
