"""Q-learning with replay: the base of independent and team learners, and IQL.

Source: Mnih et al., "Human-level control through deep reinforcement learning" (2015); double
Q-learning, van Hasselt et al. (2016); independent learners, Tampuu et al. (2017).
"""

import copy
from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...envs.core.config import Config
from ...envs.core.ranges import Count, CountOrZero, Interval, Passes, Positive, Probability
from ...envs.core.system_memory import MEGABYTE, check_memory
from ...envs.core.timestep import GroupStep
from ...envs.errors import BadParameter
from ..core.learner import (
    Context,
    Decision,
    DoesNotFit,
    Information,
    Learner,
    annealed,
    summarize,
    to_tensor,
    warn_if_over,
)
from ..core.policy_graph import PolicyGraph
from ..core.returns import generalized_advantage, n_step_return
from ..core.rollout import Rollout
from ..core.statistics import masked_mean
from ..nn.adam import StackedAdam
from ..nn.layers import bytes_of_row
from ..nn.warm_start import copy_parameters
from .discrete_actions import ActionValues
from .network import QNetwork, QNetworkConfig
from .replay import Replay, Sequence, bytes_per_step

Metrics = dict[str, Tensor]


@dataclass(frozen=True)
class QConfig(Config):
    """Options of Q-learning."""

    network: QNetworkConfig = field(default_factory=QNetworkConfig)
    """Architecture of the networks."""
    learning_rate: Positive = 5e-4
    """Step size of Adam."""
    anneal: bool = False
    """Let the learning rate fall linearly to 0 over the run."""
    gamma: Probability = 0.99
    """Discount of a step."""
    n_step: Count = 1
    """Decisions whose rewards a target sums before it bootstraps."""
    return_lambda: Probability = 0.0
    """Mixing of short and long targets, instead of `n_step`."""
    double_q: bool = True
    """Choose the best action of a target by the learning network, and its value by the target
    network.
    """
    reward_scale: Positive = 1.0
    """Factor of rewards in the targets."""
    epsilon_start: Probability = 1.0
    """Share of random actions at the beginning of the run."""
    epsilon_end: Probability = 0.05
    """Share of random actions from `epsilon_fraction` of the run on."""
    epsilon_fraction: Probability = 0.2
    """Share of the run in which epsilon falls."""
    epsilon_schedule: Literal["linear", "exponential"] = "linear"
    """Shape of the fall of epsilon."""
    buffer_size: CountOrZero = 100_000
    """Steps that the replay holds, summed over the envs."""
    warm_up: CountOrZero = 0
    """Steps, summed over the envs, before learning begins."""
    batch_size: Count = 64
    """Sequences of each gradient step."""
    sequence_length: Count = 8
    """Transitions of a sequence, within which hidden states are carried and targets look ahead."""
    burn_in: CountOrZero = 0
    """First transitions of a sequence that only update the hidden state."""
    gradient_steps: Passes = 8
    """Gradient steps after each rollout."""
    target_interval: Count = 100
    """Gradient steps between updates of the target networks."""
    target_tau: Annotated[Positive, Interval(le=1)] = 1.0
    """Step of the target networks towards the learning ones; 1 is a copy, less a soft update."""
    max_grad_norm: Positive = 10.0
    """Largest norm of each network's gradient; larger gradients are scaled down to it."""
    adam_epsilon: Positive = 1e-5
    """Adam's epsilon."""

    def _check_together(self) -> None:
        super()._check_together()
        if self.n_step > 1 and self.return_lambda > 0:
            raise BadParameter(
                f"n_step is {self.n_step} and return_lambda {self.return_lambda}; targets are of one kind or the other"
            )
        if self.burn_in >= self.sequence_length:
            raise BadParameter(
                f"burn_in is {self.burn_in}; allowed is less than sequence_length, which is {self.sequence_length}"
            )
        if self.epsilon_schedule == "exponential" and not self.epsilon_start >= self.epsilon_end > 0:
            raise BadParameter("an exponential epsilon_schedule needs epsilon_start >= epsilon_end > 0")


S = TypeVar("S", bound=QConfig)


class QLearner(Learner, Generic[S]):
    """Base class: acts by its action values, and takes gradient steps on sequences of a replay.

    Subclasses put their networks into `parts`, from which targets and optimizers are made, and
    implement `_loss` and `_values`.
    """

    config: S

    def __init__(self, context: Context, config: S):
        super().__init__(context, config)
        self.who = type(self).__name__.lower()
        self.actions = ActionValues(self.group, self.who)
        self.network = self.make_network()
        self.agent_axis = self.network.agent_axis
        self.parts = nn.ModuleDict({"network": self.network, **self.other_parts()}).to(context.device)
        self.targets = copy.deepcopy(self.parts).requires_grad_(False)
        self.optimizers = {
            name: StackedAdam(part.parameters(), config.adam_epsilon)
            for name, part in self.parts.items()
            if any(True for _ in part.parameters())
        }
        self.replay: Replay | None = None
        self.updates = 0
        self.gradient_steps = 0
        self._check_replay()

    def make_network(self) -> QNetwork:
        """Build a network of action values."""
        return QNetwork(self.group, self.actions, self.config.network, self.stream("initialisation"))

    def other_parts(self) -> dict[str, nn.Module]:
        """Further parts that learn, by name."""
        return {}

    def start_from(self, base: Learner) -> None:
        """Take the networks and mixer of a learner of the family, for the targets as well."""
        if not isinstance(base, QLearner):
            raise DoesNotFit(f"it is of {type(base).__name__}, and {self.who} starts from Q-learners alone")
        copy_parameters(self.parts, base.parts, self.agent_axis, base.agent_axis)
        self.targets.load_state_dict(self.parts.state_dict())

    @property
    def keeps_state(self) -> bool:
        """True if the replay keeps the environment's global state."""
        return False

    @abstractmethod
    def _loss(self, sequence: Sequence) -> tuple[Tensor, Tensor, Metrics]:
        """Compute the loss `()`, the mask `(m,)` bool of networks with valid rows, and metrics."""

    @abstractmethod
    def _values(self, parts: Any, values: Tensor, best: Tensor, sequence: Sequence) -> Tensor:
        """Bootstrap values `(L + 1, B, k)` of the actions `best`.

        k is the number of agents, or 1 for a team.
        """

    # Acting

    def initial_hidden_state(self, num_envs: int) -> Tensor | None:
        hidden_state = self.network.initial_hidden_state(num_envs)
        return None if hidden_state is None else hidden_state.to(self.context.device)

    @torch.no_grad()
    def act(self, step: GroupStep, hidden_state: Tensor | None, greedy: bool = False) -> Decision:
        hidden_state = None if hidden_state is None else hidden_state.to(self.context.device)
        active = self._to_device(step.active)
        values, gru_state = self.network(
            self._to_device(step.observation)[None], hidden_state, self._to_device(step.first)[None], active[None]
        )
        mask = None if step.action_mask is None else self._to_device(step.action_mask)
        score, epsilon = values[0], self.epsilon()
        if not greedy and epsilon > 0:
            # Exploring agents take the legal action of the highest draw, each with the same chance.
            stream = self.stream("policy")
            explore, draw = (torch.rand(shape, generator=stream) for shape in (active.shape, score.shape))
            score = torch.where((explore < epsilon).unsqueeze(-1).to(score.device), draw.to(score.device), score)
        action = self.actions.best(score, mask)
        record = {} if hidden_state is None else {"hidden_state": hidden_state.cpu().numpy()}
        hidden_state = self.network.next_hidden_state(gru_state, action, active)
        return Decision(self.actions.to_action(action), hidden_state, record)

    def epsilon(self) -> float:
        """Current share of random actions."""
        config = self.config
        position, length = self.context.schedule(self.updates)
        whole = config.epsilon_fraction * length
        share = min(1.0, position / whole) if whole > 0 else 1.0
        if config.epsilon_schedule == "linear":
            return config.epsilon_start + share * (config.epsilon_end - config.epsilon_start)
        return config.epsilon_start * (config.epsilon_end / config.epsilon_start) ** share

    def export_policy(self, graph: PolicyGraph) -> None:
        self.network.export(graph)

    # Learning

    def learn(self, rollout: Rollout) -> dict[str, float]:
        if self.config.anneal:
            warn_if_over(self.group.name, *self.context.schedule(self.updates))
        if self.replay is None:
            self.replay = Replay(self._capacity(rollout.reward.shape[1]), rollout, self.keeps_state)
        self.replay.add(rollout)
        config = self.config
        stored = self.replay.filled * rollout.reward.shape[1]
        totals: Metrics = {}
        if stored >= config.warm_up and self.replay.holds(config.sequence_length):
            for _ in range(config.gradient_steps):
                for name, value in self._update(self.replay).items():
                    totals[name] = totals.get(name, 0) + value / config.gradient_steps
        self.updates += 1
        return summarize(self.group, totals) | {"epsilon": self.epsilon(), "replay_steps": float(stored)}

    def _update(self, replay: Replay) -> Metrics:
        """Take one gradient step on sequences of the replay."""
        config = self.config
        sequence = replay.draw(config.batch_size, config.sequence_length, self.stream("replay"), self.context.device)
        loss, active_networks, metrics = self._loss(sequence)
        for optimizer in self.optimizers.values():
            optimizer.zero_grad()
        loss.backward()
        for name, optimizer in self.optimizers.items():
            norm = optimizer.clip(config.max_grad_norm)
            if name == "network":
                metrics["gradient_norm"] = norm
            m = len(optimizer.steps)
            optimizer.step(
                self.learning_rate(), active_networks if len(active_networks) == m else active_networks.any().expand(m)
            )
        self.gradient_steps += 1
        if self.gradient_steps % config.target_interval == 0:
            self._move_targets()
        return metrics

    def learning_rate(self) -> float:
        """Step size of the coming update."""
        rate = self.config.learning_rate
        return annealed(rate, *self.context.schedule(self.updates)) if self.config.anneal else rate

    @torch.no_grad()
    def _move_targets(self) -> None:
        for target, own in zip(self.targets.parameters(), self.parts.parameters(), strict=True):
            target.lerp_(own, self.config.target_tau)

    def _forward(self, network: nn.Module, sequence: Sequence) -> Tensor:
        """Values `(L + 1, B, n, choices)` of a sequence."""
        values, _ = network(
            sequence.observation,
            sequence.hidden_state,
            sequence.first,
            sequence.active,
            self.actions.from_action(sequence.action),
        )
        return values

    @torch.no_grad()
    def _targets(
        self,
        reward: NDArray[np.float32],
        terminated: NDArray[np.bool_],
        value: Tensor,
        active: Tensor,
        sequence: Sequence,
    ) -> tuple[Tensor, Tensor]:
        """Targets of the chosen values, and the mask of valid ones, `(L, B, k)` each.

        Transitions of the burn-in are not valid.
        """
        config = self.config
        bootstrap = value.cpu().numpy()
        arguments = (
            reward * np.float32(config.reward_scale), bootstrap, terminated, sequence.truncated,
            active.cpu().numpy(), sequence.first.cpu().numpy(), config.gamma,
        )  # fmt: skip
        if config.n_step > 1:
            target, valid_target = n_step_return(*arguments, config.n_step)
        else:
            advantages, valid_target = generalized_advantage(*arguments, config.return_lambda)
            target = advantages + bootstrap[:-1]  # the lambda-return
        valid_target[: config.burn_in] = False
        return self._to_device(target), self._to_device(valid_target)

    def estimate(self, rollout: Rollout) -> NDArray[np.float32]:
        replay = Replay(len(rollout.reward) + 1, rollout, self.keeps_state)
        replay.add(rollout)
        sequence = replay.whole(self.context.device)
        hidden_state = None if rollout.hidden_state is None else rollout.hidden_state.to(self.context.device)
        sequence = sequence._replace(hidden_state=hidden_state)
        with torch.no_grad():
            values = self._forward(self.network, sequence)
            best = self.actions.best(values, sequence.action_mask)
            value = self._values(self.parts, values, best, sequence) / self.config.reward_scale
        return value.expand(*value.shape[:2], self.group.size).cpu().numpy()

    # State

    def _capacity(self, num_envs: int) -> int:
        # one more, for the step whose transition is not over
        return max(self.config.buffer_size // num_envs, 1) + 1

    def _check_replay(self) -> None:
        context, config = self.context, self.config
        least = context.num_envs * max(context.rollout_length, config.sequence_length)
        if config.buffer_size < least:
            raise BadParameter(
                f"buffer_size is {config.buffer_size}; with {context.num_envs} envs, rollouts of {context.rollout_length} steps and a "
                f"sequence_length of {config.sequence_length} it is at least {least}"
            )

    def replay_bytes(self) -> int:
        """Bytes of the full replay."""
        hidden_size = self.network.hidden_size + self.network.last_action_size
        step = bytes_per_step(self.context, hidden_size, self.keeps_state)
        return step * self.context.num_envs * self._capacity(self.context.num_envs)

    def prepare(self) -> None:
        check_memory("the replay", self.replay_bytes(), "a smaller buffer_size needs less")
        config, network = self.config, self.config.network
        rows = config.batch_size * (config.sequence_length + 1) * self.group.size
        wanted = rows * bytes_of_row(self.group.observation_space.shape, network.hidden, network.memory_size)
        check_memory(
            f"a batch of {rows:,} observations",
            wanted,
            "a smaller batch_size or sequence_length, or narrower layers, need less",
        )

    def announce(self) -> list[str]:
        return [
            f"the replay of {self.config.buffer_size:,} steps takes {self.replay_bytes() / MEGABYTE:,.1f} MB of memory when it is full"
        ]

    def state_dict(self) -> dict[str, Any]:
        return super().state_dict() | {
            "parts": self.parts.state_dict(),
            "targets": self.targets.state_dict(),
            "optimizers": {name: optimizer.state_dict() for name, optimizer in self.optimizers.items()},
            "updates": self.updates,
            "gradient_steps": self.gradient_steps,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        super().load_state_dict(state)
        self.parts.load_state_dict(state["parts"])
        self.targets.load_state_dict(state["targets"])
        for name, optimizer in self.optimizers.items():
            optimizer.load_state_dict(state["optimizers"][name])
        self.updates = int(state["updates"])
        self.gradient_steps = int(state["gradient_steps"])

    def experience(self) -> dict[str, Any]:
        return {} if self.replay is None else {"replay": self.replay.state_dict()}

    def load_experience(self, state: dict[str, Any]) -> None:
        self.replay = Replay.restored(state["replay"]) if "replay" in state else None

    def _to_device(self, array: Any) -> Tensor:
        return to_tensor(array, self.context.device)


class IQL(QLearner[QConfig]):
    """Independent Q-learning: each agent learns from its own observations and rewards."""

    Config = QConfig
    information = Information.LOCAL

    def _loss(self, sequence: Sequence) -> tuple[Tensor, Tensor, Metrics]:
        values = self._forward(self.network, sequence)
        with torch.no_grad():
            target_q = self._forward(self.targets["network"], sequence)
            best = self.actions.best(values if self.config.double_q else target_q, sequence.action_mask)
            bootstrap = self._values(self.targets, target_q, best, sequence)
        target, valid_target = self._targets(sequence.reward, sequence.terminated, bootstrap, sequence.active, sequence)
        chosen = self.actions.of(values[:-1], self.actions.from_action(sequence.action[:-1]))
        chosen, target, valid_target = (self.agent_axis.split(x.flatten(0, 1)) for x in (chosen, target, valid_target))
        loss = masked_mean((chosen - target).square(), valid_target)
        metrics = {"td_loss": loss.detach(), "q_taken": masked_mean(chosen.detach(), valid_target)}
        return loss.sum(), valid_target.any(dim=1), metrics

    def _values(self, parts: Any, values: Tensor, best: Tensor, sequence: Sequence) -> Tensor:
        return self.actions.of(values, best)
