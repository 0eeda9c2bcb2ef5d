"""Mixers: the team's value of a joint action from the agents' values of their actions.

Rows are R = steps times envs. Inactive agents' values are set to 0 before. Every parameter has a
first axis of 1, as `StackedAdam` requires.
"""

import warnings
from abc import abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...envs.core.config import Config
from ...envs.core.ranges import Interval
from ...envs.core.validation import WIDEST, nearest
from ...envs.errors import BadParameter
from ..nn.encoders import build_encoder
from ..nn.layers import StackedLinear
from ..nn.torso import Width, WidthsOrNone

LARGEST_POWER = 10.0
"""Largest exponent in the importances of `QPLEXMixer`, so that they stay finite."""


@dataclass(frozen=True)
class MixerConfig(Config):
    """Architecture of mixers; each reads the options that it needs."""

    embedding: Width = 32
    """Width of the hidden layer that the agents' values go through."""
    hyper: Annotated[int, Interval(ge=0, le=WIDEST)] = 64
    """Width of the hidden layers of the networks that make the mixer's weights; 0 makes them
    linear.
    """
    channels: WidthsOrNone = (16, 32)
    """Channels of the convolutions that read a state that is an image."""
    heads: Width = 4
    """Attention heads of `qplex`."""
    central: Width = 64
    """Width of the hidden layers of the unrestricted mixer in weighted losses."""


class Mixer(nn.Module):
    """Base class of mixers.

    Args:
        n: number of agents.
        choices: width of one agent's one-hot action.
        shape: shape of the state.
    """

    needs_state: ClassVar[bool] = True
    """True if the mixer reads the state."""
    needs_actions: ClassVar[bool] = False
    """True if the mixer reads the agents' best values and the joint action."""

    def __init__(self, n: int, choices: int, shape: tuple[int, ...], config: MixerConfig, stream: torch.Generator):
        super().__init__()

    @abstractmethod
    def forward(self, chosen: Tensor, best: Tensor | None, action: Tensor | None, state: Tensor | None) -> Tensor:
        """Compute the team's value `(R,)` of a joint action.

        Args:
            chosen: `(R, n)` each agent's value of its action.
            best: `(R, n)` each agent's value of its best legal action. This and the arguments below
                may be None if not needed.
            action: `(R, n * choices)` the joint action, one-hot.
            state: `(R, *state_shape)`.
        """


class StateNetwork(nn.Module):
    """Network from a state to `outputs` numbers.

    It is an encoder by the state's rank, then a linear layer, with a hidden layer before it if
    `width` is above 0. The initial outputs lie around `around`, and by a small `gain` depend little
    on the state. So a mixer starts out near a sum for states of any scale. With initial weights
    that grow with the state, targets that take the largest value diverge at once. With weights of
    0, a state of zeros would give no gradient.
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
        if self.hidden is not None:  # some units are active even in a state of zeros
            nn.init.uniform_(self.hidden.bias, -(inputs**-0.5), inputs**-0.5, generator=stream)

    def forward(self, state: Tensor) -> Tensor:
        x = self.encoder(state.unsqueeze(1))
        if self.hidden is not None:
            x = F.relu_(self.hidden(x))
        return self.out(x).squeeze(0)


class VDNMixer(Mixer):
    """VDN: the sum of the agents' values.

    Source: Sunehag et al., "Value-decomposition networks for cooperative multi-agent learning"
    (2018).
    """

    needs_state = False

    def forward(self, chosen: Tensor, best: Tensor | None, action: Tensor | None, state: Tensor | None) -> Tensor:
        return chosen.sum(dim=1)


class QMIXMixer(Mixer):
    """QMIX: a network with non-negative weights made from the state.

    So the team's value is monotone in each agent's. Source: Rashid et al., "QMIX" (2018).
    """

    def __init__(self, n: int, choices: int, shape: tuple[int, ...], config: MixerConfig, stream: torch.Generator):
        super().__init__(n, choices, shape, config, stream)

        def network(outputs: int, width: int, around: float = 0.0) -> StateNetwork:
            return StateNetwork(shape, width, outputs, config.channels, stream, around)

        self.n, self.embedding = n, config.embedding
        even = config.embedding**-0.5  # in and out, these weights make a sum
        self.weight_in = network(n * config.embedding, config.hyper, even)
        self.bias_in = network(config.embedding, 0)
        self.weight_out = network(config.embedding, config.hyper, even)
        self.bias_out = network(1, config.embedding)

    def forward(self, chosen: Tensor, best: Tensor | None, action: Tensor | None, state: Tensor | None) -> Tensor:
        assert state is not None
        weight_in = self.weight_in(state).abs_().view(-1, self.n, self.embedding)
        # Many products of a row with a small matrix: one elementwise product and a sum are faster.
        hidden = F.elu((chosen.unsqueeze(-1) * weight_in).sum(dim=1) + self.bias_in(state))
        return (hidden * self.weight_out(state).abs_()).sum(dim=1) + self.bias_out(state).squeeze(-1)


class QPLEXMixer(Mixer):
    """QPLEX: values and advantages mixed separately (Wang et al., "QPLEX", 2021).

    The weights of the advantages depend on the joint action. The mixer can represent any function
    whose best joint action consists of the agents' best actions.
    """

    needs_actions = True

    def __init__(self, n: int, choices: int, shape: tuple[int, ...], config: MixerConfig, stream: torch.Generator):
        super().__init__(n, choices, shape, config, stream)

        def network(
            outputs: int, around: float = 0.0, gain: float = 1.0, shape: tuple[int, ...] = shape
        ) -> StateNetwork:
            return StateNetwork(shape, config.hyper, outputs, config.channels, stream, around, gain)

        self.weight, self.bias = network(n, around=1.0, gain=0.01), network(n, gain=0.01)
        self.heads, self.n = config.heads, n
        self.key, self.agents = network(config.heads, gain=0.1), network(config.heads * n)
        self.encoder = build_encoder(1, shape, config.hyper or n, config.channels, "relu", stream)
        self.actions = network(config.heads * n, shape=(self.encoder.outputs + n * choices,))

    def forward(self, chosen: Tensor, best: Tensor | None, action: Tensor | None, state: Tensor | None) -> Tensor:
        assert best is not None
        assert action is not None
        assert state is not None
        weight = self.weight(state).abs() + 1e-10
        value = (weight * best + self.bias(state)).sum(dim=1)
        advantage = weight * (chosen - best)
        # The gradient of the agents' values is that of their sum, as in the authors' code: the
        # importances learn from the advantages, not the reverse. Gradients of both would make them
        # diverge together.
        importance = self._importance(action, state)
        return value + advantage.sum(dim=1) + (advantage.detach() * (importance - 1)).sum(dim=1)

    def _importance(self, action: Tensor, state: Tensor) -> Tensor:
        """Importances `(R, n)`, lambda of the paper, above 0."""
        features = self.encoder(state.unsqueeze(1)).squeeze(0)
        joint = torch.cat([features, action], dim=1)
        # The authors take the absolute value. The key has to become large where agents' values
        # differ little, and grows faster as a power.
        key = self.key(state).clamp(max=LARGEST_POWER).exp().unsqueeze(-1)
        agents = torch.sigmoid(self.agents(state)).view(-1, self.heads, self.n)
        actions = torch.sigmoid(self.actions(joint)).view(-1, self.heads, self.n)
        return (key * agents * actions).sum(dim=1)


class Central(Mixer):
    """Mixer without restriction, for the joint values of weighted losses.

    It never selects actions, because its best joint action does not consist of the agents' best
    actions. Source: Rashid et al., "Weighted QMIX" (2020).
    """

    def __init__(self, n: int, choices: int, shape: tuple[int, ...], config: MixerConfig, stream: torch.Generator):
        super().__init__(n, choices, shape, config, stream)
        self.encoder = build_encoder(1, shape, config.central, config.channels, "relu", stream)
        widths = (self.encoder.outputs + n, config.central, config.central)
        self.layers = nn.ModuleList(StackedLinear(1, a, b, stream) for a, b in pairwise(widths))
        self.out = StackedLinear(1, config.central, 1, stream, gain=1.0)

    def forward(self, chosen: Tensor, best: Tensor | None, action: Tensor | None, state: Tensor | None) -> Tensor:
        assert state is not None
        x = torch.cat([self.encoder(state.unsqueeze(1)), chosen.unsqueeze(0)], dim=-1)
        for layer in self.layers:
            x = F.relu_(layer(x))
        return self.out(x).view(-1)


MIXERS: dict[str, type[Mixer]] = {"vdn": VDNMixer, "qmix": QMIXMixer, "qplex": QPLEXMixer}
"""Registry of mixers by the value of the setting `mixer`; plugins add theirs."""

OLD_NAMES = {"sum": "vdn", "monotone": "qmix", "duplex": "qplex"}
"""Names of mixers in version 0.1.0, accepted for one release."""


def check_mixer(name: str) -> str:
    """Return the current name of a mixer; warn if `name` is an old one.

    Raises:
        BadParameter: there is no such mixer.
    """
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
