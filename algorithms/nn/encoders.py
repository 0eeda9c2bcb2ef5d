"""Encoders by the rank of the observation: features, a set of entity rows, or an image.

Each takes observations `(rows, m, *shape)` and gives features `(m, rows, outputs)`; see `networks` for m.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers import ACTIVATIONS, StackedConv, StackedLinear

WIDE_IMAGE = 9  # wider ones are halved by each convolution
HEADS = 4


class FeatureEncoder(nn.Module):
    """Rank 1: the features as they are; the layers behind do the work."""

    def __init__(self, shape: tuple[int, ...]):
        super().__init__()
        self.outputs = shape[0]

    def forward(self, observation: Tensor) -> Tensor:
        return observation.transpose(0, 1)


class SetEncoder(nn.Module):
    """Rank 2: entity rows, through one block of multi-head self-attention, averaged over the rows that are not all zero.

    The result does not depend on the order of the rows (Lee et al., "Set Transformer", 2019).
    """

    def __init__(self, m: int, shape: tuple[int, ...], size: int, activation: str, stream: torch.Generator):
        super().__init__()
        self.outputs = size
        self.heads = HEADS if size % HEADS == 0 else 1
        self.activation = ACTIVATIONS[activation]
        self.embed = StackedLinear(m, shape[1], size, stream)
        self.project = StackedLinear(m, size, 3 * size, stream, gain=1.0)
        self.combine = StackedLinear(m, size, size, stream, gain=1.0)

    def forward(self, observation: Tensor) -> Tensor:
        rows, m, entities, features = observation.shape
        present = (observation != 0).any(dim=-1).transpose(0, 1)  # (m, rows, entities)
        x = self.activation(self.embed(observation.transpose(0, 1).reshape(m, rows * entities, features)))
        projected = self.project(x).view(m, rows, entities, 3, self.heads, -1)
        query, key, value = projected.permute(3, 0, 1, 4, 2, 5)
        # An empty set attends to everything rather than to nothing, which would be NaN; the average below then drops it.
        visible = (present | ~present.any(dim=-1, keepdim=True))[:, :, None, None, :]
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=visible)
        mixed = mixed.transpose(2, 3).reshape(m, rows * entities, -1)
        x = (x + self.combine(mixed)).view(m, rows, entities, -1)
        weight = present.to(x.dtype).unsqueeze(-1)
        return (x * weight).sum(dim=2) / weight.sum(dim=2).clamp(min=1)


class ImageEncoder(nn.Module):
    """Rank 3: 3x3 convolutions without padding, of stride 2 while the image is wider than WIDE_IMAGE, then all pixels in a row."""

    def __init__(
        self, m: int, shape: tuple[int, ...], channels: tuple[int, ...], activation: str, stream: torch.Generator
    ):
        super().__init__()
        self.activation = ACTIVATIONS[activation]
        inputs, height, width = shape
        convolutions = []
        for outputs in channels:
            if min(height, width) < 3:
                break
            stride = 2 if max(height, width) > WIDE_IMAGE else 1
            convolutions.append(StackedConv(m, inputs, outputs, 3, stride, stream))
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


def build_encoder(
    m: int, shape: tuple[int, ...], size: int, channels: tuple[int, ...], activation: str, stream: torch.Generator
) -> FeatureEncoder | SetEncoder | ImageEncoder:
    """The encoder for observations of `shape`."""
    if len(shape) == 1:
        return FeatureEncoder(shape)
    if len(shape) == 2:
        return SetEncoder(m, shape, size, activation, stream)
    return ImageEncoder(m, shape, channels, activation, stream)
