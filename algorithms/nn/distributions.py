"""Action distributions by action space: sampling, log-probability, entropy, mode.

`outputs` are the network's `(..., num_outputs)`. Log-probabilities refer to samples; `to_action`
converts a sample to an action of the environment. Illegal actions have probability 0 exactly.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from torch import Tensor

from ...envs.core.spec import ActionSpace
from ..core.policy_graph import PolicyGraph

FEW = 12  # choices, up to which `_normalized` moves the last axis to the front
LOG_ROOT_2_PI = 0.5 * math.log(2 * math.pi)


class Distribution(ABC):
    """Base class of action distributions.

    Shapes below leave out the leading axes, which all arguments share.
    """

    num_outputs: int
    """Network outputs that parametrize it."""
    has_scale: bool = False
    """True if the network holds a free log standard deviation beside its outputs."""

    @abstractmethod
    def sample(self, outputs: Tensor, mask: Tensor | None, stream: torch.Generator) -> Tensor:
        """Draw a sample."""

    @abstractmethod
    def mode(self, outputs: Tensor, mask: Tensor | None) -> Tensor:
        """Most likely sample."""

    @abstractmethod
    def log_prob_and_entropy(self, outputs: Tensor, sample: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """Log-probability of a sample, and the entropy of the distribution, both `()`."""

    def log_prob(self, outputs: Tensor, sample: Tensor, mask: Tensor | None) -> Tensor:
        """Log-probability of a sample alone, `()`."""
        return self.log_prob_and_entropy(outputs, sample, mask)[0]

    @abstractmethod
    def kl(self, old: Tensor, new: Tensor, mask: Tensor | None) -> Tensor:
        """Kullback-Leibler divergence KL(old || new) `()`, in closed form over all legal actions.

        The formula makes it and its slope exactly 0 where both are equal. Elsewhere rounding may
        leave it a little below 0.
        """

    @abstractmethod
    def to_action(self, sample: Tensor) -> NDArray:
        """Convert a sample to an action of the environment."""

    @abstractmethod
    def export(self, graph: PolicyGraph, outputs: str) -> str:
        """Add the action of the mode to a graph, for outputs `(n, rows, num_outputs)`."""


class Categorical(Distribution):
    """Distribution for `Discrete`: logits `(n,)`, samples `()`."""

    def __init__(self, space: spaces.Discrete):
        self.num_outputs = int(space.n)
        self._start = int(space.start)

    def sample(self, outputs: Tensor, mask: Tensor | None, stream: torch.Generator) -> Tensor:
        return draw_category(_legal_logits(outputs, mask), stream)

    def mode(self, outputs: Tensor, mask: Tensor | None) -> Tensor:
        return _legal_logits(outputs, mask).argmax(dim=-1)

    def log_prob(self, outputs: Tensor, sample: Tensor, mask: Tensor | None) -> Tensor:
        log_prob = _normalized(torch.log_softmax, _legal_logits(outputs, mask))
        return log_prob.gather(-1, sample.unsqueeze(-1)).squeeze(-1)

    def log_prob_and_entropy(self, outputs: Tensor, sample: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        log_prob = _normalized(torch.log_softmax, _legal_logits(outputs, mask))
        entropy = -(log_prob.exp() * log_prob).sum(dim=-1)
        return log_prob.gather(-1, sample.unsqueeze(-1)).squeeze(-1), entropy

    def kl(self, old: Tensor, new: Tensor, mask: Tensor | None) -> Tensor:
        log_old, log_new = (_normalized(torch.log_softmax, _legal_logits(x, mask)) for x in (old, new))
        p_old = log_old.exp()
        # The terms added to p log(p / q) sum up to 0. They remove the slope's rounding error, which
        # a root would enlarge.
        terms = p_old * (log_old - log_new) + (log_new.exp() - p_old)
        # A difference of log-probabilities near the lowest finite number may be anything.
        return (terms if mask is None else torch.where(mask, terms, 0)).sum(dim=-1)

    def to_action(self, sample: Tensor) -> NDArray:
        return sample.cpu().numpy() + self._start

    def export(self, graph: PolicyGraph, outputs: str) -> str:
        return graph.discrete_action(graph.best_choices(outputs, [self.num_outputs]))


class MultiCategorical(Distribution):
    """Independent categorical parts for `MultiDiscrete`.

    Logits are `(sum of nvec,)`, samples `(parts,)`.
    """

    def __init__(self, space: spaces.MultiDiscrete):
        self._sizes = [int(n) for n in space.nvec]
        self._start = np.asarray(space.start, np.int64)
        self._parts = [Categorical(spaces.Discrete(n)) for n in self._sizes]
        self.num_outputs = sum(self._sizes)

    def _split(self, outputs: Tensor, mask: Tensor | None):
        masks = [None] * len(self._sizes) if mask is None else mask.split(self._sizes, dim=-1)
        return zip(self._parts, outputs.split(self._sizes, dim=-1), masks)

    def sample(self, outputs: Tensor, mask: Tensor | None, stream: torch.Generator) -> Tensor:
        return torch.stack([part.sample(out, legal, stream) for part, out, legal in self._split(outputs, mask)], dim=-1)

    def mode(self, outputs: Tensor, mask: Tensor | None) -> Tensor:
        return torch.stack([part.mode(out, legal) for part, out, legal in self._split(outputs, mask)], dim=-1)

    def log_prob_and_entropy(self, outputs: Tensor, sample: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        pairs = [
            part.log_prob_and_entropy(out, one, legal)
            for (part, out, legal), one in zip(self._split(outputs, mask), sample.unbind(dim=-1))
        ]
        log_probs, entropies = zip(*pairs)
        return torch.stack(log_probs).sum(dim=0), torch.stack(entropies).sum(dim=0)

    def kl(self, old: Tensor, new: Tensor, mask: Tensor | None) -> Tensor:
        pairs = zip(self._split(old, mask), new.split(self._sizes, dim=-1))
        return torch.stack([part.kl(one, other, legal) for (part, one, legal), other in pairs]).sum(dim=0)

    def to_action(self, sample: Tensor) -> NDArray:
        return sample.cpu().numpy() + self._start

    def export(self, graph: PolicyGraph, outputs: str) -> str:
        return graph.discrete_action(graph.best_choices(outputs, self._sizes))


class Gaussian(Distribution):
    """Diagonal normal distribution for `Box`: outputs `(2 d,)`, samples `(d,)`.

    The outputs are mean and log standard deviation. Where a dimension is bounded on both sides,
    samples in [-1, 1] span its range, and actions outside are clipped. The log-probability is that
    of the sample before clipping.
    """

    has_scale = True

    def __init__(self, space: spaces.Box):
        self._shape = space.shape
        self._low, self._high = _float32_bounds(space)
        bounded = np.isfinite(self._low) & np.isfinite(self._high)
        low, high = np.where(bounded, self._low, -1), np.where(bounded, self._high, 1)
        self._centre = np.where(bounded, low / 2 + high / 2, 0).astype(np.float32)
        self._scale = np.where(bounded, high / 2 - low / 2, 1).astype(np.float32)
        self.num_outputs = 2 * self._low.size

    def sample(self, outputs: Tensor, mask: Tensor | None, stream: torch.Generator) -> Tensor:
        mean, log_scale = outputs.chunk(2, dim=-1)
        noise = torch.randn(mean.shape, generator=stream).to(mean.device)
        return mean + log_scale.exp() * noise

    def mode(self, outputs: Tensor, mask: Tensor | None) -> Tensor:
        return outputs.chunk(2, dim=-1)[0]

    def log_prob_and_entropy(self, outputs: Tensor, sample: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        mean, log_scale = outputs.chunk(2, dim=-1)
        standard = (sample - mean) * torch.exp(-log_scale)
        log_prob = (-0.5 * standard.square() - log_scale - LOG_ROOT_2_PI).sum(dim=-1)
        return log_prob, (log_scale + 0.5 + LOG_ROOT_2_PI).sum(dim=-1)

    def kl(self, old: Tensor, new: Tensor, mask: Tensor | None) -> Tensor:
        (old_mean, old_scale), (mean, log_scale) = old.chunk(2, dim=-1), new.chunk(2, dim=-1)
        wider = log_scale - old_scale
        shift = (mean - old_mean) * torch.exp(-log_scale)
        return (wider + 0.5 * torch.expm1(-2 * wider) + 0.5 * shift.square()).sum(dim=-1)

    def to_action(self, sample: Tensor) -> NDArray:
        action = np.clip(sample.cpu().numpy() * self._scale + self._centre, self._low, self._high)
        return action.reshape(*action.shape[:-1], *self._shape)

    def export(self, graph: PolicyGraph, outputs: str) -> str:
        mean = graph.add("slice", outputs, start=0, stop=self.num_outputs // 2)
        scaled = graph.add("multiply", mean, graph.constant(self._scale, "action_scale"))
        centred = graph.add("add", scaled, graph.constant(self._centre, "action_centre"))
        bounds = graph.constant(self._low, "action_low"), graph.constant(self._high, "action_high")
        return graph.add("reshape", graph.add("clip", centred, *bounds), shape=list(self._shape), name="action")


def _float32_bounds(space: spaces.Box) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Bounds `(d,)` of float32, rounded inward.

    Float32's 0.1 is larger than the double 0.1, so that an action there would lie outside.
    """
    low, high = space.low.ravel(), space.high.ravel()
    near_low, near_high = low.astype(np.float32), high.astype(np.float32)
    infinity = np.float32(np.inf)
    inside_low = np.where(near_low < low, np.nextafter(near_low, infinity), near_low)
    return inside_low, np.where(near_high > high, np.nextafter(near_high, -infinity), near_high)


def draw_category(logits: Tensor, stream: torch.Generator) -> Tensor:
    """Draw from a softmax by a race of exponential clocks.

    The draw is exact, and an action of probability 0 is never drawn.
    """
    clocks = torch.empty(logits.shape).exponential_(generator=stream).to(logits.device)
    return (_normalized(torch.softmax, logits) / clocks).argmax(dim=-1)


def _normalized(function: Callable[..., Tensor], logits: Tensor) -> Tensor:
    """Apply softmax or log_softmax over the last axis.

    Along a short last axis torch takes up to ten times as long as along a first axis, with equal
    results.
    """
    if logits.shape[-1] > FEW:
        return function(logits, dim=-1)
    return function(logits.movedim(-1, 0).contiguous(), dim=0).movedim(0, -1)


def _legal_logits(logits: Tensor, mask: Tensor | None) -> Tensor:
    # The lowest finite number, because -inf times probability 0 in the entropy would be NaN.
    return logits if mask is None else logits.masked_fill(~mask, torch.finfo(logits.dtype).min)


def build_distribution(space: ActionSpace) -> Distribution:
    """Build the distribution for an action space."""
    if isinstance(space, spaces.Discrete):
        return Categorical(space)
    if isinstance(space, spaces.MultiDiscrete):
        return MultiCategorical(space)
    return Gaussian(space)
