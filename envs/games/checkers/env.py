"""The checkers task as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...registration.entry_points import entry_points
from . import draw, rules
from .config import CheckersConfig
from .rules import APPLE, LEMON, PLAIN, SENSITIVE
from .state import State


class Checkers(BatchEnv[State]):
    """Two agents eat apples and lemons, which are worth ten times as much to one of them.

    Rules:
        On a board of 3 x 8 cells lie nine apples and nine lemons in a chessboard pattern; the
        agents start in the two empty columns. Lemons bar the way, so the plain agent 1 should eat
        them and leave the apples behind them to the sensitive agent 0. Agent 0 moves before agent
        1; neither enters the cell of the other. An agent eats the food of a cell that it enters.

    Observation:
        The 3 x 3 cells around the agent stand row by row with five marks each: lemon, apple, agent
        0, agent 1, and one that is always 0. Cells outside have no marks, as in ma-gym. `clock`
        adds the share of `max_cycles` gone. `full_observation` shows the observations of agents 0
        and 1 in a row.

        | index | value | range |
        | --- | --- | --- |
        | 0 | row of the agent / 3 | 0 to 1 |
        | 1 | column of the agent / 7 | 0 to 1 |
        | 2-46 | marks of the cells around | 0 or 1 |

        Global state: lemon and apple of every cell, row and column of both agents, then the time.

    Actions:
        | index | action |
        | --- | --- |
        | 0 | down |
        | 1 | left |
        | 2 | up |
        | 3 | right |
        | 4 | stay |

    Reward:
        `sensitive_reward` for an apple and its negative for a lemon to agent 0, likewise
        `plain_reward` to agent 1, and -`step_cost` to both in each step. With `shared_reward` both
        get the sum.

    End:
        Both agents terminate when all apples are eaten. An episode is truncated after `max_cycles`
        steps.

    Metrics:
        | name | value |
        | --- | --- |
        | apples | share of the apples that were eaten |
        | cleared | 1 if all were, else 0 |
        | sensitive_apples | apples that agent 0 ate |
        | sensitive_lemons | lemons that agent 0 ate |
        | plain_apples | apples that agent 1 ate |
        | plain_lemons | lemons that agent 1 ate |

    Differences from the source:
        Observations keep all digits, where ma-gym rounds to two. An episode at its limit is
        truncated, where ma-gym has one kind of end.

    Source:
        Sunehag et al., "Value-decomposition networks" (2018), as in ma-gym 0.0.14.
    """

    Config = CheckersConfig
    config: CheckersConfig

    def __init__(self, id: str, num_envs: int, config: CheckersConfig):
        self.constants = rules.build_constants(config)
        width = (2 + rules.AROUND + config.clock) * (2 if config.full_observation else 1)
        seen, acts = spaces.Box(0, 1, (width,), np.float32), spaces.Discrete(5)
        group = GroupSpec(DEFAULT_GROUP, 2, seen, acts, shared_reward=config.shared_reward)
        metrics = ("apples", "cleared", "sensitive_apples", "sensitive_lemons", "plain_apples", "plain_lemons")
        state_shape = (2 * rules.ROWS * rules.COLUMNS + 5,)
        super().__init__(EnvSpec(id, (group,), config.max_cycles, metrics, state_shape), num_envs, config)

    def _allocate(self) -> State:
        return allocate(State, envs=self.num_envs, rows=rules.ROWS, columns=rules.COLUMNS)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, self.constants, where=where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance(self.state, self.constants, actions[DEFAULT_GROUP], reward, where=where)

    def _observe(self) -> None:
        step = self.groups[DEFAULT_GROUP]
        rules.observe(self.state, self.constants, step.observation, step.terminated, step.active, self.global_state)

    def _measure(self) -> dict[str, NDArray[Any]]:
        eaten = self.state.eaten.astype(float)
        apples = eaten[:, :, APPLE].sum(axis=1)
        return {
            "apples": apples / rules.APPLES,
            "cleared": (apples == rules.APPLES).astype(float),
            "sensitive_apples": eaten[:, SENSITIVE, APPLE],
            "sensitive_lemons": eaten[:, SENSITIVE, LEMON],
            "plain_apples": eaten[:, PLAIN, APPLE],
            "plain_lemons": eaten[:, PLAIN, LEMON],
        }

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """The board with food and agents; see `draw.draw`."""
        return draw.draw(self.state, copy, **options)

    def text(self, copy: int = 0) -> str:
        """The board in characters; see `draw.text`."""
        return draw.text(self.state, copy)


parallel_env, env, raw_env = entry_points("games/checkers-v0")
