"""The two-step game as a batched environment, in NumPy."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...registration.entry_points import entry_points
from . import draw, rules
from .config import TwoStepConfig
from .rules import END, RISKY
from .state import State


class TwoStep(BatchEnv[State]):
    """Agent 0 chooses the table by which both agents are paid one step later.

    Rules:
        In the first step only the action of agent 0 counts: 0 leads to state 2A, where every joint
        action pays `safe` = 7, 1 to state 2B with the table `risky` = [[0, 1], [1, 8]]. The best
        return is 8; learners that represent the value of 2B as a sum over agents (VDN) stay with 7.

    Observation:
        The index of an agent is not shown; QMIX and similar learners add it themselves.

        | index | value | range |
        | --- | --- | --- |
        | 0-2 | state one-hot (start, 2A, 2B), the same for both; all 0 after the end | 0 or 1 |

        Global state, which the mixer of QMIX needs: the state one-hot, the end included.

    Actions:
        | index | action |
        | --- | --- |
        | 0 | to 2A; in the second step, row or column 0 |
        | 1 | to 2B; in the second step, row or column 1 |

    Reward:
        0 in the first step, then the payoff, to both.

    End:
        Both agents terminate after the second step.

    Metrics:
        | name | value |
        | --- | --- |
        | optimal | 1 if the return is the highest possible, else 0 |
        | risky | 1 if agent 0 chose 2B, else 0 |
        | regret | highest return less the return |

    Source:
        Rashid et al., "QMIX: monotonic value function factorisation for deep multi-agent
        reinforcement learning" (2018), section 5.
    """

    Config = TwoStepConfig
    config: TwoStepConfig

    def __init__(self, id: str, num_envs: int, config: TwoStepConfig):
        self.table = config.table()
        seen, acts = spaces.Box(0, 1, (3,), np.float32), spaces.Discrete(2)
        group = GroupSpec(DEFAULT_GROUP, 2, seen, acts, shared_reward=True)
        spec = EnvSpec(id, (group,), None, ("optimal", "risky", "regret"), state_shape=(4,))
        super().__init__(spec, num_envs, config)

    def _allocate(self) -> State:
        return allocate(State, envs=self.num_envs)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        paid = rules.advance(self.state, self.table, actions[DEFAULT_GROUP], where)
        self.groups[DEFAULT_GROUP].reward[:] = paid[:, None]

    def _observe(self) -> None:
        step, place = self.groups[DEFAULT_GROUP], self.state.place
        one_hot = place[:, None] == np.arange(4)
        step.observation[:] = one_hot[:, None, :END]
        step.terminated[:] = one_hot[:, END:]
        np.logical_not(step.terminated, out=step.active)
        assert self.global_state is not None
        self.global_state[:] = one_hot

    def _measure(self) -> dict[str, NDArray[Any]]:
        regret = self.config.optimal_return() - self.state.paid
        risky = rules.SAFE + self.state.action[:, 0, 0] == RISKY
        return {"optimal": (regret == 0).astype(float), "risky": risky.astype(float), "regret": regret}

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """The three tables; see `draw.draw`."""
        return draw.draw(self.state, copy, self.table, **options)

    def text(self, copy: int = 0) -> str:
        """The three tables in characters; see `draw.text`."""
        return draw.text(self.state, copy, self.table)


parallel_env, env, raw_env = entry_points("games/two_step-v0")
