"""Layers with a leading agent axis: m independent networks computed by one batched product.

Inside the networks data are `(m, rows, features)`: m is the number of agents with parameters of
their own, or 1 where all agents share them. No operation here mixes rows of different m, so
gradients of different agents never meet.
"""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...envs.core.system_memory import check_memory
from ..core.policy_graph import PolicyGraph
from .gru import gru_scan

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"relu": F.relu_, "tanh": torch.tanh_}
"""Activation functions by name; they may overwrite their argument, which saves memory traffic.

Pass only the fresh output of a layer.
"""

FLOATS_PER_WEIGHT = 4
"""Floats per weight: the weight, its gradient and the two averages of Adam."""
FLOATS_PER_UNIT = 3
"""Floats per unit and row: the output, its gradient, and room to compute them."""


def activation_op(activation: Callable[[Tensor], Tensor]) -> str:
    """Name of an activation function, which is that of its op in a PolicyGraph."""
    return next(name for name, function in ACTIVATIONS.items() if function is activation)


def bytes_of_row(shape: tuple[int, ...], hidden: tuple[int, ...], memory_size: int) -> int:
    """Lower bound of the bytes that a gradient step takes for one observation of `shape`."""
    return 4 * (math.prod(shape) + FLOATS_PER_UNIT * (sum(hidden) + memory_size))


def orthogonal(shape: tuple[int, ...], gain: float, stream: torch.Generator) -> Tensor:
    """Orthogonal weights for each of m networks: `(m, in, out)`, or `(m, out, in, k, k)`.

    Source: Saxe et al. (2014).

    Raises:
        BadParameter: the machine has too little free memory.
    """
    check_memory(
        f"a layer of {' x '.join(map(str, shape))} weights, with its gradient and Adam's averages,",
        FLOATS_PER_WEIGHT * 4 * math.prod(shape),
        "smaller hidden, channels or memory_size need less",
    )
    weight = torch.empty(shape)
    for one in weight:
        nn.init.orthogonal_(one, gain, generator=stream)
    return weight


class StackedLinear(nn.Module):
    """m linear layers: `(m, rows, inputs)` to `(m, rows, outputs)`."""

    def __init__(self, m: int, inputs: int, outputs: int, stream: torch.Generator, gain: float = math.sqrt(2)):
        super().__init__()
        self.weight = nn.Parameter(orthogonal((m, inputs, outputs), gain, stream))
        self.bias = nn.Parameter(torch.zeros(m, 1, outputs))

    def forward(self, x: Tensor) -> Tensor:
        return torch.baddbmm(self.bias, x, self.weight)

    def export(self, graph: PolicyGraph, x: str, name: str, axes: int = 0) -> str:
        """Add the layers to a graph; see `PolicyGraph.linear`."""
        return graph.linear(x, self.weight, self.bias, name, axes)


class StackedConv(nn.Module):
    """m convolutions as one with m groups, without padding.

    Maps `(rows, m * inputs, h, w)` to `(rows, m * outputs, h', w')`.
    """

    def __init__(self, m: int, inputs: int, outputs: int, kernel: int, stride: int, stream: torch.Generator):
        super().__init__()
        self.stride = stride
        self.m = m
        self.weight = nn.Parameter(orthogonal((m, outputs, inputs, kernel, kernel), math.sqrt(2), stream))
        self.bias = nn.Parameter(torch.zeros(m, outputs))

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight.flatten(0, 1).contiguous(memory_format=torch.channels_last)
        # The bias is added separately: the last bit of oneDNN's own gradient of it depends on
        # memory addresses, and a resumed run has to repeat every bit.
        return F.conv2d(x, weight, stride=self.stride, groups=self.m) + self.bias.reshape(1, -1, 1, 1)

    def export(self, graph: PolicyGraph, x: str, name: str, height: int, width: int) -> str:
        """Add the convolutions to a graph, as linear layers of patches.

        Args:
            x: images `(n, rows, h, w, inputs)`.
            height, width: size of the output.

        Returns:
            Images `(n, rows, height, width, outputs)`.
        """
        inputs, size = self.weight.shape[2:4]
        patches = graph.add("patches", x, size=size, stride=self.stride)
        flat = graph.add("reshape", patches, shape=[height, width, inputs * size * size])
        return graph.linear(flat, self.weight.flatten(2).transpose(1, 2), self.bias.unsqueeze(1), name, axes=2)


class StackedGRU(nn.Module):
    """m gated recurrent units (Cho et al. 2014) over a sequence."""

    def __init__(self, m: int, inputs: int, size: int, stream: torch.Generator):
        super().__init__()
        self.size = size
        self.gates_in = StackedLinear(m, inputs, 3 * size, stream, gain=1.0)
        # Named so in checkpoints.
        self.gates_memory = StackedLinear(m, size, 3 * size, stream, gain=1.0)

    def forward(self, x: Tensor, hidden_state: Tensor, fresh: Tensor, here: Tensor) -> Tensor:
        """Hidden states after each step `(m, T, R, size)`.

        Args:
            x: `(m, T * R, inputs)`.
            hidden_state: `(m, R, size)` before the first step.
            fresh: `(m, T, R)` clears the hidden state before the step.
            here: `(m, T, R)`; rows that are not here keep their hidden state.
        """
        gates = self.gates_in(x).view(*here.shape, 3 * self.size)
        return gru_scan(gates, hidden_state, self.gates_memory.weight, self.gates_memory.bias, fresh, here)

    def export(self, graph: PolicyGraph, x: str, name: str) -> str:
        """Add one step to a graph: the hidden states `(n, rows, size)` after it."""
        hidden_state = graph.hidden_part(self.size)
        gates = self.gates_in.export(graph, x, f"{name}.gates_in")
        sums = self.gates_memory.export(graph, hidden_state, f"{name}.gates_hidden")

        def part(of: str, start: int, stop: int) -> str:
            return graph.add("slice", of, start=start * self.size, stop=stop * self.size)

        openings = graph.add("sigmoid", graph.add("add", part(gates, 0, 2), part(sums, 0, 2)))
        reset, update = part(openings, 0, 1), part(openings, 1, 2)
        product = graph.add("multiply", reset, part(sums, 2, 3))
        new = graph.add("tanh", graph.add("add", part(gates, 2, 3), product))
        kept = graph.add("multiply", update, graph.add("subtract", hidden_state, new))
        after = graph.add("add", new, kept)
        return graph.add("where", graph.add("reshape", graph.active, shape=[1]), after, hidden_state, name=name)


class AgentAxis:
    """The two layouts of agents' data, and the conversions between them.

    A learner has `(rows, n, ...)`: a row for each step of each env, n agents in it. The m stacked
    networks take `(m, rows', ...)`. Without sharing m = n and rows' = rows. With sharing m = 1 and
    rows' = rows * n, with the n agents of a row next to each other.
    """

    def __init__(self, n: int, shared: bool):
        self.n = n
        self.shared = shared
        self.m = 1 if shared else n

    def split_rows(self, x: Tensor) -> Tensor:
        """Lay out as `split`, with the rows first: `(rows, n, ...)` to `(rows', m, ...)`."""
        return x.reshape(-1, 1, *x.shape[2:]) if self.shared else x

    def split(self, x: Tensor) -> Tensor:
        """Lay out by network: `(rows, n, ...)` to `(m, rows', ...)`."""
        return self.split_rows(x).transpose(0, 1)

    def merge(self, x: Tensor) -> Tensor:
        """Lay out by row, the inverse of `split`: `(m, rows', ...)` to `(rows, n, ...)`."""
        return x.reshape(-1, self.n, *x.shape[2:]) if self.shared else x.transpose(0, 1)
