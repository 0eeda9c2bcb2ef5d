"""Critic of the global state, for training alone: one for each agent, or one for all."""

from itertools import pairwise

import torch
from gymnasium import spaces
from torch import Tensor, nn

from ..nn.encoders import AUTO, Encoder, build_encoder
from ..nn.layers import ACTIVATIONS, AgentAxis, StackedLinear
from ..nn.torso import TorsoConfig, brightness_scale


class CentralCritic(nn.Module):
    """Feed-forward values of global states.

    The network is an encoder by the state's rank, hidden layers and a head.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        own: spaces.Box | None,
        config: TorsoConfig,
        agent_axis: AgentAxis,
        stream: torch.Generator,
    ):
        """Build the critic for states of shape `shape`.

        With `own`, the space of the agents' observations, each agent's observation is an input too.
        """
        super().__init__()
        self.agent_axis = agent_axis
        self.dtype = torch.get_default_dtype()  # that of the weights made below
        self.with_id = config.agent_id
        self.activation = ACTIVATIONS[config.activation]

        def encoder(of: tuple[int, ...], name: str = AUTO) -> Encoder:
            return build_encoder(agent_axis.m, of, config.hidden[0], config.channels, config.activation, stream, name)

        self.encoder = encoder(shape)
        self.own = None if own is None else encoder(own.shape, config.encoder)
        self.scale = 1.0 if own is None else brightness_scale(own)
        inputs = [
            self.encoder.outputs,
            0 if self.own is None else self.own.outputs,
            agent_axis.n if self.with_id else 0,
        ]
        widths = [sum(inputs), *config.hidden]
        self.layers = nn.ModuleList(StackedLinear(agent_axis.m, a, b, stream) for a, b in pairwise(widths))
        self.head = StackedLinear(agent_axis.m, widths[-1], 1, stream, gain=1.0)

    def forward(self, state: Tensor, observation: Tensor) -> Tensor:
        """Values `(m, rows')` of all agents.

        The arguments are states `(rows, *shape)` and observations `(rows, n, *shape)`.
        """
        x = self.encoder(state.unsqueeze(1).expand(-1, self.agent_axis.m, *state.shape[1:]))
        # One network with one input: computed once for all agents.
        alike = self.own is None and not self.with_id
        if not alike:
            x = self._for_each_agent(x)
        if self.own is not None:
            x = torch.cat([x, self.own(self.agent_axis.split_rows(observation.to(self.dtype) * self.scale))], dim=-1)
        if self.with_id:
            identity = torch.eye(self.agent_axis.n, device=x.device).expand(len(state), -1, -1)
            x = torch.cat([x, self.agent_axis.split(identity)], dim=-1)
        for layer in self.layers:
            x = self.activation(layer(x))
        value = self.head(x)
        return (self._for_each_agent(value) if alike else value).squeeze(-1)

    def _for_each_agent(self, x: Tensor) -> Tensor:
        """Repeat `(m, rows, k)` to `(m, rows', k)`: with one network, a row for each agent."""
        return x.repeat_interleave(self.agent_axis.n, dim=1) if self.agent_axis.shared else x
