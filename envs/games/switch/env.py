"""The switch task as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...registration.entry_points import entry_points
from . import draw, rules
from .rules import State, SwitchParameters


class Switch(BatchEnv[State]):
    """Agents change sides through a corridor that lets one through at a time.

    Two rooms of 3 x 2 cells, and between them a corridor of three cells in the middle row. Agents 0 and 2 start at the left and go to
    the right end, 1 and 3 the other way. Actions: 0 down, 1 left, 2 up, 3 right, 4 stay. Agents move one after the
    other by index, into cells that nobody stands on at that moment. An agent on its goal has terminated; it stays there, in the others' way.

    Reward: `goal_reward` in the step in which an agent reaches its goal, -`step_cost` in its steps before, 0 after.

    Observation: `(3,)`, the agent's row / 2, column / 6 and the share of max_cycles gone; of others, nothing. With
    `full_observation` those of all agents, in the order of their numbers. Who an agent is, it is not told: that is the learner's
    business. Global state: row, column and arrived of every agent, and the time.

    Episode metrics: `arrived`, the share of agents that reached their goals; `success`, whether all did; `blocked`, moves that walls or
    others prevented; `arrival`, the mean step of arrival, max_cycles for those who did not.

    Source: Sunehag et al., "Value-decomposition networks" (2018), as in ma-gym 0.0.14, followed step by step. Ours keeps all digits of the
    observation (ma-gym rounds to two), and an episode at its limit is truncated (ma-gym knows one kind of end).
    """

    Parameters = SwitchParameters
    parameters: SwitchParameters

    def __init__(self, id: str, num_envs: int, parameters: SwitchParameters):
        self.constants = rules.build_constants(parameters)
        n = parameters.num_agents
        width = (3 if parameters.clock else 2) * (n if parameters.full_observation else 1)
        seen, acts = spaces.Box(0, 1, (width,), np.float32), spaces.Discrete(5)
        group = GroupSpec(DEFAULT_GROUP, n, seen, acts, shared_reward=parameters.shared_reward)
        metrics = ("arrived", "success", "blocked", "arrival")
        spec = EnvSpec(id, (group,), parameters.max_cycles, metrics, state_shape=(3 * n + 1,))
        super().__init__(spec, num_envs, parameters)

    def _allocate(self) -> State:
        e, n = self.num_envs, self.parameters.num_agents
        return State(
            *self.required_state(),
            cell=np.zeros((e, n, 2), np.int32),
            arrived=np.zeros((e, n), np.int32),
            blocked=np.zeros(e, np.int32),
            bumped=np.zeros((e, n), np.bool_),
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
        home = self.state.arrived > 0
        return {
            "arrived": home.mean(axis=1),
            "success": home.all(axis=1).astype(float),
            "blocked": self.state.blocked.astype(float),
            "arrival": np.where(home, self.state.arrived, self.parameters.max_cycles).mean(axis=1),
        }

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """The grid with the agents; see `draw.draw`."""
        return draw.draw(self.state, copy, **options)

    def text(self, copy: int = 0) -> str:
        """The grid in characters; see `draw.text`."""
        return draw.text(self.state, copy)


parallel_env, env, raw_env = entry_points("games/switch-v0")
