"""What centralized training sees of a whole env: the environment's global state, or its agents' observations put together."""

from typing import Literal

import torch
from torch import Tensor

from ...envs.errors import BadParameter
from ..core.learner import Setup
from .torso import brightness_scale

StateSource = Literal["environment", "observations"]


class GlobalState:
    """The state of an env, of one shape `(k,)`, `(entities, f)` or `(channels, height, width)`, as `build_encoder` reads it.

    Args:
        source: `environment` is the environment's own state. `observations` are those of the group's agents, one after the other along their
            first axis, zeros for inactive ones: features are joined, sets of rows too, images lie in channels above each other.
        who: the algorithm, for the sentence.

    Raises:
        BadParameter: the environment has no global state.
    """

    def __init__(self, setup: Setup, source: StateSource, who: str):
        self.source = source
        self._dtype = torch.get_default_dtype()  # as the weights of the networks that read it
        space = setup.group.observation_space
        if source == "observations":
            self.shape = (setup.group.size * space.shape[0], *space.shape[1:])
            self._scale = brightness_scale(space)
            return
        if setup.env.state_shape is None:
            raise BadParameter(
                f"{who} learns from a global state, and '{setup.env.id}' has none; set state to observations to put those of the group's agents together instead"
            )
        self.shape = setup.env.state_shape

    def of(self, state: Tensor | None, observation: Tensor, active: Tensor) -> Tensor:
        """The states `(..., *shape)` of envs, in the precision of the networks: from `state` (..., *state_shape), or from `observation` (..., n, *shape) and `active` (..., n)."""
        if self.source == "environment":
            assert state is not None
            return state.to(self._dtype)
        here = active.view(*active.shape, *[1] * (observation.dim() - active.dim()))
        seen = torch.where(here, observation, torch.zeros((), dtype=observation.dtype, device=observation.device))
        return seen.to(self._dtype).mul(self._scale).view(*active.shape[:-1], *self.shape)
