"""Aggregation as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...registration.entry_points import entry_points
from . import draw, rules
from .rules import HALF_SIDE, POINTS, AggregationParameters, State

METRICS = ("dispersion", "final_dispersion", "effort")


class Aggregation(BatchEnv[State]):
    """Agents in the box [-2, 2]^2 come together, though each sees nothing but its own position, and that with noise.

    Observation: float32 `(2,)`, the agent's x and y, each with normal noise of its own, clipped to the box.
    Action: float32 `(2,)` in [-1, 1], a velocity; one longer than 1 is shortened to length 1. Then x' = clip(x + speed * u + noise).
    Reward, the same for all: minus the mean distance to the population's mean, minus `action_cost` times the mean length of the
    actions. It depends on where agents are, not on which agent is where; the distance to the mean costs each agent the same at any number, where
    that between all pairs would not. Nobody terminates.
    Global state: the population on a grid of 9 x 9 points over the box (see `collective`; row by row from the lowest y, in
    units of an even spread over the 81 points), and the share of the episode that has passed.

    Episode metrics: `dispersion`, the mean distance to the population's mean, over the episode's steps; `final_dispersion`, at its end;
    `effort`, the mean length of the actions.

    Source: see `rules`.
    """

    Parameters = AggregationParameters
    trail_length = draw.TAIL
    parameters: AggregationParameters

    def __init__(self, id: str, num_envs: int, parameters: AggregationParameters):
        self.constants = rules.build_constants(parameters)
        group = GroupSpec(
            name=DEFAULT_GROUP,
            size=parameters.num_agents,
            observation_space=spaces.Box(-HALF_SIDE, HALF_SIDE, (2,), np.float32),
            action_space=spaces.Box(-1, 1, (2,), np.float32),
            shared_reward=True,
        )
        shape = (POINTS * POINTS + 1,)
        super().__init__(EnvSpec(id, (group,), parameters.max_cycles, METRICS, shape), num_envs, parameters)

    def _allocate(self) -> State:
        return rules.allocate_state(self.num_envs, self.parameters.num_agents)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin_copies(self.state, self.constants, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance_copies(self.state, self.constants, where, actions[DEFAULT_GROUP], reward)

    def _observe(self) -> None:
        rules.observe_copies(self.state, self.constants, self.groups[DEFAULT_GROUP].observation, self.global_state)

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
