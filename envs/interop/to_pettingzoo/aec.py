"""A parallel view as PettingZoo's AECEnv: agents act one after the other."""

from copy import deepcopy
from typing import Any, Self

import numpy as np
from gymnasium import spaces
from pettingzoo import AECEnv, ParallelEnv
from pettingzoo.utils import wrappers
from pettingzoo.utils.conversions import parallel_to_aec_wrapper


class InTurns(parallel_to_aec_wrapper):
    """PettingZoo's own conversion, with what libraries look for beside PettingZoo's methods."""

    @property
    def observation_spaces(self) -> dict[str, spaces.Space]:
        """Agent to observation space: the same dict at every call."""
        return self.env.observation_spaces

    @property
    def action_spaces(self) -> dict[str, spaces.Space]:
        """Agent to action space: the same dict at every call."""
        return self.env.action_spaces

    @property
    def np_random(self) -> np.random.Generator:
        """The generator of the parallel view."""
        return self.env.np_random  # type: ignore[attr-defined]


class _Ordered(wrappers.OrderEnforcingWrapper):
    """PettingZoo's wrapper, whose copies are envs of their own."""

    def __copy__(self) -> Self:
        return deepcopy(self)

    def __str__(self) -> str:
        return str(self.env)


class _BoundsWrapper(wrappers.BaseWrapper):
    """Names an action outside its space at once; PettingZoo's own wrappers clip it, or say less."""

    def step(self, action: Any) -> None:
        agent = self.agent_selection
        if not (self.terminations[agent] or self.truncations[agent]):
            space = self.action_space(agent)
            given = np.asarray(action, space.dtype) if isinstance(space, spaces.Box) and action is not None else action
            if not space.contains(given):
                raise ValueError(f"action of {agent} is {action}; allowed is {space}")
        super().step(action)


def raw_turns(view: ParallelEnv) -> AECEnv:
    """A view as AECEnv; a wrong order of calls is an error."""
    return _Ordered(InTurns(view))


def aec_view(view: ParallelEnv) -> AECEnv:
    """A view as AECEnv; actions out of bounds are errors, and so is a wrong order of calls."""
    return _Ordered(_BoundsWrapper(raw_turns(view)))
