"""Base of the PPO family, whose members differ by the policy objective and the critic.

Source: Schulman et al., "Proximal policy optimization algorithms" (2017), for many agents as in de
Witt et al. (2020).
"""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...envs.core.system_memory import check_memory
from ...envs.core.timestep import GroupStep
from ..core.learner import Context, Decision, DoesNotFit, Learner, annealed, summarize, to_tensor, warn_if_over
from ..core.policy_graph import PolicyGraph
from ..core.rollout import Rollout
from ..core.statistics import ValueNormalizer, explained_variance, masked_mean, standardize
from ..nn.adam import StackedAdam
from ..nn.distributions import build_distribution
from ..nn.layers import bytes_of_row
from ..nn.warm_start import copy_parameters
from .config import PPOConfig
from .data import Inputs, TrainingData, map_fields, zero_invalid
from .networks import ActorCritic
from .objectives import Batch, PolicyObjective, ppo_loss

S = TypeVar("S", bound=PPOConfig)


class PPO(Learner, Generic[S]):
    """Base class of the family: collects with the current policy, and takes gradient steps.

    Subclasses give the policy objective by `_build_objective`. For a critic of another kind than
    the agents' own they implement `_build_network`, `_values` and `_rollout_inputs`. `_inputs`
    gives the inputs of the networks, and `_rewards` the rewards to learn from.
    """

    config: S
    extra_inputs: int = 0
    """Number of inputs of the torsos besides the observation: the first ones in the `extra_inputs`
    of `_inputs`.
    """

    def __init__(self, context: Context, config: S):
        super().__init__(context, config)
        self.distribution = build_distribution(self.group.action_space)
        self.network = self._build_network(self.stream("initialisation")).to(context.device)
        self.agent_axis = self.network.agent_axis
        self.objective = self._build_objective()
        self.optimizer = StackedAdam(self.network.parameters(), config.adam_epsilon)
        self.normalizer = ValueNormalizer(self.agent_axis.m, device=context.device) if config.normalize_value else None
        self.updates = 0

    # Exchangeable parts

    @abstractmethod
    def _build_objective(self) -> PolicyObjective:
        """Build the policy objective of the `self.agent_axis.m` networks."""

    def _build_network(self, stream: torch.Generator) -> ActorCritic:
        """Build actor and critic. Here the critic has the inputs of the actor."""
        return ActorCritic(self.group, self.distribution, self.config.network, stream, extra_inputs=self.extra_inputs)

    def _rewards(self, rollout: Rollout) -> NDArray[np.float32]:
        """Rewards to learn from, `(T, E, n)`."""
        return rollout.reward

    def _inputs(self, observation: Any, first: Any, active: Any) -> Inputs:
        """Inputs of one step as tensors `(1, E, n, ...)`.

        A subclass may add `extra_inputs`, which are recorded.
        """
        return Inputs(*(self._to_device(x)[None] for x in (observation, first, active)))

    def _forward(self, inputs: Inputs, hidden_state: Tensor | None) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """Apply the networks to inputs; see `ActorCritic.forward`."""
        extra_inputs = None
        if self.extra_inputs:
            assert inputs.extra_inputs is not None
            extra_inputs = inputs.extra_inputs[..., : self.extra_inputs]
        return self.network(inputs.observation, hidden_state, inputs.first, inputs.active, inputs.state, extra_inputs)

    def _export_inputs(self, graph: PolicyGraph) -> str | None:
        """Add the `extra_inputs` of the torsos to a graph; None without any."""
        return None

    # Acting

    def initial_hidden_state(self, num_envs: int) -> Tensor | None:
        hidden_state = self.network.initial_hidden_state(num_envs)
        return None if hidden_state is None else hidden_state.to(self.context.device)

    @torch.no_grad()
    def act(self, step: GroupStep, hidden_state: Tensor | None, greedy: bool = False) -> Decision:
        # A checkpoint returns it on the CPU.
        hidden_state = None if hidden_state is None else hidden_state.to(self.context.device)
        inputs = self._inputs(step.observation, step.first, step.active)
        outputs, value, hidden_state = self._forward(inputs, hidden_state)
        mask = None if step.action_mask is None else self.agent_axis.split(self._to_device(step.action_mask))
        if greedy:
            sample = self.distribution.mode(outputs, mask)
        else:
            sample = self.distribution.sample(outputs, mask, self.stream("policy"))
        record = {"sample": sample, "log_prob": self.distribution.log_prob(outputs, sample, mask)}
        if value is not None:
            record["value"] = value
        if self.objective.needs_outputs:
            record["outputs"] = outputs
        record = {name: self.agent_axis.merge(x).cpu() for name, x in record.items()}
        if inputs.extra_inputs is not None:
            record["extra_inputs"] = inputs.extra_inputs[0].cpu()
        return Decision(
            self.distribution.to_action(record["sample"]), hidden_state, {name: x.numpy() for name, x in record.items()}
        )

    def export_policy(self, graph: PolicyGraph) -> None:
        outputs, hidden = self.network.export(graph, self._export_inputs(graph))
        graph.finish(self.distribution.export(graph, outputs), outputs, "distribution", hidden)

    # Learning

    def prepare(self) -> None:
        network, context = self.config.network, self.context
        rows = context.num_envs * context.rollout_length * self.group.size // self.config.minibatches
        wanted = rows * bytes_of_row(self.group.observation_space.shape, network.hidden, network.memory_size)
        check_memory(
            f"a minibatch of {rows:,} observations",
            wanted,
            "more minibatches, a smaller rollout_length or num_envs, or narrower layers need less",
        )

    def start_from(self, base: Learner) -> None:
        """Take the networks of a learner of the family, and value statistics if both have some."""
        if not isinstance(base, PPO):
            raise DoesNotFit(
                f"it is of {type(base).__name__}, and {type(self).__name__} starts from the PPO family alone"
            )
        copy_parameters(self.network, base.network, self.agent_axis, base.agent_axis)
        if self.normalizer and base.normalizer:
            self.normalizer.load_state_dict(base.normalizer.state_dict())

    def learn(self, rollout: Rollout) -> dict[str, float]:
        if self.config.anneal:
            warn_if_over(self.group.name, *self.context.schedule(self.updates))
        rate = self.learning_rate()
        data, described = self._prepare(rollout)
        active_networks = torch.ones(self.agent_axis.m, dtype=torch.bool, device=self.context.device)
        totals: dict[str, Tensor] = {}
        rounds = 0
        for rows in self._minibatches(data.inputs.observation.shape[1]):
            metrics, active_networks = self._update(data.map(lambda x, rows=rows: x[:, rows]), active_networks)
            totals = {name: totals.get(name, 0) + value for name, value in metrics.items()}
            rounds += 1
        self.objective.adapt()
        self.updates += 1
        averages = {name: total / rounds for name, total in totals.items()} | described
        return summarize(self.group, averages) | {"learning_rate": rate}

    @torch.no_grad()
    def estimate(self, rollout: Rollout) -> NDArray[np.float32]:
        return self._on_reward_scale(self._values(rollout)).cpu().numpy()

    def learning_rate(self) -> float:
        """Step size of the coming update."""
        rate = self.config.learning_rate
        return annealed(rate, *self.context.schedule(self.updates)) if self.config.anneal else rate

    def state_dict(self) -> dict[str, Any]:
        return super().state_dict() | {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "normalizer": self.normalizer.state_dict() if self.normalizer else {},
            "surrogate": self.objective.state_dict(),
            "updates": self.updates,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        super().load_state_dict(state)
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.normalizer:
            self.normalizer.load_state_dict(state["normalizer"])
        self.objective.load_state_dict(state["surrogate"])
        self.updates = int(state["updates"])

    def _to_device(self, array: Any) -> Tensor:
        return to_tensor(array, self.context.device)

    @torch.no_grad()
    def _prepare(self, rollout: Rollout) -> tuple[TrainingData, dict[str, Tensor]]:
        """Training data from a rollout, and metrics of its returns by network."""
        estimates = self._values(rollout)
        value = self._on_reward_scale(estimates)
        shaped = rollout._replace(reward=self._rewards(rollout))
        advantage, valid_target = shaped.advantage(value.cpu().numpy(), self.config.gamma, self.config.gae_lambda)
        valid = self.agent_axis.split(self._to_device(valid_target).flatten(0, 1))
        advantages = self.agent_axis.split(self._to_device(advantage).flatten(0, 1))
        old_value = self.agent_axis.split(value[:-1].flatten(0, 1))
        target = torch.where(valid, advantages + old_value, 0)
        metrics = {"mean_return": masked_mean(target, valid)}
        explained = explained_variance(old_value, target, valid)
        if (defined := ~explained.isnan()).any():  # networks with constant returns have none
            metrics["explained_variance"] = explained[defined]
        if self.normalizer:
            self.normalizer.update(target, valid)
            target = self.normalizer.normalize(target)
        if self.config.normalize_advantage:
            advantages = standardize(advantages, valid)
        steps = valid_target.shape[:2]
        batch = Batch(
            sample=self._to_device(rollout.record["sample"]),
            log_prob=self._to_device(rollout.record["log_prob"]),
            value=estimates[:-1],
            advantage=self.agent_axis.merge(advantages).unflatten(0, steps),
            target=self.agent_axis.merge(target).unflatten(0, steps),
            valid=self._to_device(valid_target),
            mask=None if rollout.action_mask is None else self._to_device(rollout.action_mask[:-1]),
            outputs=self._to_device(rollout.record["outputs"]) if self.objective.needs_outputs else None,
        )
        data = zero_invalid(TrainingData(self._rollout_inputs(rollout), batch))
        if rollout.hidden_state is None:
            return data.map(lambda x: x.flatten(0, 1)[None]), metrics
        return data._replace(hidden_state=rollout.hidden_state[None].to(self.context.device)), metrics

    def _rollout_inputs(self, rollout: Rollout) -> Inputs:
        """Inputs of the networks in all steps but the last, `(T, E, n, ...)`."""
        return Inputs(
            observation=self._to_device(rollout.observation[:-1]),
            first=self._to_device(rollout.first[:-1]),
            active=self._to_device(rollout.active[:-1]),
            extra_inputs=self._to_device(rollout.record["extra_inputs"]) if self.extra_inputs else None,
        )

    def _values(self, rollout: Rollout) -> Tensor:
        """Estimates `(T + 1, E, n)` of the critic on its own scale.

        They are the recorded ones, and that of the last observation.
        """
        last = self._inputs(rollout.observation[-1], rollout.first[-1], rollout.active[-1])
        _, value, _ = self._forward(last, rollout.last_hidden_state)
        assert value is not None
        return torch.cat([self._to_device(rollout.record["value"]), self.agent_axis.merge(value)[None]])

    def _on_reward_scale(self, value: Tensor) -> Tensor:
        """Convert estimates `(T + 1, E, n)` from the critic's scale to that of the rewards."""
        if self.normalizer is None:
            return value
        return self.agent_axis.merge(self.normalizer.denormalize(self.agent_axis.split(value.flatten(0, 1)))).view(
            value.shape
        )

    def _minibatches(self, rows: int) -> Iterator[Tensor]:
        """Random parts of the rows, drawn anew in each epoch; the same rows for all agents."""
        for _ in range(self.config.epochs):
            order = torch.randperm(rows, generator=self.stream("minibatch"))
            yield from order.to(self.context.device).tensor_split(min(self.config.minibatches, rows))

    def _update(self, data: TrainingData, active_networks: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """Take one gradient step of the networks that are `active_networks` (m,).

        Returns metrics, and the networks that stay active.
        """
        config = self.config
        outputs, value, _ = self._forward(data.inputs, None if data.hidden_state is None else data.hidden_state[0])
        assert value is not None
        batch = map_fields(lambda x: self.agent_axis.split(x.flatten(0, 1)), data.batch)
        loss, metrics = ppo_loss(
            self.distribution, outputs, value, batch,
            self.objective, config.value_clip, config.value_coefficient, config.entropy,
        )  # fmt: skip
        has_rows = batch.valid.any(dim=1)
        self.objective.measure(metrics, has_rows)
        if config.target_kl is not None:
            active_networks = active_networks & (metrics["kl"] <= config.target_kl)
        self.optimizer.zero_grad()
        loss.sum().backward()
        metrics["gradient_norm"] = self.optimizer.clip(config.max_grad_norm)
        self.optimizer.step(self.learning_rate(), active_networks & has_rows)
        return metrics, active_networks
