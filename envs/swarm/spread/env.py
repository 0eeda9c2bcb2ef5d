"""Spread as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...plane.particles import Scratch
from ...registration.entry_points import entry_points
from . import draw, rules
from .config import SpreadConfig
from .observation import observe, width
from .rules import COVERED
from .state import State


class Spread(BatchEnv[State]):
    """Agents cover as many landmarks without touching each other: MPE's simple_spread.

    Rules:
        Agents and landmarks are drawn evenly in the square from -1 to 1. Agents are round bodies of
        radius 0.15 that accelerate, slow down and push off each other; see `plane.particles`. A
        landmark is covered by an agent whose middle is within 0.1.

    Observation:
        For three agents; in general landmarks follow at index 4, then other agents, then two zeros
        for each other agent where MPE has its message. Landmarks and other agents are relative to
        the agent (x, y each); with `num_landmark_neighbors` and `num_agent_neighbors` the nearest
        alone, the nearest first.

        | index | value | range |
        | --- | --- | --- |
        | 0-1 | own velocity | unbounded |
        | 2-3 | own position | unbounded |
        | 4-9 | landmarks, relative | unbounded |
        | 10-13 | other agents, relative | unbounded |
        | 14-17 | 0 | 0 |

        Global state: positions, velocities, landmarks, and the share of `max_cycles` gone.

    Actions:
        With `continuous` five strengths from 0 to 1, of which the first has no effect.

        | index | action |
        | --- | --- |
        | 0 | none |
        | 1 | left |
        | 2 | right |
        | 3 | down |
        | 4 | up |

    Reward:
        `1 - local_ratio` times minus the sum over landmarks of the distance to the nearest agent,
        the same for all, and `local_ratio` times minus the number of others that the agent touches.
        Without `collision_penalty` touching costs nothing.

    End:
        An episode is truncated after `max_cycles` steps. With `terminate_on_success` all agents
        terminate once every landmark is covered.

    Metrics:
        | name | value |
        | --- | --- |
        | landmark_distance | mean over landmarks of the distance to the nearest agent at the end |
        | occupied | share of landmarks with an agent within 0.1 at the end |
        | collisions | touching pairs, summed over the steps |

    Differences from the source:
        It follows mpe2 to rounding. Of its options, `curriculum` is our `collision_penalty` (a
        stage is a config value, not a call on a running environment), `benchmark_data` our metrics,
        and `dynamic_rescaling`, which is about the picture, is left out. Where success comes in the
        very last step we report both flags, mpe2 the truncation alone.

    Source:
        mpe2 1.1.1, simple_spread_v3.
    """

    Config = SpreadConfig
    config: SpreadConfig

    def __init__(self, id: str, num_envs: int, config: SpreadConfig):
        self._n = config.num_agents
        self.constants = rules.build_constants(config)
        group = GroupSpec(
            name=DEFAULT_GROUP,
            size=self._n,
            observation_space=spaces.Box(-np.inf, np.inf, (width(self.constants, self._n),), np.float32),
            action_space=spaces.Box(0, 1, (5,), np.float32) if config.continuous else spaces.Discrete(5),
            shared_reward=self.constants.local == 0,
        )
        metrics = ("landmark_distance", "occupied", "collisions")
        spec = EnvSpec(id, (group,), config.max_cycles, metrics, state_shape=(6 * self._n + 1,))
        super().__init__(spec, num_envs, config)
        self.scratch = Scratch(np.zeros((num_envs, self._n, 2)))

    def _allocate(self) -> State:
        return allocate(State, envs=self.num_envs, agents=self._n)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, where=where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance(self.state, self.constants, self.scratch, actions[DEFAULT_GROUP], reward, where=where)

    def _observe(self) -> None:
        step = self.groups[DEFAULT_GROUP]
        observe(self.state, self.constants, step.observation, self.global_state)
        if self.constants.ends_on_success:
            step.terminated[:] = self.state.success[:, None]
            step.active[:] = ~step.terminated

    def _measure(self) -> dict[str, NDArray[Any]]:
        distance = rules.nearest_distances(self.state)
        return {
            "landmark_distance": distance.mean(axis=1),
            "occupied": (distance < COVERED).mean(axis=1),
            "collisions": self.state.collisions.astype(np.float64),
        }

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """A picture; see `draw.draw`."""
        return draw.draw(self.state, copy, **options)

    def text(self, copy: int = 0) -> str:
        """One env in words; see `draw.text`."""
        return draw.text(self.state, copy)


parallel_env, env, raw_env = entry_points("swarm/spread-v0")
