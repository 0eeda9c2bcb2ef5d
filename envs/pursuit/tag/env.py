"""Tag as a batched environment, and its entry points for PettingZoo."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...plane.particles import Scratch
from ...registration.entry_points import entry_points
from . import draw, observation, rules
from .config import TagConfig
from .state import NEVER, State

PREDATORS, PREY = "predators", "prey"


class Tag(BatchEnv[State]):
    """Slower predators touch faster prey among round obstacles: MPE's simple_tag.

    Groups are `predators` (mpe2's adversaries) and `prey` (its good agents).

    Rules:
        Agents are round bodies in an open plane that push off each other and off the landmarks;
        see `envs/plane/particles.py`. They begin at rest, uniformly in the square from -1 to 1,
        landmarks in that from -0.9 to 0.9. A predator and a prey touch when their bodies overlap.

    Observation of predators:
        Positions are relative to the observer but for its own. Predators come before prey among
        the other agents. With `num_landmark_neighbors` and `num_agent_neighbors` the nearest are
        seen, nearest first, and zeros where there are fewer; the velocities are then those of the
        agents seen, zeros for predators.

        | index | value | range |
        | --- | --- | --- |
        | 0-1 | own velocity | any |
        | 2-3 | own position | any |
        | 4-7 | the landmarks | any |
        | 8-13 | the other agents | any |
        | 14-15 | velocities of the prey | any |

    Observation of prey:
        As for predators, without the own velocity among those of the prey.

        | index | value | range |
        | --- | --- | --- |
        | 0-1 | own velocity | any |
        | 2-3 | own position | any |
        | 4-7 | the landmarks | any |
        | 8-13 | the other agents | any |

        Global state: positions and velocities of all agents, the landmarks, and the share of
        `max_cycles` gone.

    Actions:
        With `continuous` five strengths from 0 to 1, in this order.

        | index | action |
        | --- | --- |
        | 0 | none |
        | 1 | left |
        | 2 | right |
        | 3 | down |
        | 4 | up |

    Reward:
        Every predator gets 10 for every touching pair of predator and prey. A prey loses 10 for
        every predator that touches it, and for being outside: per coordinate nothing below 0.9,
        then 10 (|x| - 0.9), from 1 on exp(2 |x| - 2) and at most 10. With `shaped` every predator
        also loses 0.1 times the sum over predators of the distance to the nearest prey, and a prey
        gains 0.1 times the sum of its distances to predators.

    End:
        An episode is truncated after `max_cycles` steps. With `terminate_on_success` all terminate
        when all prey are touched in one step.

    Metrics:
        | name | value |
        | --- | --- |
        | touches | touching pairs, summed over steps |
        | caught | share of prey ever touched |
        | first_touch | step of the first touch; length of the episode without one |
        | distance | mean over steps and pairs of the distance from predator to prey |

    Differences from the source:
        mpe2's `curriculum` is `prey_speed` here: a stage is a value of the config, not a call on a
        running environment. Its `benchmark_data` are the metrics; `dynamic_rescaling`, which
        concerns the picture, is left out. Success in the very last step is reported with both
        flags, by mpe2 as truncation alone.

    Source:
        mpe2 1.1.1, simple_tag_v3, which it follows to rounding.
    """

    Config = TagConfig
    config: TagConfig

    def __init__(self, id: str, num_envs: int, config: TagConfig):
        p, q, landmarks = config.num_predators, config.num_prey, config.num_landmarks
        self._constants = rules.build_constants(config)
        acts = spaces.Box(0, 1, (5,), np.float32) if config.continuous else spaces.Discrete(5)
        sees = [
            spaces.Box(-np.inf, np.inf, (observation.width(self._constants, p + q, landmarks, prey),), np.float32)
            for prey in (q, q - 1)
        ]
        groups = (GroupSpec(PREDATORS, p, sees[0], acts, shared_reward=True), GroupSpec(PREY, q, sees[1], acts))
        metrics = ("touches", "caught", "first_touch", "distance")
        spec = EnvSpec(id, groups, config.max_cycles, metrics, state_shape=(4 * (p + q) + 2 * landmarks + 1,))
        super().__init__(spec, num_envs, config)
        self._scratch = allocate(Scratch, envs=num_envs, agents=p + q)

    def _allocate(self) -> State:
        prey = self.config.num_prey
        return allocate(
            State,
            envs=self.num_envs,
            agents=self.config.num_predators + prey,
            prey=prey,
            landmarks=self.config.num_landmarks,
        )

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, where=where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        rules.advance(
            self.state,
            self._constants,
            self._scratch,
            actions[PREDATORS],
            actions[PREY],
            self.groups[PREDATORS].reward,
            self.groups[PREY].reward,
            where=where,
        )

    def _observe(self) -> None:
        predators, prey = self.groups[PREDATORS], self.groups[PREY]
        observation.observe(self.state, self._constants, predators.observation, prey.observation, self.global_state)
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
        """One env in words; see `draw.text`."""
        return draw.text(self.state, copy, self._constants.predators)


parallel_env, env, raw_env = entry_points("pursuit/tag-v0")
