"""Actor and critic of all agents of a group.

The parts are torsos and two heads, or an actor and a central critic.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ...envs.core.ranges import Positive
from ...envs.core.spec import GroupSpec
from ..core.policy_graph import PolicyGraph
from ..nn.distributions import Distribution
from ..nn.layers import AgentAxis, StackedLinear
from ..nn.torso import Torso, TorsoConfig
from .central_critic import CentralCritic


@dataclass(frozen=True)
class NetworkConfig(TorsoConfig):
    """Architecture of actors and critics."""

    separate_critic: bool = False
    """Give the critic an encoder, hidden layers and GRU of its own. A central critic always has
    layers of its own, without a GRU.
    """
    initial_deviation: Positive = 1.0
    """Initial standard deviation of continuous actions; 1 is half the range of a bounded one."""


class ActorCritic(nn.Module):
    """Policy outputs and values of all agents of a group."""

    def __init__(
        self,
        group: GroupSpec,
        distribution: Distribution,
        config: NetworkConfig,
        stream: torch.Generator,
        central: CentralCritic | None = None,
        extra_inputs: int = 0,
    ):
        """Build the networks.

        With a `central` critic the actor's torso is the only one. All torsos have `extra_inputs`
        inputs besides the observation.
        """
        super().__init__()
        self.agent_axis = AgentAxis(group.size, config.sharing == "all")
        self.config = config
        torsos = [
            Torso(group.observation_space, config, self.agent_axis, stream, extra_inputs)
            for _ in range(2 if config.separate_critic and central is None else 1)
        ]
        self.bodies = nn.ModuleList(torsos)  # named so in checkpoints
        self.means = distribution.num_outputs // 2 if distribution.has_scale else distribution.num_outputs
        self.actor = StackedLinear(self.agent_axis.m, torsos[0].outputs, self.means, stream, gain=0.01)
        self.critic = central or StackedLinear(self.agent_axis.m, torsos[-1].outputs, 1, stream, gain=1.0)
        self.log_scale = None
        if distribution.has_scale:
            log_scale = torch.full((self.agent_axis.m, 1, self.means), math.log(config.initial_deviation))
            self.log_scale = nn.Parameter(log_scale)

    def initial_hidden_state(self, num_envs: int) -> Tensor | None:
        """Zeros `(num_envs, n, torsos * memory_size)`, or None without a GRU."""
        if self.config.memory == "none":
            return None
        return torch.zeros(num_envs, self.agent_axis.n, len(self.bodies) * self.config.memory_size)

    def forward(
        self,
        observation: Tensor,
        hidden_state: Tensor | None,
        first: Tensor,
        active: Tensor,
        state: Tensor | None = None,
        extra_inputs: Tensor | None = None,
    ) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """Compute distribution outputs and values of a sequence.

        Arguments, `extra_inputs` included, as in `Torso.forward`. `state` (T, B, *shape) is the
        input of a central critic.

        Returns:
            Distribution outputs `(m, T * B', k)`, values `(m, T * B')`, and the hidden state
            after the last step. Values are None where a central critic gets no state, as in acting.
        """
        parts = [None] * len(self.bodies) if hidden_state is None else hidden_state.chunk(len(self.bodies), dim=-1)
        results = [torso(observation, part, first, active, extra_inputs) for torso, part in zip(self.bodies, parts)]
        outputs = self.actor(results[0][0])
        if self.log_scale is not None:
            outputs = torch.cat([outputs, self.log_scale.expand_as(outputs)], dim=-1)
        hidden_state = None if hidden_state is None else torch.cat([part for _, part in results], dim=-1)
        return outputs, self._value(results[-1][0], state, observation), hidden_state

    def export(self, graph: PolicyGraph, extra_inputs: str | None) -> tuple[str, list[str]]:
        """Add the actor to a graph: distribution outputs, and parts of the next hidden state."""
        torso = self.bodies[0]
        assert isinstance(torso, Torso)
        x, hidden = torso.export(graph, extra_inputs)
        outputs = self.actor.export(graph, x, "actor")
        if self.log_scale is not None:
            scale = graph.add("expand", graph.parameter(self.log_scale, "log_scale"), outputs)
            outputs = graph.add("concat", outputs, scale)
        return outputs, hidden

    def _value(self, features: Tensor, state: Tensor | None, observation: Tensor) -> Tensor | None:
        if not isinstance(self.critic, CentralCritic):
            return self.critic(features).squeeze(-1)
        return None if state is None else self.critic(state.flatten(0, 1), observation.flatten(0, 1))
