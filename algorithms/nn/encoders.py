"""Encoders of observations and states: flat features, a set of entity rows, or an image.

Each takes observations `(rows, m, *shape)` and gives features `(m, rows, outputs)`; see `layers`
for m.
"""

import math
from abc import abstractmethod
from typing import ClassVar, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...envs.core.validation import nearest
from ...envs.errors import BadParameter
from ..core.policy_graph import NotExportable, PolicyGraph
from .layers import ACTIVATIONS, StackedConv, StackedLinear, activation_op

WIDE_IMAGE = 9  # wider ones are halved by each convolution
HEADS = 4


class EncoderSpec(NamedTuple):
    """Shapes and options that an encoder is built from."""

    m: int  # networks side by side
    shape: tuple[int, ...]  # of one observation
    size: int  # width of the first hidden layer behind, for encoders without a width of their own
    channels: tuple[int, ...]  # of convolutions
    activation: str  # a key of ACTIVATIONS


class Encoder(nn.Module):
    """Base class of encoders.

    Args:
        spec: shapes and options; an encoder takes those that it needs.
        stream: generator that the initial weights are drawn from, the only one.
    """

    ranks: ClassVar[tuple[int, ...]]
    """The ranks of observations that it reads."""
    outputs: int
    """The number of features that it gives."""

    def __init__(self, spec: EncoderSpec, stream: torch.Generator):
        super().__init__()

    @abstractmethod
    def forward(self, observation: Tensor) -> Tensor:
        """Features `(m, rows, outputs)` of observations `(rows, m, *shape)`."""

    def export(self, graph: PolicyGraph, x: str) -> str:
        """Add the encoder to the graph of an exported policy.

        Args:
            x: name of the observations `(n, rows, *shape)`.

        Returns:
            The name of the features `(n, rows, outputs)`.

        Raises:
            NotExportable: the encoder has no such description.
        """
        raise NotExportable(
            f"the policy of '{graph.group.name}' cannot be exported: its encoder {type(self).__name__} has no export, which describes it"
        )


class FeatureEncoder(Encoder):
    """Identity: all numbers in one row, as they are."""

    ranks = (1, 2, 3)

    def __init__(self, spec: EncoderSpec, stream: torch.Generator):
        super().__init__(spec, stream)
        self.outputs = math.prod(spec.shape)

    def forward(self, observation: Tensor) -> Tensor:
        return observation.flatten(2).transpose(0, 1)

    def export(self, graph: PolicyGraph, x: str) -> str:
        return graph.add("reshape", x, shape=[-1], name="features")


class SetEncoder(Encoder):
    """Entity rows through one block of multi-head self-attention, averaged over the rows present.

    A row of zeros is absent. The result does not depend on the order of the rows (Lee et al.,
    "Set Transformer", 2019).
    """

    ranks = (2,)

    def __init__(self, spec: EncoderSpec, stream: torch.Generator):
        super().__init__(spec, stream)
        m, size = spec.m, spec.size
        self.entities = spec.shape[0]
        self.outputs = size
        self.heads = HEADS if size % HEADS == 0 else 1
        self.activation = ACTIVATIONS[spec.activation]
        self.embed = StackedLinear(m, spec.shape[1], size, stream)
        self.project = StackedLinear(m, size, 3 * size, stream, gain=1.0)
        self.combine = StackedLinear(m, size, size, stream, gain=1.0)

    def forward(self, observation: Tensor) -> Tensor:
        rows, m, entities, features = observation.shape
        present = (observation != 0).any(dim=-1).transpose(0, 1)  # (m, rows, entities)
        x = self.activation(self.embed(observation.transpose(0, 1).reshape(m, rows * entities, features)))
        projected = self.project(x).view(m, rows, entities, 3, self.heads, -1)
        query, key, value = projected.permute(3, 0, 1, 4, 2, 5)
        # An empty set attends to everything, not to nothing, which would be NaN;
        # the average below then drops it.
        visible = (present | ~present.any(dim=-1, keepdim=True))[:, :, None, None, :]
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=visible)
        mixed = mixed.transpose(2, 3).reshape(m, rows * entities, -1)
        x = (x + self.combine(mixed)).view(m, rows, entities, -1)
        weight = present.to(x.dtype).unsqueeze(-1)
        return (x * weight).sum(dim=2) / weight.sum(dim=2).clamp(min=1)

    def export(self, graph: PolicyGraph, x: str) -> str:
        size, entities = self.outputs, self.entities
        present = graph.add("present", x)
        embedded = graph.add(activation_op(self.activation), self.embed.export(graph, x, "embed", axes=1))
        projected = self.project.export(graph, embedded, "project", axes=1)
        # Keys are laid out for the product, `(n, rows, heads, features, entities)`.
        query, key, value = (
            graph.add(
                "transpose",
                graph.add(
                    "reshape",
                    graph.add("slice", projected, start=i * size, stop=(i + 1) * size),
                    shape=[entities, self.heads, size // self.heads],
                ),
                axes=[0, 1, 3, 4, 2] if i == 1 else [0, 1, 3, 2, 4],
                name=("query", "key", "value")[i],
            )
            for i in range(3)
        )
        scale = graph.constant((size // self.heads) ** -0.5)
        score = graph.add("multiply", graph.add("matmul", query, key), scale)
        # A finite number, because the scores of an empty set would be NaN; it is dropped below.
        visible = graph.add("reshape", present, shape=[1, 1, entities])
        score = graph.add("where", visible, score, graph.constant(float(torch.finfo(torch.float32).min)))
        mixed = graph.add("matmul", graph.add("softmax", score), value, name="attention")
        mixed = graph.add("transpose", mixed, axes=[0, 1, 3, 2, 4])
        mixed = graph.add("reshape", mixed, shape=[entities, size])
        combined = graph.add("add", embedded, self.combine.export(graph, mixed, "combine", axes=1))
        rows = graph.add("reshape", present, shape=[entities, 1])
        one = graph.constant(1.0)
        total, number = (graph.add("sum", graph.only(rows, value), axis=2) for value in (combined, one))
        return graph.add("divide", total, graph.add("maximum", number, one), name="features")


class ImageEncoder(Encoder):
    """Convolutions of 3 x 3 without padding, then all pixels in a row.

    The stride is 2 while the image is wider than WIDE_IMAGE, then 1.
    """

    ranks = (3,)

    def __init__(self, spec: EncoderSpec, stream: torch.Generator):
        super().__init__(spec, stream)
        self.shape = spec.shape
        self.activation = ACTIVATIONS[spec.activation]
        inputs, height, width = spec.shape
        convolutions = []
        for outputs in spec.channels:
            if min(height, width) < 3:
                break
            stride = 2 if max(height, width) > WIDE_IMAGE else 1
            convolutions.append(StackedConv(spec.m, inputs, outputs, 3, stride, stream))
            inputs, height, width = outputs, (height - 3) // stride + 1, (width - 3) // stride + 1
        self.convolutions = nn.ModuleList(convolutions)
        self.outputs = inputs * height * width

    def forward(self, observation: Tensor) -> Tensor:
        rows, m = observation.shape[:2]
        # Grouped convolutions run twice as fast on channels-last memory (measured on AVX512).
        x = observation.flatten(1, 2).contiguous(memory_format=torch.channels_last)
        for convolution in self.convolutions:
            x = self.activation(convolution(x))
        return x.reshape(rows, m, self.outputs).transpose(0, 1)

    def export(self, graph: PolicyGraph, x: str) -> str:
        _, height, width = self.shape
        x = graph.add("transpose", x, axes=[0, 1, 3, 4, 2])
        for i, convolution in enumerate(self.convolutions):
            assert isinstance(convolution, StackedConv)
            height, width = ((size - 3) // convolution.stride + 1 for size in (height, width))
            x = convolution.export(graph, x, f"convolution_{i}", height, width)
            x = graph.add(activation_op(self.activation), x)
        x = graph.add("transpose", x, axes=[0, 1, 4, 2, 3])
        return graph.add("reshape", x, shape=[-1], name="features")


ENCODERS: dict[str, type[Encoder]] = {"mlp": FeatureEncoder, "attention": SetEncoder, "cnn": ImageEncoder}
"""Encoders by the name that `network.encoder` chooses them by; plugins add theirs."""

AUTO = "auto"
BY_RANK = {1: "mlp", 2: "attention", 3: "cnn"}
"""The names that AUTO stands for."""


def check_encoder(option: str, name: str) -> None:
    """Raise BadParameter unless there is an encoder of the name that `option` gives."""
    if name != AUTO and name not in ENCODERS:
        raise BadParameter(f"{option} is '{name}'; there is no such encoder.{nearest(name, [AUTO, *ENCODERS])}")


def build_encoder(
    m: int,
    shape: tuple[int, ...],
    size: int,
    channels: tuple[int, ...],
    activation: str,
    stream: torch.Generator,
    name: str = AUTO,
) -> Encoder:
    """Build the encoder called `name` for observations of `shape`.

    The other arguments are as in `EncoderSpec`.

    Raises:
        BadParameter: it does not read observations of that rank.
    """
    rank = len(shape)
    encoder = ENCODERS[BY_RANK[rank] if name == AUTO else name]
    if rank not in encoder.ranks:
        fitting = [AUTO, *(other for other, one in ENCODERS.items() if rank in one.ranks)]
        raise BadParameter(
            f"encoder is '{name}', which does not read observations of shape {shape}, of rank {rank}; "
            f"allowed there is {', '.join(fitting)}"
        )
    return encoder(EncoderSpec(m, shape, size, channels, activation), stream)
