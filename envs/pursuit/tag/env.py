"""Tag as a batched environment, and its entry points for PettingZoo."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import EnvSpec, GroupSpec
from ...plane.particles import Scratch
from ...registration.entry_points import entry_points
from . import draw
from .observation import observe_copies, width
from .rules import NEVER, State, TagParameters, advance_copies, begin_copies, build_constants

PREDATORS, PREY = "predators", "prey"


class Tag(BatchEnv[State]):
    """Slower predators touch faster prey among round obstacles: MPE's simple_tag.

    Groups: `predators` (mpe2's adversaries) and `prey` (its good agents).
    Observation, float32: own velocity, own position, the landmarks and then the other agents (predators first) relative to oneself, and the
    velocities of the prey other than oneself; with the defaults 16 numbers for predators and 14 for prey. With `num_agent_neighbors` the
    velocities are those of the agents seen, zeros for predators.
    Actions: none, left, right, down, up; with `continuous` five strengths from 0 to 1, of which the first does nothing.
    Reward: every predator gets 10 for every touching pair of predator and prey, whoever it is; a prey loses 10 for every predator that
    touches it, and for being outside: per coordinate nothing below 0.9, then 10 (|x| - 0.9), from 1 on exp(2 |x| - 2) and at most 10.
    With `shaped` every predator also loses 0.1 times the sum over predators of the distance to the nearest prey, and a prey gains 0.1 times
    the sum of its distances to predators.
    Episodes last `max_cycles` steps, or with `terminate_on_success` until all prey are touched in one step.

    Episode metrics: `touches`, touching pairs summed over steps; `caught`, the share of prey ever touched; `first_touch`, the step of the
    first touch, or the length of the episode if there was none; `distance`, the mean over steps and pairs from predator to prey.

    Source: mpe2 1.1.1, simple_tag_v3, which it follows to rounding. Of its options, `curriculum` is our `prey_speed` (a
    stage is a parameter, not a call on a running environment), `benchmark_data` our metrics, and `dynamic_rescaling`, which
    is about the picture, is left out. Where success comes in the very last step we report both flags, mpe2 the truncation alone.

    Raises:
        BadParameter: a parameter is out of range.
    """

    Parameters = TagParameters

    def __init__(self, id: str, num_envs: int, parameters: TagParameters):
        p, q, landmarks = parameters.num_predators, parameters.num_prey, parameters.num_landmarks
        self._constants = build_constants(parameters)
        acts = spaces.Box(0, 1, (5,), np.float32) if parameters.continuous else spaces.Discrete(5)
        sees = [
            spaces.Box(-np.inf, np.inf, (width(self._constants, p + q, landmarks, prey),), np.float32)
            for prey in (q, q - 1)
        ]
        groups = (GroupSpec(PREDATORS, p, sees[0], acts, shared_reward=True), GroupSpec(PREY, q, sees[1], acts))
        metrics = ("touches", "caught", "first_touch", "distance")
        self._rows = (p + q, landmarks, q)
        spec = EnvSpec(id, groups, parameters.max_cycles, metrics, state_shape=(4 * (p + q) + 2 * landmarks + 1,))
        super().__init__(spec, num_envs, parameters)
        self._scratch = Scratch(np.zeros((num_envs, p + q, 2)))

    def _allocate(self) -> State:
        agents, landmarks, prey = self._rows
        return State(
            *self.required_state(),
            position=np.zeros((self.num_envs, agents, 2)),
            velocity=np.zeros((self.num_envs, agents, 2)),
            landmark=np.zeros((self.num_envs, landmarks, 2)),
            touches=np.zeros(self.num_envs, np.int32),
            first_touch=np.zeros((self.num_envs, prey), np.int32),
            distance=np.zeros(self.num_envs),
            success=np.zeros(self.num_envs, np.bool_),
        )

    def _begin(self, where: NDArray[np.bool_]) -> None:
        begin_copies(self.state, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        predators, prey = self.groups[PREDATORS], self.groups[PREY]
        advance_copies(
            self.state,
            self._constants,
            self._scratch,
            where,
            actions[PREDATORS],
            actions[PREY],
            predators.reward,
            prey.reward,
        )

    def _observe(self) -> None:
        predators, prey = self.groups[PREDATORS], self.groups[PREY]
        observe_copies(self.state, self._constants, predators.observation, prey.observation, self.global_state)
        if self._constants.ends_on_success:
            for group in (predators, prey):
                group.terminated[:] = self.state.success[:, None]
                group.active[:] = ~group.terminated

    def _measure(self) -> dict[str, NDArray[Any]]:
        state = self.state
        touched = state.first_touch != NEVER
        return {
            "touches": state.touches.astype(np.float64),
            "caught": touched.mean(axis=1),
            "first_touch": np.where(touched, state.first_touch, state.elapsed[:, None]).min(axis=1).astype(np.float64),
            "distance": state.distance / np.maximum(state.elapsed, 1),
        }

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """A picture; see `draw.draw`."""
        return draw.draw(self.state, copy, self._constants.predators, **options)

    def text(self, copy: int = 0) -> str:
        """One copy in words; see `draw.text`."""
        return draw.text(self.state, copy, self._constants.predators)


parallel_env, env, raw_env = entry_points("pursuit/tag-v0")
