"""value_truth as a batched environment, in NumPy."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...registration.entry_points import entry_points
from . import draw
from .rules import State, ValueTruthParameters


class ValueTruth(BatchEnv[State]):
    """Agents are paid `reward` in every step, whatever they do: the value of everything is known.

    An endless world that is cut (`ends: truncation`) is worth reward / (1 - gamma) at every step. One that ends (`ends: termination`) is
    worth reward * (1 - gamma^k) / (1 - gamma) with k steps to go. A learner that takes one for the other, which is the commonest bug of the
    field, learns a clearly wrong value. `parameters.true_value(gamma, elapsed)` gives the truth.

    Observation: `(1,)`, always 1, or with `observe: time` `(max_cycles,)`, the number of the step, one-hot (all 0 after the last).
    Actions: 0 and 1, which do nothing. Global state: `(1,)`, the share of `max_cycles` gone. There are no metrics; the
    return is the same for everyone.

    Source: the idea is from the tests of Stable-Baselines3; the rules are our own definition.
    """

    Parameters = ValueTruthParameters
    parameters: ValueTruthParameters

    def __init__(self, id: str, num_envs: int, parameters: ValueTruthParameters):
        self._length = parameters.max_cycles
        self._terminates = parameters.ends == "termination"
        width = self._length if parameters.observe == "time" else 1
        seen, acts = spaces.Box(0, 1, (width,), np.float32), spaces.Discrete(2)
        group = GroupSpec(DEFAULT_GROUP, parameters.num_agents, seen, acts, shared_reward=True)
        horizon = None if self._terminates else self._length
        super().__init__(EnvSpec(id, (group,), horizon, state_shape=(1,)), num_envs, parameters)

    def _allocate(self) -> State:
        return State(*self.required_state())

    def _begin(self, where: NDArray[np.bool_]) -> None:
        """There is nothing to begin with."""

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        self.groups[DEFAULT_GROUP].reward[where] = self.parameters.reward

    def _observe(self) -> None:
        step, elapsed = self.groups[DEFAULT_GROUP], self.state.elapsed[:, None]
        if self.parameters.observe == "time":
            step.observation[:] = (elapsed == np.arange(self._length))[:, None]
        else:
            step.observation[:] = 1
        if self._terminates:
            step.terminated[:] = elapsed >= self._length
            np.logical_not(step.terminated, out=step.active)
        assert self.global_state is not None
        self.global_state[:] = elapsed / self._length

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """A line of time; see `draw.draw`."""
        return draw.draw(self.state, copy, self.parameters, **options)

    def text(self, copy: int = 0) -> str:
        """The time and the return in words."""
        return draw.text(self.state, copy, self.parameters)


parallel_env, env, raw_env = entry_points("games/value_truth-v0")
