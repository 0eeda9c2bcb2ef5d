"""Value decomposition: one value of the team from one reward, made of the agents' values.

Training is centralized, execution is not: every agent takes the best action by its own values. The
mixers ensure that the joint action is then the best by the team's value. VDN, QMIX and QPLEX differ
in the mixer, weighted QMIX in the weights of the loss.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...envs.core.ranges import Interval
from ...envs.errors import BadParameter
from ..core.learner import Context, Information
from ..core.statistics import masked_mean
from ..nn.global_state import GlobalState, StateSource
from .learner import Metrics, QConfig, QLearner
from .mixers import MIXERS, Central, MixerConfig, check_mixer
from .network import CommunicatingNetworkConfig
from .replay import Sequence


@dataclass(frozen=True)
class TeamConfig(QConfig):
    """Options of value decomposition."""

    network: CommunicatingNetworkConfig = field(default_factory=CommunicatingNetworkConfig)
    """Architecture of the agents' networks."""
    team_reward: Literal["sum", "mean"] | None = None
    """Reduction of the agents' rewards to the team's, where the environment pays each its own."""
    state: StateSource = "environment"
    """State for mixers: the environment's own, or the joined observations of the agents."""
    mixer: str = "qmix"
    """`vdn`, the sum; `qmix`, monotone in each agent's value; or `qplex`, duplex dueling."""
    mixing: MixerConfig = field(default_factory=MixerConfig)
    """Architecture of the mixer."""
    weighting: Literal["none", "central", "optimistic"] = "none"
    """Joint actions with full weight in the loss: all for `none`, the best ones by estimate for
    `central` (CW of Rashid et al. 2020), the underestimated ones for `optimistic` (OW).
    """
    weight: Annotated[float, Interval(gt=0, le=1)] = 0.1
    """Weight of the other joint actions with `weighting`."""

    def __post_init__(self):
        super().__post_init__()
        object.__setattr__(self, "mixer", check_mixer(self.mixer))


@dataclass(frozen=True)
class VDNConfig(TeamConfig):
    """Options of VDN."""

    mixer: str = "vdn"
    """`vdn`, the sum; `qmix`, monotone in each agent's value; or `qplex`, duplex dueling."""


@dataclass(frozen=True)
class QPLEXConfig(TeamConfig):
    """Options of QPLEX."""

    mixer: str = "qplex"
    """`vdn`, the sum; `qmix`, monotone in each agent's value; or `qplex`, duplex dueling."""


@dataclass(frozen=True)
class WQMIXConfig(TeamConfig):
    """Options of weighted QMIX."""

    weighting: Literal["none", "central", "optimistic"] = "optimistic"
    """Joint actions with full weight in the loss: all for `none`, the best ones by estimate for
    `central` (CW of Rashid et al. 2020), the underestimated ones for `optimistic` (OW).
    """


class QMIX(QLearner[TeamConfig]):
    """QMIX: the team's value rises with that of each agent; by its config each of the other mixers.

    Source: Rashid et al., "QMIX: monotonic value function factorisation for deep multi-agent
    reinforcement learning" (2018).

    Raises:
        BadParameter: the environment pays each agent its own reward and `team_reward` is not set,
            or a mixer needs a global state that the environment does not have.
    """

    Config = TeamConfig
    information = Information.JOINT

    def __init__(self, context: Context, config: TeamConfig):
        if config.team_reward is None and not context.group.shared_reward and context.group.size > 1:
            raise BadParameter(
                f"{type(self).__name__.lower()} learns from one reward of the team, and '{context.env.id}' pays each agent of the group "
                f"'{context.group.name}' its own; set team_reward to sum or mean"
            )
        self._needs_state = MIXERS[config.mixer].needs_state or config.weighting != "none"
        self._weighted = config.weighting != "none"
        super().__init__(context, config)

    def other_parts(self) -> dict[str, nn.Module]:
        shape: tuple[int, ...] = ()
        if self._needs_state:
            self._state = GlobalState(self.context, self.config.state, self.who)
            shape = self._state.shape
        arguments = self.group.size, self.actions.choices, shape, self.config.mixing, self.stream("mixer")
        parts: dict[str, nn.Module] = {"mixer": MIXERS[self.config.mixer](*arguments)}
        if self._weighted:
            parts |= {"central_network": self.make_network(), "central_mixer": Central(*arguments)}
        return parts

    @property
    def keeps_state(self) -> bool:
        return self._needs_state and self.config.state == "environment"

    def _loss(self, sequence: Sequence) -> tuple[Tensor, Tensor, Metrics]:
        values = self._forward(self.network, sequence)
        actions = self.actions.from_action(sequence.action[:-1])
        with torch.no_grad():
            target_q = self._forward(self.targets["central_network" if self._weighted else "network"], sequence)
            source = values if self.config.double_q or self._weighted else target_q
            best = self.actions.best(source, sequence.action_mask)
            bootstrap = self._values(self.targets, target_q, best, sequence)
        any_active = sequence.active.any(dim=-1, keepdim=True)
        target, valid_target = self._targets(
            self._team_reward(sequence.reward),
            np.logical_and.reduce(sequence.terminated, axis=-1, keepdims=True),
            bootstrap,
            any_active,
            sequence,
        )
        target, valid_target = target.view(1, -1), valid_target.view(1, -1)
        q_tot = self._mix(self.parts["mixer"], values[:-1], actions, sequence).reshape(1, -1)
        error = (q_tot - target).square()
        loss, metrics = torch.zeros((), device=error.device), {}
        if self._weighted:
            weight, central = self._weigh(q_tot, target, actions, best, bootstrap, sequence)
            error = weight * error
            central_loss = masked_mean((central - target).square(), valid_target)
            loss = central_loss.sum()
            metrics = {"central_loss": central_loss.detach(), "weight": masked_mean(weight, valid_target)}
        team_loss = masked_mean(error, valid_target)
        metrics |= {"td_loss": team_loss.detach(), "q_taken": masked_mean(q_tot.detach(), valid_target)}
        return loss + team_loss.sum(), valid_target.any(dim=1), metrics

    def _values(self, parts: Any, values: Tensor, best: Tensor, sequence: Sequence) -> Tensor:
        mixer = parts["central_mixer"] if self._weighted and parts is self.targets else parts["mixer"]
        return self._mix(mixer, values, best, sequence).unsqueeze(-1)

    def _mix(self, mixer: nn.Module, values: Tensor, action: Tensor, sequence: Sequence) -> Tensor:
        """Team values `(T, B)` of joint actions `(T, B, n, parts)` in the first T steps.

        `values` (T, B, n, choices) are the agents' own.
        """
        length = len(values)
        active = sequence.active[:length]
        chosen = torch.where(active, self.actions.of(values, action), 0).flatten(0, 1)
        best_values = joint_action = state = None
        if mixer.needs_actions:
            mask = None if sequence.action_mask is None else sequence.action_mask[:length]
            best = self.actions.best(values.detach(), mask)
            best_values = torch.where(active, self.actions.of(values, best), 0).flatten(0, 1)
            joint_action = torch.where(active.unsqueeze(-1), self.actions.one_hot(action), 0).flatten(0, 1).flatten(1)
        if mixer.needs_state:
            whole = None if sequence.state is None else sequence.state[:length]
            state = self._state.of(whole, sequence.observation[:length], active).flatten(0, 1)
        return mixer(chosen, best_values, joint_action, state).view(active.shape[:2])

    def _weigh(
        self, q_tot: Tensor, target: Tensor, actions: Tensor, best: Tensor, bootstrap: Tensor, sequence: Sequence
    ) -> tuple[Tensor, Tensor]:
        """Weights of the loss, and the unrestricted mixer's values of the chosen joint actions.

        Both are `(1, L * B)`. Source: Rashid et al. (2020), equations 10 and 11.
        """
        central_q = self._forward(self.parts["central_network"], sequence)
        central = self._mix(self.parts["central_mixer"], central_q[:-1], actions, sequence).reshape(1, -1)
        with torch.no_grad():
            if self.config.weighting == "optimistic":
                counts = q_tot < target
            else:
                same = ((actions == best[:-1]).all(dim=-1) | ~sequence.active[:-1]).all(dim=-1).reshape(1, -1)
                counts = same | (target > bootstrap[:-1].reshape(1, -1))
            weight = torch.where(counts, 1.0, self.config.weight)
        return weight, central

    def _team_reward(self, reward: NDArray[np.float32]) -> NDArray[np.float32]:
        """Reduce rewards `(L, B, n)` to the team's `(L, B, 1)`."""
        if self.config.team_reward == "sum":
            return reward.sum(axis=-1, keepdims=True)
        if self.config.team_reward == "mean":
            return reward.mean(axis=-1, keepdims=True)
        # All have the same reward, except agents after their own end, which have 0: take the one
        # that is not 0.
        low, high = reward.min(axis=-1, keepdims=True), reward.max(axis=-1, keepdims=True)
        return np.where(-low > high, low, high)


class VDN(QMIX):
    """Value decomposition networks: the team's value is the sum of those of its agents.

    Source: Sunehag et al., "Value-decomposition networks for cooperative multi-agent learning based
    on team reward" (2018).
    """

    Config = VDNConfig


class QPLEX(QMIX):
    """QPLEX: duplex dueling, for every joint value with decentralized best actions.

    Source: Wang et al., "QPLEX: duplex dueling multi-agent Q-learning" (2021).
    """

    Config = QPLEXConfig


class WQMIX(QMIX):
    """Weighted QMIX: underestimated joint actions have a larger weight in the loss.

    Source: Rashid et al., "Weighted QMIX: expanding monotonic value function factorisation for deep
    multi-agent reinforcement learning" (2020).
    """

    Config = WQMIXConfig
