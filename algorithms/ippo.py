"""IPPO: every agent runs PPO on its own experience.

Source: de Witt et al., "Is independent learning all you need in the StarCraft multi-agent challenge?" (2020), with PPO as in Schulman et
al. (2017). Differences of public code are settled in `../shared/specs/learners.md` section 2 and named where they matter.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ..envs.errors import BadParameter
from ..envs.timestep import GroupStep
from .actor_critic import ActorCritic, NetworkSettings
from .distributions import build_distribution
from .learner import Decision, Diverged, Information, Learner, Setup, to_tensor
from .optimizer import StackedAdam
from .ppo_loss import Batch, ppo_loss
from .rollout import Rollout
from .statistics import ValueNormalizer, masked_mean, standardize

Data = dict[str, Any]  # tensors, or None, with the rows' axes first


@dataclass(frozen=True)
class IPPOSettings:
    """Options of IPPO."""

    network: NetworkSettings = field(default_factory=NetworkSettings)
    """What the networks look like."""
    learning_rate: float = 5e-4
    """Step size of Adam."""
    anneal: bool = True
    """Let the learning rate fall linearly to 0 over the run."""
    gamma: float = 0.99
    """Discount of a step."""
    gae_lambda: float = 0.95
    """Mixing of short and long advantage estimates, 0 to 1."""
    epochs: int = 4
    """Passes over each rollout."""
    minibatches: int = 4
    """Parts a pass is split into; each has whole time steps, or with memory whole copies."""
    clip: float = 0.2
    """Policy ratios beyond 1 - clip and 1 + clip bring no further gain."""
    value_clip: float | None = 0.2
    """How far a value may move in one update, on the critic's scale; none switches it off."""
    value_coefficient: float = 0.5
    """Weight of the value loss."""
    entropy: float = 0.01
    """Weight of the entropy bonus."""
    max_grad_norm: float = 0.5
    """Each agent's gradient is scaled down to this norm."""
    normalize_advantage: bool = True
    """Standardize each agent's advantages over the rollout."""
    normalize_value: bool = False
    """Let the critic learn returns on a running standard scale, one for each agent."""
    target_kl: float | None = None
    """An agent whose policy moved further than this stops updating until the next rollout."""
    adam_epsilon: float = 1e-5
    """Adam's epsilon."""

    def __post_init__(self):
        for name in ("learning_rate", "clip", "max_grad_norm", "adam_epsilon"):
            _require(name, getattr(self, name), 0 < getattr(self, name) < math.inf, "above 0")
        for name in ("value_coefficient", "entropy"):
            _require(name, getattr(self, name), 0 <= getattr(self, name) < math.inf, "0 or more")
        for name in ("gamma", "gae_lambda"):
            _require(name, getattr(self, name), 0 <= getattr(self, name) <= 1, "0 to 1")
        for name in ("epochs", "minibatches"):
            _require(name, getattr(self, name), getattr(self, name) >= 1, "1 or more")
        for name in ("value_clip", "target_kl"):
            value = getattr(self, name)
            _require(name, value, value is None or value > 0, "above 0, or none")


def _require(name: str, value: Any, holds: bool, allowed: str) -> None:
    if not holds:
        raise BadParameter(f"{name} is {value}; allowed is {allowed}")


class IPPO(Learner):
    """Independent proximal policy optimization: PPO for each agent, on its own observations, actions and rewards."""

    Settings = IPPOSettings
    information = Information.LOCAL
    settings: IPPOSettings

    def __init__(self, setup: Setup, settings: IPPOSettings):
        super().__init__(setup, settings)
        self.distribution = build_distribution(self.group.action_space)
        network = ActorCritic(self.group, self.distribution, settings.network, self.stream("initialisation"))
        self.network = network.to(setup.device)
        self.fold = self.network.fold
        self.optimizer = StackedAdam(self.network.parameters(), settings.adam_epsilon)
        self.normalizer = ValueNormalizer(self.fold.m, device=setup.device) if settings.normalize_value else None
        self.updates = 0

    def initial_memory(self, num_envs: int) -> Tensor | None:
        memory = self.network.initial_memory(num_envs)
        return None if memory is None else memory.to(self.setup.device)

    @torch.no_grad()
    def act(self, step: GroupStep, memory: Tensor | None, greedy: bool = False) -> Decision:
        memory = None if memory is None else memory.to(self.setup.device)  # a checkpoint gives it back on the CPU
        outputs, value, memory = self.network(
            self._put(step.observation)[None], memory, self._put(step.first)[None], self._put(step.active)[None]
        )
        mask = None if step.action_mask is None else self.fold.by_network(self._put(step.action_mask))
        if greedy:
            sample = self.distribution.mode(outputs, mask)
        else:
            sample = self.distribution.sample(outputs, mask, self.stream("policy"))
        log_prob, _ = self.distribution.log_prob_and_entropy(outputs, sample, mask)
        sample, log_prob, value = (self.fold.back(x).cpu() for x in (sample, log_prob, value))
        record = {"sample": sample.numpy(), "log_prob": log_prob.numpy(), "value": value.numpy()}
        return Decision(self.distribution.to_action(sample), memory, record)

    def learn(self, rollout: Rollout) -> dict[str, float]:
        data, returns = self._prepare(rollout)
        going = torch.ones(self.fold.m, dtype=torch.bool, device=self.setup.device)
        totals: dict[str, Tensor] = {}
        rounds = 0
        for rows in self._minibatches(data["observation"].shape[1]):
            metrics, going = self._update({name: None if x is None else x[:, rows] for name, x in data.items()}, going)
            totals = {name: totals.get(name, 0) + value for name, value in metrics.items()}
            rounds += 1
        self.updates += 1
        averages = {name: total / rounds for name, total in totals.items()} | {"mean_return": returns}
        return self._summarize(averages)

    def learning_rate(self) -> float:
        """The step size of the coming update."""
        left = 1 - self.updates / max(self.setup.num_updates, 1) if self.settings.anneal else 1.0
        return self.settings.learning_rate * max(left, 0.0)

    def state_dict(self) -> dict[str, Any]:
        return super().state_dict() | {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "normalizer": self.normalizer.state_dict() if self.normalizer else {},
            "updates": self.updates,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        super().load_state_dict(state)
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.normalizer:
            self.normalizer.load_state_dict(state["normalizer"])
        self.updates = int(state["updates"])

    def _put(self, array: Any) -> Tensor:
        return to_tensor(array, self.setup.device)

    @torch.no_grad()
    def _prepare(self, rollout: Rollout) -> tuple[Data, Tensor]:
        """The rollout as tensors `(T, E, n, ...)`, or `(1, T * E, n, ...)` without memory; and the mean return of each network."""
        value = self._values(rollout)
        advantage, known = rollout.advantage(value.cpu().numpy(), self.settings.gamma, self.settings.gae_lambda)
        valid = self.fold.by_network(self._put(known).flatten(0, 1))
        gain = self.fold.by_network(self._put(advantage).flatten(0, 1))
        target = torch.where(valid, gain + self.fold.by_network(value[:-1].flatten(0, 1)), 0)
        mean_return = masked_mean(target, valid)
        if self.normalizer:
            self.normalizer.update(target, valid)
            target = self.normalizer.normalize(target)
        if self.settings.normalize_advantage:
            gain = standardize(gain, valid)
        data = _tensors(rollout, self._put) | {"valid": self._put(known)}
        length, copies = known.shape[:2]
        data |= {
            name: self.fold.back(x).unflatten(0, (length, copies))
            for name, x in (("advantage", gain), ("target", target))
        }
        data = _silence(data)
        if rollout.memory is None:
            data = {name: None if x is None else x.flatten(0, 1)[None] for name, x in data.items()}
        memory = None if rollout.memory is None else rollout.memory[None].to(self.setup.device)
        return data | {"memory": memory}, mean_return

    def _values(self, rollout: Rollout) -> Tensor:
        """The critic's estimates `(T + 1, E, n)` on the scale of the rewards."""
        last = [self._put(x[-1:]) for x in (rollout.observation, rollout.first, rollout.active)]
        _, last_value, _ = self.network(last[0], rollout.last_memory, last[1], last[2])
        recorded = self._put(rollout.record["value"])
        value = torch.cat([recorded, self.fold.back(last_value)[None]])
        if self.normalizer is None:
            return value
        return self.fold.back(self.normalizer.denormalize(self.fold.by_network(value.flatten(0, 1)))).view(value.shape)

    def _minibatches(self, rows: int) -> Iterator[Tensor]:
        """Parts of a random order of the rows, anew in each epoch; the same rows for all agents."""
        for _ in range(self.settings.epochs):
            order = torch.randperm(rows, generator=self.stream("minibatch"))
            yield from order.to(self.setup.device).tensor_split(min(self.settings.minibatches, rows))

    def _update(self, data: Data, going: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """One gradient step of the networks that are `going` (m,); returns metrics and those that still go."""
        settings = self.settings
        memory = data.pop("memory")
        outputs, value, _ = self.network(
            data["observation"], None if memory is None else memory[0], data["first"], data["active"]
        )
        flat: dict[str, Any] = {
            name: None if data[name] is None else self.fold.by_network(data[name].flatten(0, 1))
            for name in Batch._fields
        }
        loss, metrics = ppo_loss(
            self.distribution, outputs, value, Batch(**flat),
            settings.clip, settings.value_clip, settings.value_coefficient, settings.entropy,
        )  # fmt: skip
        if settings.target_kl is not None:
            going = going & (metrics["kl"] <= settings.target_kl)
        self.optimizer.zero_grad()
        loss.sum().backward()
        metrics["gradient_norm"] = self.optimizer.clip(settings.max_grad_norm)
        self.optimizer.step(self.learning_rate(), going & flat["valid"].any(dim=1))
        return metrics, going

    def _summarize(self, metrics: dict[str, Tensor]) -> dict[str, float]:
        """Means over the networks. Raises Diverged if one of them is no number."""
        for name, values in metrics.items():
            if not bool(values.isfinite().all()):
                index = int((~values.isfinite()).nonzero()[0])
                raise Diverged(
                    self.group.name, "all" if self.fold.shared else self.group.agents[index], name, float(values[index])
                )
        return {name: float(values.mean()) for name, values in metrics.items()}


def _tensors(rollout: Rollout, put: Callable[[Any], Tensor]) -> Data:
    """The inputs of the loss, `(T, E, n, ...)`."""
    return {
        "observation": put(rollout.observation[:-1]),
        "mask": None if rollout.action_mask is None else put(rollout.action_mask[:-1]),
        "active": put(rollout.active[:-1]),
        "first": put(rollout.first[:-1]),
        "sample": put(rollout.record["sample"]),
        "log_prob": put(rollout.record["log_prob"]),
        "value": put(rollout.record["value"]),
    }


def _silence(data: Data) -> Data:
    """Zero what stands in rows without a meaning: a weight of 0 in the loss would not stop a NaN there."""
    named = [(name, "valid") for name in ("sample", "log_prob", "value")]
    if data["observation"].is_floating_point():  # whole numbers are finite and meet a gradient of 0
        named.append(("observation", "active"))
    for name, where in named:
        x = data[name]
        keep = data[where].view(*data[where].shape, *[1] * (x.dim() - 3))
        data[name] = torch.where(keep, x, torch.zeros((), dtype=x.dtype, device=x.device))
    return data
