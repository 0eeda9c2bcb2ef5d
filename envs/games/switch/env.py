"""The switch task as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...registration.entry_points import entry_points
from . import draw, rules
from .config import SwitchConfig
from .state import State


class Switch(BatchEnv[State]):
    """Agents change sides through a corridor that lets one through at a time.

    Rules:
        Two rooms of 3 x 2 cells are joined by a corridor of three cells in the middle row. Agents
        0 and 2 start at the left and go to the right end, 1 and 3 the other way. Agents move one
        after the other by index, into cells that are free at that moment. An agent on its goal
        has terminated; it stays there, in the way of others.

    Observation:
        `full_observation` shows the observations of all agents, in the order of their indices.
        The index of an agent is not shown.

        | index | value | range |
        | --- | --- | --- |
        | 0 | row of the agent / 2 | 0 to 1 |
        | 1 | column of the agent / 6 | 0 to 1 |
        | 2 | share of `max_cycles` gone; left out without `clock` | 0 to 1 |

        Global state: row, column and arrived of every agent, then the time.

    Actions:
        | index | action |
        | --- | --- |
        | 0 | down |
        | 1 | left |
        | 2 | up |
        | 3 | right |
        | 4 | stay |

    Reward:
        `goal_reward` in the step in which an agent reaches its goal, -`step_cost` in each step
        before, 0 after. With `shared_reward` every agent gets the sum.

    End:
        An agent terminates on its goal. An episode is truncated after `max_cycles` steps.

    Metrics:
        | name | value |
        | --- | --- |
        | arrived | share of agents that reached their goals |
        | success | 1 if all did, else 0 |
        | blocked | moves that walls or other agents prevented |
        | arrival | mean step of arrival; `max_cycles` for an agent that did not arrive |

    Differences from the source:
        Observations keep all digits, where ma-gym rounds to two. An episode at its limit is
        truncated, where ma-gym has one kind of end.

    Source:
        Sunehag et al., "Value-decomposition networks" (2018), as in ma-gym 0.0.14.
    """

    Config = SwitchConfig
    config: SwitchConfig

    def __init__(self, id: str, num_envs: int, config: SwitchConfig):
        self.constants = rules.build_constants(config)
        n = config.num_agents
        width = (3 if config.clock else 2) * (n if config.full_observation else 1)
        seen, acts = spaces.Box(0, 1, (width,), np.float32), spaces.Discrete(5)
        group = GroupSpec(DEFAULT_GROUP, n, seen, acts, shared_reward=config.shared_reward)
        metrics = ("arrived", "success", "blocked", "arrival")
        spec = EnvSpec(id, (group,), config.max_cycles, metrics, state_shape=(3 * n + 1,))
        super().__init__(spec, num_envs, config)

    def _allocate(self) -> State:
        return allocate(State, envs=self.num_envs, agents=self.config.num_agents)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, self.constants, where=where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance(self.state, self.constants, actions[DEFAULT_GROUP], reward, where=where)

    def _observe(self) -> None:
        step = self.groups[DEFAULT_GROUP]
        rules.observe(self.state, self.constants, step.observation, step.terminated, step.active, self.global_state)

    def _measure(self) -> dict[str, NDArray[Any]]:
        home = self.state.arrived > 0
        return {
            "arrived": home.mean(axis=1),
            "success": home.all(axis=1).astype(float),
            "blocked": self.state.blocked.astype(float),
            "arrival": np.where(home, self.state.arrived, self.config.max_cycles).mean(axis=1),
        }

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """The grid with the agents; see `draw.draw`."""
        return draw.draw(self.state, copy, **options)

    def text(self, copy: int = 0) -> str:
        """The grid in characters; see `draw.text`."""
        return draw.text(self.state, copy)


parallel_env, env, raw_env = entry_points("games/switch-v0")
