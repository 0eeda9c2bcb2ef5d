"""Matrix games as a batched environment, in NumPy."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...registration.entry_points import entry_points
from . import draw, rules
from .config import MatrixConfig
from .state import State


class MatrixGame(BatchEnv[State]):
    """All agents choose an action at once, and a table pays each.

    Rules:
        In each round all agents choose an action. The table `payoff`, or that of `game`, holds the
        payoff of every joint action. `rounds` = 1 is the one-shot game.

    Observation:
        The index of an agent is not shown. With `observe: actions` it is the last action of every
        agent one-hot, the own one first and the others in order of index from there (all 0 in the
        first round).

        | index | value | range |
        | --- | --- | --- |
        | 0 | constant | 1 |

        Global state: the last action of every agent one-hot.

    Actions:
        | index | action |
        | --- | --- |
        | 0-2 | row (agent 0) or column (agent 1) of the table of climbing |

    Reward:
        The payoff of the joint action.

    End:
        All agents terminate after `rounds` rounds. An episode is truncated after `max_cycles`
        rounds.

    Metrics:
        | name | value |
        | --- | --- |
        | optimal | share of rounds whose joint action has the highest sum of payoffs |
        | equilibrium | share of rounds whose joint action is a pure Nash equilibrium |
        | regret | payoff lost against the best joint action, mean over agents and rounds |

    Source:
        Climbing and penalty: Claus and Boutilier, "The dynamics of reinforcement learning in
        cooperative multiagent systems" (1998), as printed there (some code has the transpose of
        climbing). Qtran: Son et al., "QTRAN" (2019).
    """

    Config = MatrixConfig
    config: MatrixConfig

    def __init__(self, id: str, num_envs: int, config: MatrixConfig):
        table = config.table()
        self.game = rules.solve(table)
        n, self._num_actions = table.shape[:2]
        width = n * self._num_actions if config.observe == "actions" else 1
        group = GroupSpec(
            DEFAULT_GROUP,
            n,
            spaces.Box(0, 1, (width,), np.float32),
            spaces.Discrete(self._num_actions),
            shared_reward=bool((table == table[0]).all()),
        )
        metrics = ("optimal", "equilibrium", "regret")
        spec = EnvSpec(id, (group,), config.max_cycles, metrics, state_shape=(n * self._num_actions,))
        super().__init__(spec, num_envs, config)
        # Agent i observes the actions of i, i + 1, ..., then those of the agents before it.
        self._order = (np.arange(n)[:, None] + np.arange(n)) % n

    def _allocate(self) -> State:
        state = allocate(State, envs=self.num_envs, agents=self.spec.num_agents)
        state.action.fill(rules.NONE)
        return state

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        paid = rules.advance(self.state, self.game, actions[DEFAULT_GROUP], where)
        self.groups[DEFAULT_GROUP].reward[where] = paid[where]

    def _observe(self) -> None:
        state, step = self.state, self.groups[DEFAULT_GROUP]
        one_hot = (state.action[:, :, None] == np.arange(self._num_actions)).astype(np.float32)
        if self.config.observe == "actions":
            step.observation[:] = one_hot[:, self._order].reshape(step.observation.shape)
        else:
            step.observation[:] = 1
        assert self.global_state is not None
        self.global_state[:] = one_hot.reshape(self.num_envs, -1)
        if self.config.rounds is not None:
            step.terminated[:] = (state.elapsed >= self.config.rounds)[:, None]
            np.logical_not(step.terminated, out=step.active)

    def _measure(self) -> dict[str, NDArray[Any]]:
        rounds = np.maximum(self.state.elapsed, 1)
        return {name: getattr(self.state, name) / rounds for name in self.spec.metrics}

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """The table with the last joint action marked; see `draw.draw`."""
        return draw.draw(self.state, copy, self.game, **options)

    def text(self, copy: int = 0) -> str:
        """The table in characters; see `draw.text`."""
        return draw.text(self.state, copy, self.game)


parallel_env, env, raw_env = entry_points("games/matrix-v0")
