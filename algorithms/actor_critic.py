"""Actor and critic of all agents of a group: bodies and two heads."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..envs.spec import GroupSpec
from .body import Body, BodySettings
from .distributions import Distribution
from .networks import Fold, StackedLinear


@dataclass(frozen=True)
class NetworkSettings(BodySettings):
    """What actors and critics look like."""

    separate_critic: bool = False
    """Give the critic an encoder, hidden layers and memory of its own."""


class ActorCritic(nn.Module):
    """Policy outputs and values of all agents of a group."""

    def __init__(
        self, group: GroupSpec, distribution: Distribution, settings: NetworkSettings, stream: torch.Generator
    ):
        super().__init__()
        self.fold = Fold(group.size, settings.sharing == "all")
        self.settings = settings
        bodies = [
            Body(group.observation_space, settings, self.fold, stream)
            for _ in range(2 if settings.separate_critic else 1)
        ]
        self.bodies = nn.ModuleList(bodies)
        self.means = distribution.num_outputs // 2 if distribution.has_scale else distribution.num_outputs
        self.actor = StackedLinear(self.fold.m, bodies[0].outputs, self.means, stream, gain=0.01)
        self.critic = StackedLinear(self.fold.m, bodies[-1].outputs, 1, stream, gain=1.0)
        self.log_scale = nn.Parameter(torch.zeros(self.fold.m, 1, self.means)) if distribution.has_scale else None

    def initial_memory(self, num_envs: int) -> Tensor | None:
        """Zeros `(num_envs, n, bodies * memory_size)`, or None without memory."""
        if self.settings.memory == "none":
            return None
        return torch.zeros(num_envs, self.fold.n, len(self.bodies) * self.settings.memory_size)

    def forward(
        self, observation: Tensor, memory: Tensor | None, first: Tensor, active: Tensor
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        """Arguments as in `Body.forward`.

        Returns:
            Distribution outputs `(m, T * B', k)`, values `(m, T * B')`, and the memory after the last step.
        """
        parts = [None] * len(self.bodies) if memory is None else memory.chunk(len(self.bodies), dim=-1)
        results = [body(observation, part, first, active) for body, part in zip(self.bodies, parts)]
        outputs = self.actor(results[0][0])
        if self.log_scale is not None:
            outputs = torch.cat([outputs, self.log_scale.expand_as(outputs)], dim=-1)
        value = self.critic(results[-1][0]).squeeze(-1)
        return outputs, value, None if memory is None else torch.cat([part for _, part in results], dim=-1)
