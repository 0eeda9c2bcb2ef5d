"""The checkers task as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...registration.entry_points import entry_points
from . import draw, rules
from .rules import APPLE, LEMON, PLAIN, SENSITIVE, CheckersParameters, State


class Checkers(BatchEnv[State]):
    """Two agents eat apples and lemons, to one of whom they are worth ten times as much.

    A board of 3 x 8 cells: nine apples and nine lemons in a chessboard pattern, and two empty columns where the agents start. Lemons
    bar the way, so the plain agent 1 should eat them and leave the apples behind them to the sensitive agent 0. Actions: 0 down, 1 left,
    2 up, 3 right, 4 stay. Agent 0 moves before agent 1; nobody enters the other's cell. The episode ends when all apples are eaten.

    Reward: 10 for an apple and -10 for a lemon to agent 0, 1 and -1 to agent 1, and -0.01 for each step.

    Observation: `(47,)`, the agent's row / 3 and column / 7, and for each of the 3 x 3 cells around it five marks: lemon, apple, agent 0,
    agent 1, and one that is always 0. (So it is in ma-gym; cells outside have no mark.) With `clock` the share of max_cycles gone;
    with `full_observation` both agents' in a row. Global state: lemon and apple of every cell, both agents' places, and the time.

    Episode metrics: `apples`, the share that was eaten; `cleared`, whether all were; `sensitive_apples`, `sensitive_lemons`, `plain_apples` and
    `plain_lemons`, how many each agent ate.

    Source: Sunehag et al., "Value-decomposition networks" (2018), as in ma-gym 0.0.14, followed step by step. Ours keeps all digits of the
    observation (ma-gym rounds to two), and an episode at its limit is truncated (ma-gym knows one kind of end).
    """

    Parameters = CheckersParameters
    parameters: CheckersParameters

    def __init__(self, id: str, num_envs: int, parameters: CheckersParameters):
        self.constants = rules.build_constants(parameters)
        width = (2 + rules.AROUND + parameters.clock) * (2 if parameters.full_observation else 1)
        seen, acts = spaces.Box(0, 1, (width,), np.float32), spaces.Discrete(5)
        group = GroupSpec(DEFAULT_GROUP, 2, seen, acts, shared_reward=parameters.shared_reward)
        metrics = ("apples", "cleared", "sensitive_apples", "sensitive_lemons", "plain_apples", "plain_lemons")
        state_shape = (2 * rules.ROWS * rules.COLUMNS + 5,)
        super().__init__(EnvSpec(id, (group,), parameters.max_cycles, metrics, state_shape), num_envs, parameters)

    def _allocate(self) -> State:
        e = self.num_envs
        return State(
            *self.required_state(),
            food=np.zeros((e, rules.ROWS, rules.COLUMNS), np.uint8),
            cell=np.zeros((e, 2, 2), np.int32),
            eaten=np.zeros((e, 2, 3), np.int32),
            bite=np.zeros((e, 2), np.uint8),
        )

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin_copies(self.state, self.constants, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance_copies(self.state, self.constants, actions[DEFAULT_GROUP], reward, where)

    def _observe(self) -> None:
        step = self.groups[DEFAULT_GROUP]
        rules.observe_copies(
            self.state, self.constants, step.observation, step.terminated, step.active, self.global_state
        )

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
