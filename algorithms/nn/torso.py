"""Torso of every network: encoder, hidden layers, optional recurrent layer."""

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Annotated, Literal

import numpy as np
import torch
from gymnasium import spaces
from torch import Tensor, nn

from ...envs.core.config import Config
from ...envs.core.ranges import Check, Interval
from ...envs.core.validation import WIDEST, check_widths
from ...envs.errors import BadParameter
from ..core.policy_graph import PolicyGraph
from .communication import communicate, export_communication
from .encoders import AUTO, build_encoder, check_encoder
from .layers import ACTIVATIONS, AgentAxis, StackedGRU, StackedLinear, activation_op

PIXEL = 255

Width = Annotated[int, Interval(ge=1, le=WIDEST)]
"""Units of a layer."""
Widths = Annotated[tuple[int, ...], Check(partial(check_widths, least=1), f"1 or more, each 1 to {WIDEST}")]
"""Units of several layers, at least one."""
WidthsOrNone = Annotated[tuple[int, ...], Check(check_widths, f"each 1 to {WIDEST}")]
"""Units of any number of layers."""


@dataclass(frozen=True)
class TorsoConfig(Config):
    """Architecture of the networks."""

    sharing: Literal["none", "all"] = "none"
    """`none`: every agent has parameters of its own. `all`: one network serves all agents of the
    group.
    """
    agent_id: bool = False
    """With `sharing: all`, append each agent's one-hot number to its inputs. Without it a policy
    runs on any number of agents.
    """
    encoder: Annotated[str, Check(check_encoder, "auto, mlp, attention, cnn, or a plugin's")] = AUTO
    """Encoder of observations: `mlp` for flat numbers, `attention` for entity rows, `cnn` for
    images. `auto` chooses by their rank.
    """
    hidden: Widths = (64, 64)
    """Widths of the hidden layers behind the encoder."""
    channels: WidthsOrNone = (16, 32)
    """Channels of the convolutions that read images."""
    activation: Literal["relu", "tanh"] = "relu"
    """Nonlinearity of encoder and hidden layers."""
    memory: Literal["none", "gru"] = "none"
    """`gru` gives each agent a recurrent layer with a hidden state."""
    memory_size: Width = 64
    """Size of the hidden state."""

    def _check_together(self) -> None:
        super()._check_together()
        if self.agent_id and self.sharing == "none":
            raise BadParameter("agent_id is true with sharing 'none'; an id is of use with sharing 'all' only")


class Torso(nn.Module):
    """Encoder, hidden layers and recurrent layer."""

    def __init__(
        self,
        space: spaces.Box,
        config: TorsoConfig,
        agent_axis: AgentAxis,
        stream: torch.Generator,
        extra_inputs: int = 0,
        communicates: bool = False,
    ):
        """Build the torso.

        `extra_inputs` numbers join those of the encoder. With `communicates` each agent receives
        the others' features before its recurrent layer.
        """
        super().__init__()
        self.agent_axis = agent_axis
        self.dtype = torch.get_default_dtype()  # that of the weights made below
        self.with_id = config.agent_id
        self.activation = ACTIVATIONS[config.activation]
        self.scale = brightness_scale(space)
        self.encoder = build_encoder(
            agent_axis.m,
            space.shape,
            config.hidden[0],
            config.channels,
            config.activation,
            stream,
            config.encoder,
        )
        widths = [self.encoder.outputs + (agent_axis.n if self.with_id else 0) + extra_inputs, *config.hidden]
        self.layers = nn.ModuleList(StackedLinear(agent_axis.m, a, b, stream) for a, b in pairwise(widths))
        self.communicates = communicates
        width = widths[-1] * (2 if communicates else 1)
        self.gru = StackedGRU(agent_axis.m, width, config.memory_size, stream) if config.memory == "gru" else None
        self.outputs = config.memory_size if self.gru else width

    def forward(
        self,
        observation: Tensor,
        hidden_state: Tensor | None,
        first: Tensor,
        active: Tensor,
        extra_inputs: Tensor | None = None,
    ) -> tuple[Tensor, Tensor | None]:
        """Compute the features of a sequence.

        Args:
            observation: `(T, B, n, *shape)`.
            hidden_state: `(B, n, memory_size)` before the first step, or None without a GRU.
            first: `(T, B)` clears the hidden state before the step.
            active: `(T, B, n)`; inactive agents' observations do not enter their hidden state.
            extra_inputs: `(T, B, n, k)`, appended to the encoder's outputs.

        Returns:
            Features `(m, T * B', outputs)`, and the hidden state after the last step.
        """
        length, num_envs = observation.shape[:2]
        inputs = observation.flatten(0, 1).to(self.dtype)
        x = self.encoder(self.agent_axis.split_rows(inputs if self.scale == 1 else inputs * self.scale))
        if self.with_id:
            identity = torch.eye(self.agent_axis.n, device=x.device).expand(length * num_envs, -1, -1)
            x = torch.cat([x, self.agent_axis.split(identity)], dim=-1)
        if extra_inputs is not None:
            x = torch.cat([x, self.agent_axis.split(extra_inputs.flatten(0, 1))], dim=-1)
        for layer in self.layers:
            x = self.activation(layer(x))
        if self.communicates:
            x = communicate(x, active, self.agent_axis)
        if self.gru is None or hidden_state is None:
            return x, hidden_state
        return self._recurrent(x, hidden_state, first, active)

    def _recurrent(self, x: Tensor, hidden_state: Tensor, first: Tensor, active: Tensor) -> tuple[Tensor, Tensor]:
        assert self.gru is not None
        fresh, here = (
            self._by_step(flags) for flags in (first.unsqueeze(-1).expand(-1, -1, self.agent_axis.n), active)
        )
        after = self.gru(x, self.agent_axis.split(hidden_state), fresh, here)
        return after.flatten(1, 2), self.agent_axis.merge(after[:, -1])

    def export(self, graph: PolicyGraph, extra_inputs: str | None = None) -> tuple[str, list[str]]:
        """Add the torso to a graph: its features, and the next hidden state as a list of parts."""
        scaled = graph.observation
        if self.scale != 1:
            scaled = graph.add("multiply", scaled, graph.constant(self.scale))
        x = self.encoder.export(graph, scaled)
        further = [graph.agent_ids(x)] if self.with_id else []
        further += [] if extra_inputs is None else [extra_inputs]
        if further:
            x = graph.add("concat", x, *further)
        for i, layer in enumerate(self.layers):
            assert isinstance(layer, StackedLinear)
            x = graph.add(activation_op(self.activation), layer.export(graph, x, f"hidden_{i}"))
        if self.communicates:
            x = export_communication(graph, x)
        if self.gru is None:
            return x, []
        x = self.gru.export(graph, x, "gru")
        return x, [x]

    def _by_step(self, flags: Tensor) -> Tensor:
        """Convert `(T, B, n)` to `(m, T, B')`."""
        return flags.reshape(1, len(flags), -1) if self.agent_axis.shared else flags.permute(2, 0, 1)


def brightness_scale(space: spaces.Box) -> float:
    """Factor of observations that scales brightness to 0..1.

    Smaller integers are counts and marks, mostly 0 and 1, and are not scaled.
    """
    return 1 / PIXEL if space.dtype == np.uint8 and space.high.max() == PIXEL else 1.0
