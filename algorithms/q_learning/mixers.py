"""Mixers: what a team's joint action is worth, from what its agents' actions are worth to each.

Rows are R = steps times envs. Inactive agents' values are 0 before they come here. Every parameter has a first axis of 1, as `StackedAdam` wants it.
"""

import warnings
from abc import abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...envs.core.validation import WIDEST, check_widths, check_within, nearest
from ...envs.errors import BadParameter
from ..nn.encoders import build_encoder
from ..nn.layers import StackedLinear

LARGEST_POWER = 10.0
"""Of the importances of `QPLEXMixer`, so that they stay finite."""


@dataclass(frozen=True)
class MixerSettings:
    """What mixers look like; each takes what it needs."""

    embedding: int = 32
    """Width of the hidden layer that the agents' values go through."""
    hyper: int = 64
    """Width of the hidden layers of the networks that make the mixer's weights; 0 makes them linear."""
    channels: tuple[int, ...] = (16, 32)
    """Channels of the convolutions that read a state that is an image."""
    heads: int = 4
    """Attention heads of `qplex`."""
    central: int = 64
    """Width of the hidden layers of the unrestricted mixer that weighted losses compare with."""

    def __post_init__(self):
        for name in ("embedding", "heads", "central"):
            check_within(name, getattr(self, name), 1, WIDEST)
        check_within("hyper", self.hyper, 0, WIDEST)
        check_widths("channels", self.channels)


class Mixer(nn.Module):
    """Base class of mixers.

    Args:
        n: agents.
        choices: the width of one agent's one-hot action.
        shape: of the state.
    """

    needs_state: ClassVar[bool] = True
    """Whether it is shown the state."""
    needs_actions: ClassVar[bool] = False
    """Whether it is shown the agents' best values and the joint action."""

    def __init__(self, n: int, choices: int, shape: tuple[int, ...], settings: MixerSettings, stream: torch.Generator):
        super().__init__()

    @abstractmethod
    def forward(self, chosen: Tensor, best: Tensor | None, action: Tensor | None, state: Tensor | None) -> Tensor:
        """The team's value `(R,)` of a joint action.

        Args:
            chosen: `(R, n)` each agent's value of its action.
            best: `(R, n)` and of its best legal action; None will do where it is not needed, here and below.
            action: `(R, n * choices)` the joint action, one-hot.
            state: `(R, *state_shape)`.
        """


class StateNetwork(nn.Module):
    """From a state to `outputs` numbers: an encoder by the state's rank, then a linear layer or one with a hidden layer before it.

    At first they lie around `around` and the state, by a small `gain`, moves them little. So a mixer starts out near a sum, whatever the size of a
    state's numbers. With weights that grow with the state, targets that take the largest value run away at once; with weights of 0, for a state of
    zeros, nothing would ever move.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        width: int,
        outputs: int,
        channels: tuple[int, ...],
        stream: torch.Generator,
        around: float = 0.0,
        gain: float = 0.01,
    ):
        super().__init__()
        self.encoder = build_encoder(1, shape, width or outputs, channels, "relu", stream)
        inputs = self.encoder.outputs
        self.hidden = StackedLinear(1, inputs, width, stream) if width else None
        self.out = StackedLinear(1, width or inputs, outputs, stream, gain=gain)
        spread = around / 2 or gain * (width or inputs) ** -0.5
        nn.init.uniform_(self.out.bias, around - spread, around + spread, generator=stream)
        if self.hidden is not None:  # some units see something even where the state is all zeros
            nn.init.uniform_(self.hidden.bias, -(inputs**-0.5), inputs**-0.5, generator=stream)

    def forward(self, state: Tensor) -> Tensor:
        x = self.encoder(state.unsqueeze(1))
        if self.hidden is not None:
            x = F.relu_(self.hidden(x))
        return self.out(x).squeeze(0)


class VDNMixer(Mixer):
    """VDN: the sum (Sunehag et al., "Value-decomposition networks for cooperative multi-agent learning", 2018)."""

    needs_state = False

    def forward(self, chosen: Tensor, best: Tensor | None, action: Tensor | None, state: Tensor | None) -> Tensor:
        return chosen.sum(dim=1)


class QMIXMixer(Mixer):
    """QMIX: a network with weights made from the state, none of them negative (Rashid et al., "QMIX", 2018).

    So a rise of any agent's value never lowers the team's.
    """

    def __init__(self, n: int, choices: int, shape: tuple[int, ...], settings: MixerSettings, stream: torch.Generator):
        super().__init__(n, choices, shape, settings, stream)

        def network(outputs: int, width: int, around: float = 0.0) -> StateNetwork:
            return StateNetwork(shape, width, outputs, settings.channels, stream, around)

        self.n, self.embedding = n, settings.embedding
        even = settings.embedding**-0.5  # in and out, these weights make a sum
        self.weight_in = network(n * settings.embedding, settings.hyper, even)
        self.bias_in = network(settings.embedding, 0)
        self.weight_out = network(settings.embedding, settings.hyper, even)
        self.bias_out = network(1, settings.embedding)

    def forward(self, chosen: Tensor, best: Tensor | None, action: Tensor | None, state: Tensor | None) -> Tensor:
        assert state is not None
        weight_in = self.weight_in(state).abs_().view(-1, self.n, self.embedding)
        # Many products of a row with a small matrix: one multiplication of all elements is faster than as many products.
        hidden = F.elu((chosen.unsqueeze(-1) * weight_in).sum(dim=1) + self.bias_in(state))
        return (hidden * self.weight_out(state).abs_()).sum(dim=1) + self.bias_out(state).squeeze(-1)


class QPLEXMixer(Mixer):
    """QPLEX: values and advantages mixed apart, advantages by weights that depend on the joint action (Wang et al., "QPLEX", 2021).

    It can stand for any function whose best joint action is made of the agents' best actions.
    """

    needs_actions = True

    def __init__(self, n: int, choices: int, shape: tuple[int, ...], settings: MixerSettings, stream: torch.Generator):
        super().__init__(n, choices, shape, settings, stream)

        def network(
            outputs: int, around: float = 0.0, gain: float = 1.0, shape: tuple[int, ...] = shape
        ) -> StateNetwork:
            return StateNetwork(shape, settings.hyper, outputs, settings.channels, stream, around, gain)

        self.weight, self.bias = network(n, around=1.0, gain=0.01), network(n, gain=0.01)
        self.heads, self.n = settings.heads, n
        self.key, self.agents = network(settings.heads, gain=0.1), network(settings.heads * n)
        self.encoder = build_encoder(1, shape, settings.hyper or n, settings.channels, "relu", stream)
        self.actions = network(settings.heads * n, shape=(self.encoder.outputs + n * choices,))

    def forward(self, chosen: Tensor, best: Tensor | None, action: Tensor | None, state: Tensor | None) -> Tensor:
        assert best is not None
        assert action is not None
        assert state is not None
        weight = self.weight(state).abs() + 1e-10
        value = (weight * best + self.bias(state)).sum(dim=1)
        advantage = weight * (chosen - best)
        # The importance of an agent's advantage learns from it, not the agent from its importance: the gradient of the agents' values is that of
        # their sum, as in the authors' code. A copy with a gradient of its own would let both run away together.
        importance = self._importance(action, state)
        return value + advantage.sum(dim=1) + (advantage.detach() * (importance - 1)).sum(dim=1)

    def _importance(self, action: Tensor, state: Tensor) -> Tensor:
        """Lambda of the paper, `(R, n)`, above 0."""
        features = self.encoder(state.unsqueeze(1)).squeeze(0)
        joint = torch.cat([features, action], dim=1)
        # The authors take the absolute value. It has to become large where agents' values differ little, and grows faster as a power.
        key = self.key(state).clamp(max=LARGEST_POWER).exp().unsqueeze(-1)
        agents = torch.sigmoid(self.agents(state)).view(-1, self.heads, self.n)
        actions = torch.sigmoid(self.actions(joint)).view(-1, self.heads, self.n)
        return (key * agents * actions).sum(dim=1)


class Central(Mixer):
    """A mixer without restriction, for the joint values that weighted losses compare with (Rashid et al., "Weighted QMIX", 2020).

    Nobody acts by it: its best joint action is not made of best single ones.
    """

    def __init__(self, n: int, choices: int, shape: tuple[int, ...], settings: MixerSettings, stream: torch.Generator):
        super().__init__(n, choices, shape, settings, stream)
        self.encoder = build_encoder(1, shape, settings.central, settings.channels, "relu", stream)
        widths = (self.encoder.outputs + n, settings.central, settings.central)
        self.layers = nn.ModuleList(StackedLinear(1, a, b, stream) for a, b in pairwise(widths))
        self.out = StackedLinear(1, settings.central, 1, stream, gain=1.0)

    def forward(self, chosen: Tensor, best: Tensor | None, action: Tensor | None, state: Tensor | None) -> Tensor:
        assert state is not None
        x = torch.cat([self.encoder(state.unsqueeze(1)), chosen.unsqueeze(0)], dim=-1)
        for layer in self.layers:
            x = F.relu_(layer(x))
        return self.out(x).view(-1)


MIXERS: dict[str, type[Mixer]] = {"vdn": VDNMixer, "qmix": QMIXMixer, "qplex": QPLEXMixer}
"""Mixers by the name that the setting `mixer` chooses them by; plugins add theirs."""

OLD_NAMES = {"sum": "vdn", "monotone": "qmix", "duplex": "qplex"}
"""Names of version 0.1.0, for one release."""


def check_mixer(name: str) -> str:
    """Return the name of a mixer as it is now. Raises BadParameter if there is none."""
    if name in MIXERS:
        return name
    if name not in OLD_NAMES:
        raise BadParameter(f"mixer is '{name}'; there is no such mixer.{nearest(name, list(MIXERS))}")
    warnings.warn(
        f"the mixer '{name}' is now '{OLD_NAMES[name]}'; the old name goes with the next release",
        FutureWarning,
        stacklevel=4,
    )
    return OLD_NAMES[name]
