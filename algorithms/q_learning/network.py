"""Action values of all agents of a group: a torso, a head, and the hidden state."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from ...envs.core.spec import GroupSpec
from ..core.policy_graph import PolicyGraph
from ..nn.communication import communicate, export_communication
from ..nn.layers import AgentAxis, StackedLinear
from ..nn.torso import Torso, TorsoConfig
from .discrete_actions import ActionValues


@dataclass(frozen=True)
class QNetworkConfig(TorsoConfig):
    """Architecture of the networks of action values."""

    last_action: bool = False
    """Append each agent's last action, one-hot, to its inputs."""


@dataclass(frozen=True)
class CommunicatingNetworkConfig(QNetworkConfig):
    """Architecture of the networks of a team, whose agents may communicate."""

    channel: Literal["none", "features", "memory"] = "none"
    """Messages between agents in every step, acting included: the `features` of their inputs, or of
    their hidden state (`memory`).
    """


class QNetwork(nn.Module):
    """Action values from observations and a hidden state.

    The hidden state is `(B, n, k)`: the state of the GRU, then the last action, if the network has
    them.
    """

    def __init__(self, group: GroupSpec, actions: ActionValues, config: QNetworkConfig, stream: torch.Generator):
        super().__init__()
        self.agent_axis = AgentAxis(group.size, config.sharing == "all")
        self.actions = actions
        self.communication = config.channel if isinstance(config, CommunicatingNetworkConfig) else "none"
        self.last_action_size = actions.choices if config.last_action else 0
        # Checkpoints hold the torso as `body`.
        self.body = Torso(
            group.observation_space,
            config,
            self.agent_axis,
            stream,
            extra_inputs=self.last_action_size,
            communicates=self.communication == "features",
        )
        self.hidden_size = config.memory_size if config.memory == "gru" else 0
        width = self.body.outputs * (2 if self.communication == "memory" else 1)
        # Small initial values, so that rewards and not the initial weights decide the best action.
        self.head = StackedLinear(self.agent_axis.m, width, actions.choices, stream, gain=0.1)

    def initial_hidden_state(self, num_envs: int) -> Tensor | None:
        """Zeros `(num_envs, n, k)`, or None without a hidden state."""
        size = self.hidden_size + self.last_action_size
        return torch.zeros(num_envs, self.agent_axis.n, size) if size else None

    def forward(
        self,
        observation: Tensor,
        hidden_state: Tensor | None,
        first: Tensor,
        active: Tensor,
        action: Tensor | None = None,
    ) -> tuple[Tensor, Tensor | None]:
        """Compute the values of a sequence.

        Args:
            observation: `(T, B, n, *shape)`.
            hidden_state: `(B, n, k)` before the first step, or None.
            first: `(T, B)` clears the hidden state before the step.
            active: `(T, B, n)`.
            action: `(T, B, n, parts)` the chosen actions. Those of the last step are not read, and
                for one step None is allowed.

        Returns:
            Values `(T, B, n, choices)`, and the state of the GRU after the last step.
        """
        gru_state, last_action = None, None
        if hidden_state is not None:
            gru_state = hidden_state[..., : self.hidden_size] if self.hidden_size else None
            last_action = (
                self._last_actions(hidden_state[..., self.hidden_size :], first, active, action)
                if self.last_action_size
                else None
            )
        x, gru_state = self.body(observation, gru_state, first, active, last_action)
        if self.communication == "memory":
            x = communicate(x, active, self.agent_axis)
        values = self.agent_axis.merge(self.head(x))
        return values.view(*active.shape, -1), gru_state

    def next_hidden_state(self, gru_state: Tensor | None, action: Tensor, active: Tensor) -> Tensor | None:
        """Hidden state `(B, n, k)` after a step with actions `action` (B, n, parts).

        Agents that are not `active` (B, n) have no last action.
        """
        if not self.last_action_size:
            return gru_state
        one_hot = torch.where(active.unsqueeze(-1), self.actions.one_hot(action), 0)
        return one_hot if gru_state is None else torch.cat([gru_state, one_hot], dim=-1)

    def export(self, graph: PolicyGraph) -> None:
        """Add the network with its greedy actions to a graph."""
        last_action = graph.hidden_part(self.last_action_size) if self.last_action_size else None
        x, gru_state = self.body.export(graph, last_action)
        if self.communication == "memory":
            x = export_communication(graph, x)
        values = self.head.export(graph, x, "values")
        choices = graph.best_choices(values, self.actions.sizes)
        taken = [self.actions.export_one_hot(graph, choices)] if self.last_action_size else []
        graph.finish(graph.discrete_action(choices), values, "values", [*taken, *gru_state])

    def _last_actions(self, before: Tensor, first: Tensor, active: Tensor, action: Tensor | None) -> Tensor:
        """One-hot last actions `(T, B, n, choices)`; zeros for agents without one."""
        last_action = before[None]
        if action is not None and len(first) > 1:
            one_hot = torch.where(active[:-1].unsqueeze(-1), self.actions.one_hot(action[: len(first) - 1]), 0)
            last_action = torch.cat([last_action, one_hot])
        return torch.where(first[:, :, None, None], 0, last_action)
