"""value_truth as a batched environment, in NumPy."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...registration.entry_points import entry_points
from . import draw, rules
from .config import ValueTruthConfig
from .state import State


class ValueTruth(BatchEnv[State]):
    """Agents get `reward` in every step, whatever they do, so that every value is known.

    Rules:
        An endless task that is cut (`ends: truncation`) has the value reward / (1 - gamma) at every
        step. One that ends (`ends: termination`) has reward * (1 - gamma^k) / (1 - gamma) with k
        steps to go. A learner that takes one for the other, which is the commonest bug of the
        field, learns a clearly wrong value. `env.config.true_value(gamma, elapsed)` is the truth.

    Observation:
        With `observe: time` it is the number of the step one-hot, `(max_cycles,)`, all 0 after the
        last.

        | index | value | range |
        | --- | --- | --- |
        | 0 | constant | 1 |

        Global state: the share of `max_cycles` gone.

    Actions:
        | index | action |
        | --- | --- |
        | 0-1 | no effect |

    Reward:
        `reward`, to every agent in every step.

    End:
        After `max_cycles` steps an episode is truncated, or with `ends: termination` all agents
        terminate.

    Metrics:
        None; all returns are the same.

    Source:
        The idea is from the tests of Stable-Baselines3; the rules are a definition of this package.
    """

    Config = ValueTruthConfig
    config: ValueTruthConfig

    def __init__(self, id: str, num_envs: int, config: ValueTruthConfig):
        length = config.max_cycles
        width = length if config.observe == "time" else 1
        seen, acts = spaces.Box(0, 1, (width,), np.float32), spaces.Discrete(2)
        group = GroupSpec(DEFAULT_GROUP, config.num_agents, seen, acts, shared_reward=True)
        horizon = None if config.ends == "termination" else length
        super().__init__(EnvSpec(id, (group,), horizon, state_shape=(1,)), num_envs, config)

    def _allocate(self) -> State:
        return allocate(State, envs=self.num_envs)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        """Do nothing: only the time evolves."""

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        self.groups[DEFAULT_GROUP].reward[where] = self.config.reward

    def _observe(self) -> None:
        step = self.groups[DEFAULT_GROUP]
        rules.observe(self.state, self.config, step.observation)
        step.terminated[:] = rules.terminates(self.state, self.config)[:, None]
        np.logical_not(step.terminated, out=step.active)
        assert self.global_state is not None
        self.global_state[:] = self.state.elapsed[:, None] / self.config.max_cycles

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """A line of time; see `draw.draw`."""
        return draw.draw(self.state, copy, self.config, **options)

    def text(self, copy: int = 0) -> str:
        """The time and the return in words."""
        return draw.text(self.state, copy, self.config)


parallel_env, env, raw_env = entry_points("games/value_truth-v0")
