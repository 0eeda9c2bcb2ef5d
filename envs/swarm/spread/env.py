"""Spread as a batched environment, and its entry points for PettingZoo."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...plane.particles import Scratch
from ...registration.entry_points import entry_points
from . import draw
from .observation import observe_copies, width
from .rules import (
    COVERED,
    SpreadParameters,
    State,
    advance_copies,
    begin_copies,
    build_constants,
    nearest_distances,
)


class Spread(BatchEnv[State]):
    """n agents cover n landmarks without touching each other: MPE's simple_spread.

    Observation, float32: own velocity, own position, the landmarks and then the other agents relative to oneself (x, y each),
    and two zeros per other agent where MPE puts what it says; 18 numbers for three agents.
    Actions: none, left, right, down, up; with `continuous` five strengths from 0 to 1, of which the first does nothing.
    Reward: `1 - local_ratio` times minus the sum over landmarks of the distance to the nearest agent, the same for all, and
    `local_ratio` times minus the number of others that one touches.
    Episodes last `max_cycles` steps, or with `terminate_on_success` until every landmark is covered.

    Episode metrics: `landmark_distance`, the mean over landmarks of the distance to the nearest agent at the end;
    `occupied`, the share of landmarks with an agent within 0.1 at the end; `collisions`, touching pairs summed over steps.

    Source: mpe2 1.1.1, simple_spread_v3, which it follows to rounding. Of its options, `curriculum` is our `collision_penalty` (a
    stage is a parameter, not a call on a running environment), `benchmark_data` our metrics, and `dynamic_rescaling`, which
    is about the picture, is left out. Where success comes in the very last step we report both flags, mpe2 the truncation alone.

    Raises:
        BadParameter: a parameter is out of range.
    """

    Parameters = SpreadParameters

    def __init__(self, id: str, num_envs: int, parameters: SpreadParameters):
        self._n = parameters.num_agents
        self._constants = build_constants(parameters)
        group = GroupSpec(
            name=DEFAULT_GROUP,
            size=self._n,
            observation_space=spaces.Box(-np.inf, np.inf, (width(self._constants, self._n),), np.float32),
            action_space=spaces.Box(0, 1, (5,), np.float32) if parameters.continuous else spaces.Discrete(5),
            shared_reward=self._constants.local == 0,
        )
        metrics = ("landmark_distance", "occupied", "collisions")
        spec = EnvSpec(id, (group,), parameters.max_cycles, metrics, state_shape=(6 * self._n + 1,))
        super().__init__(spec, num_envs, parameters)
        self._scratch = Scratch(np.zeros((num_envs, self._n, 2)))

    def _allocate(self) -> State:
        vectors = (self.num_envs, self._n, 2)
        return State(
            *self.required_state(),
            position=np.zeros(vectors),
            velocity=np.zeros(vectors),
            landmark=np.zeros(vectors),
            collisions=np.zeros(self.num_envs, np.int32),
            success=np.zeros(self.num_envs, np.bool_),
        )

    def _begin(self, where: NDArray[np.bool_]) -> None:
        begin_copies(self.state, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        reward = self.groups[DEFAULT_GROUP].reward
        advance_copies(self.state, self._constants, self._scratch, where, actions[DEFAULT_GROUP], reward)

    def _observe(self) -> None:
        step = self.groups[DEFAULT_GROUP]
        observe_copies(self.state, self._constants, step.observation, self.global_state)
        if self._constants.ends_on_success:
            step.terminated[:] = self.state.success[:, None]
            step.active[:] = ~step.terminated

    def _measure(self) -> dict[str, NDArray[Any]]:
        distance = nearest_distances(self.state)
        return {
            "landmark_distance": distance.mean(axis=1),
            "occupied": (distance < COVERED).mean(axis=1),
            "collisions": self.state.collisions.astype(np.float64),
        }

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """A picture; see `draw.draw`."""
        return draw.draw(self.state, copy, **options)

    def text(self, copy: int = 0) -> str:
        """One copy in words; see `draw.text`."""
        return draw.text(self.state, copy)


parallel_env, env, raw_env = entry_points("swarm/spread-v0")
