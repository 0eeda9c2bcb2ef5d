"""Global state of an env for centralized training.

It is the environment's own state, or the observations of the agents joined together.
"""

from typing import Literal

import torch
from torch import Tensor

from ...envs.errors import BadParameter
from ..core.learner import Context
from .torso import brightness_scale

StateSource = Literal["environment", "observations"]


class GlobalState:
    """State of an env, of shape `(k,)`, `(entities, f)` or `(channels, height, width)`.

    The shape is one that `build_encoder` accepts.

    Args:
        source: `environment` is the environment's own state. `observations` are those of the
            group's agents joined along their first axis, zeros for inactive agents: features follow
            each other, so do the rows of sets, and images are stacked as channels.
        who: the algorithm, named in errors.

    Raises:
        BadParameter: the environment has no global state.
    """

    def __init__(self, context: Context, source: StateSource, who: str):
        self.source = source
        self._dtype = torch.get_default_dtype()  # that of the weights of the networks that read it
        space = context.group.observation_space
        if source == "observations":
            self.shape = (context.group.size * space.shape[0], *space.shape[1:])
            self._scale = brightness_scale(space)
            return
        if context.env.state_shape is None:
            raise BadParameter(
                f"{who} learns from a global state, and '{context.env.id}' has none; set state to observations to put those of the group's agents together instead"
            )
        self.shape = context.env.state_shape

    def of(self, state: Tensor | None, observation: Tensor, active: Tensor) -> Tensor:
        """States `(..., *shape)` of envs, in the precision of the networks.

        They are made from `state` (..., *state_shape), or from `observation` (..., n, *shape) and
        `active` (..., n).
        """
        if self.source == "environment":
            assert state is not None
            return state.to(self._dtype)
        here = active.view(*active.shape, *[1] * (observation.dim() - active.dim()))
        seen = torch.where(here, observation, torch.zeros((), dtype=observation.dtype, device=observation.device))
        return seen.to(self._dtype).mul(self._scale).view(*active.shape[:-1], *self.shape)
