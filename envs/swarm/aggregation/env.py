"""Aggregation as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...registration.entry_points import entry_points
from . import draw, rules
from .config import HALF_SIDE, AggregationConfig
from .rules import POINTS
from .state import State

METRICS = ("dispersion", "final_dispersion", "effort")


class Aggregation(BatchEnv[State]):
    """Agents gather at one place, though each sees only its own position, and that with noise.

    Rules:
        Agents move in the box [-2, 2] x [-2, 2], in which they are spread evenly at the beginning:
        x' = clip(x + speed * u + noise), where u is the action, shortened to length 1 if longer.

    Observation:
        Each coordinate has normal noise of its own and is clipped to the box.

        | index | value | range |
        | --- | --- | --- |
        | 0 | x of the agent | -2 to 2 |
        | 1 | y of the agent | -2 to 2 |

        Global state: the population on a grid of 9 x 9 points over the box (see `collective`; row
        by row from the lowest y, in units of an even spread over the 81 points), and the share of
        `max_cycles` gone.

    Actions:
        A continuous action.

        | index | action |
        | --- | --- |
        | 0 | velocity along x, -1 to 1 |
        | 1 | velocity along y, -1 to 1 |

    Reward:
        The same for all: minus the mean distance to the population's mean, minus `action_cost`
        times the mean length of the actions. It depends on the positions of agents, not on which
        agent is at which. The distance to the mean costs each agent the same at any number, where
        that between all pairs would not.

    End:
        An episode is truncated after `max_cycles` steps; no agent terminates.

    Metrics:
        | name | value |
        | --- | --- |
        | dispersion | mean distance to the population's mean, over the steps of the episode |
        | final_dispersion | mean distance to the population's mean at its end |
        | effort | mean length of the actions |

    Differences from the source:
        The paper's own code was not at hand, so observation noise, action cost and the description
        of the population are our own definitions; see `rules`.

    Source:
        Cui, Hauck, Fabian and Koeppl, "Learning decentralized partially observable mean field
        control for artificial collective behavior" (2024).
    """

    Config = AggregationConfig
    trail_length = draw.TAIL
    config: AggregationConfig

    def __init__(self, id: str, num_envs: int, config: AggregationConfig):
        self.constants = rules.build_constants(config)
        group = GroupSpec(
            name=DEFAULT_GROUP,
            size=config.num_agents,
            observation_space=spaces.Box(-HALF_SIDE, HALF_SIDE, (2,), np.float32),
            action_space=spaces.Box(-1, 1, (2,), np.float32),
            shared_reward=True,
        )
        shape = (POINTS * POINTS + 1,)
        super().__init__(EnvSpec(id, (group,), config.max_cycles, METRICS, shape), num_envs, config)

    def _allocate(self) -> State:
        return allocate(State, envs=self.num_envs, agents=self.config.num_agents)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, self.constants, where=where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance(self.state, self.constants, actions[DEFAULT_GROUP], reward, where=where)

    def _observe(self) -> None:
        rules.observe(self.state, self.constants, self.groups[DEFAULT_GROUP].observation, self.global_state)

    def _measure(self) -> dict[str, NDArray[Any]]:
        steps = np.maximum(self.state.elapsed, 1)
        return {
            "dispersion": self.state.dispersion_sum / steps,
            "final_dispersion": np.array([rules.measure_dispersion(position) for position in self.state.position]),
            "effort": self.state.effort_sum / steps,
        }

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """A picture; options as in `draw.draw`."""
        return draw.draw(self.state, copy, **options)

    def text(self, copy: int = 0) -> str:
        """The box in characters; see `draw.text`."""
        return draw.text(self.state, copy)


parallel_env, env, raw_env = entry_points("swarm/aggregation-v0")
