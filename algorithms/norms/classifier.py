"""Private classifiers of disapproved behaviour, and the pseudo-reward that they give.

The classifier of each agent is trained on public sanctions and predicts the disapproval of its
group. For the source see `cnm`.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Literal

import numpy as np
import torch
import torch.nn.functional as F
from gymnasium import spaces
from numpy.typing import NDArray
from torch import Tensor, nn

from ...envs.core.config import Config
from ...envs.core.ranges import Check, CountOrZero, NotNegative, Passes, Positive
from ...envs.core.sanction_signals import OPPORTUNITY, SANCTION, Events, context_space
from ...envs.core.validation import require
from ...envs.errors import BadParameter
from ..core.learner import Context
from ..core.policy_graph import PolicyGraph
from ..nn.adam import StackedAdam
from ..nn.encoders import build_encoder
from ..nn.layers import ACTIVATIONS, AgentAxis, StackedLinear
from ..nn.torso import Widths, brightness_scale

DISAPPROVED = 0.5
"""Least probability at which a frame counts as disapproved."""
COMPARED = 128
"""Largest number of a rollout's events on which the classifiers are compared with each other."""


def _check_once(name: str, numbers: tuple[int, ...]) -> None:
    require(name, numbers, len(set(numbers)) == len(numbers), "each number once")


@dataclass(frozen=True)
class NormConfig(Config):
    """Options of the classifiers and of the pseudo-reward."""

    classifier: bool = True
    """Give agents a classifier. Without one alpha and beta have to be 0, and the learner is equal
    to its base.
    """
    alpha: NotNegative = 0.2
    """Pseudo-reward of a sanction, at an opportunity, that the agent's classifier predicts with
    probability 1.
    """
    beta: NotNegative = 0.4
    """Penalty of a sanction, at an opportunity, that the agent's classifier predicts with
    probability 0.
    """
    pseudo_reward: Literal["linear", "threshold"] = "linear"
    """`linear` is alpha * p - beta * (1 - p) in the classifier's probability p. `threshold` is
    alpha where p is at least 0.5, and -beta elsewhere.
    """
    warm_up: CountOrZero = 0
    """Rollouts at the beginning in which classifiers learn and the pseudo-reward is 0. Early
    predictions are random, and penalties for them teach policies not to sanction before there is a
    norm to learn.
    """
    policy_sees: bool = True
    """Add the prediction of its own classifier to the inputs of the policy."""
    events: Literal["all", "others"] = "all"
    """Events that classifiers learn from: those of all agents, or of the `others` alone, so that no
    agent can confirm its own predictions.
    """
    hides: Annotated[tuple[int, ...], Check(_check_once, "each number once")] = ()
    """Features hidden from classifiers: indices of features, or of an image's planes, such as those
    that show an agent's own preference. From features that differ between agents a classifier may
    learn who sanctions instead of the behaviour that is sanctioned.
    """
    disapprovals: Passes = 32
    """Largest number of disapprovals that a gradient step draws from a rollout's events."""
    approvals: Passes = 1024
    """Largest number of opportunities without a sanction that a gradient step draws."""
    balance: bool = True
    """Give both kinds the same weight; otherwise every drawn event has the same weight."""
    steps: Passes = 4
    """Gradient steps of the classifiers after each rollout, on events of that rollout alone,
    because older ones show older norms.
    """
    learning_rate: Positive = 1e-3
    """Step size of the classifiers' Adam."""
    hidden: Widths = (64, 64)
    """Widths of the classifiers' hidden layers."""
    channels: Widths = (16, 32)
    """Channels of the classifiers' convolutions, which read images."""

    def _check_together(self) -> None:
        super()._check_together()
        if not self.classifier and (self.alpha or self.beta):
            raise BadParameter(
                f"alpha is {self.alpha} and beta {self.beta} with classifier off; allowed is 0 for both, for nothing can tell then what is disapproved"
            )


class Classifiers(nn.Module):
    """Networks from one frame to the logit of the group's disapproval, one for each agent.

    They have no memory and share no parameters.
    """

    kept: Tensor | None

    def __init__(self, n: int, space: spaces.Box, config: NormConfig, stream: torch.Generator):
        super().__init__()
        self.dtype = torch.get_default_dtype()  # that of the weights made below
        self.scale = brightness_scale(space)
        self.axis = feature_axis(space)
        kept = [k for k in range(space.shape[self.axis]) if k not in config.hides]
        self.register_buffer("kept", torch.tensor(kept) if config.hides else None, persistent=False)
        shape = list(space.shape)
        shape[self.axis] = len(kept)
        self.encoder = build_encoder(n, tuple(shape), config.hidden[0], config.channels, "relu", stream)
        widths = [self.encoder.outputs, *config.hidden]
        self.layers = nn.ModuleList(StackedLinear(n, a, b, stream) for a, b in pairwise(widths))
        # Close to 0 at first, so that all initial predictions are near 0.5.
        self.head = StackedLinear(n, widths[-1], 1, stream, gain=0.01)

    def forward(self, frames: Tensor) -> Tensor:
        """Logits `(n, rows)` for frames `(rows, n, *shape)`; each agent reads its own frames."""
        if self.kept is not None:
            frames = frames.index_select(2 + self.axis, self.kept)
        x = self.encoder(frames.to(self.dtype) * self.scale)
        for layer in self.layers:
            x = ACTIVATIONS["relu"](layer(x))
        return self.head(x).squeeze(-1)

    def export(self, graph: PolicyGraph) -> str:
        """Add the probability `(n, rows, 1)` of disapproval to a graph."""
        x = graph.observation
        if self.kept is not None:
            x = graph.add("take", x, indices=self.kept.tolist(), axis=2 + self.axis)
        x = self.encoder.export(graph, graph.add("multiply", x, graph.constant(self.scale)))
        for i, layer in enumerate(self.layers):
            assert isinstance(layer, StackedLinear)
            x = graph.add("relu", layer.export(graph, x, f"classifier_{i}"))
        return graph.add("sigmoid", self.head.export(graph, x, "classifier_head"), name="disapproval")


class NormModel:
    """Classifiers of a group's agents, with their training.

    Raises:
        BadParameter: the environment has no public sanctions, sanctioned frames differ in shape or
            dtype from the agents' own observations, or `hides` does not fit them.
    """

    def __init__(self, context: Context, config: NormConfig, who: str, stream: torch.Generator):
        check_sanctions(context, who)
        check_hidden(context, config)
        self.config = config
        self.context = context
        n = context.group.size
        self.agent_axis = AgentAxis(n, shared=False)
        self.network = Classifiers(n, context.group.observation_space, config, stream).to(context.device)
        self.optimizer = StackedAdam(self.network.parameters(), 1e-8)

    @torch.no_grad()
    def judge(self, observation: Tensor) -> Tensor:
        """Probability `(rows, n)` of the group's disapproval, by each agent's own classifier.

        `observation` (rows, n, *shape) holds each agent's own observations.
        """
        return self.agent_axis.merge(self.network(observation)).sigmoid()

    def learn(self, events: Events, stream: torch.Generator) -> dict[str, Tensor]:
        """Take `steps` gradient steps on a rollout's events.

        Returns metrics of the agents that have them, measured before the first step. If all events
        are of one kind, that kind alone is learnt: a group that never sanctions approves of
        everything.
        """
        metrics: dict[str, Tensor] = {}
        if not len(events.step):
            return metrics
        if self.agent_axis.n > 1:
            metrics["agreement"] = self._agreement(events, stream)
        pools = [self._pools(events, kind) for kind in (True, False)]
        counts = torch.tensor(
            [[min(len(own), most) for own in pool] for pool, most in zip(pools, self._most())],
            device=self.context.device,
        )
        for step in range(self.config.steps):
            drawn = [self._draw(pool, most, stream) for pool, most in zip(pools, self._most())]
            logit = self.network(self._frames(events, torch.cat(drawn, dim=1).T))
            disapproved, approved = logit.split([part.shape[1] for part in drawn], dim=1)
            loss = self._loss(disapproved, approved, counts)
            if step == 0:
                metrics |= self._measured(disapproved, approved, loss.detach(), counts)
            self.optimizer.zero_grad()
            loss.sum().backward()
            self.optimizer.step(self.config.learning_rate, counts.sum(dim=0) > 0)
        return metrics

    def _measured(self, disapproved: Tensor, approved: Tensor, loss: Tensor, counts: Tensor) -> dict[str, Tensor]:
        """Loss and balanced accuracy, measured before the first step.

        The loss is that of the agents with any events, the accuracy that of the agents with events
        of both kinds. A metric without such agents is left out.
        """
        right = [part.float().mean(dim=1) for part in (disapproved >= 0, approved < 0)]
        accuracy = torch.stack(right).mean(dim=0)
        known = {"classifier_loss": loss[counts.sum(dim=0) > 0], "balanced_accuracy": accuracy[(counts > 0).all(dim=0)]}
        return {name: values for name, values in known.items() if len(values)}

    def _most(self) -> tuple[int, int]:
        return self.config.disapprovals, self.config.approvals

    def _pools(self, events: Events, sanctioned: bool) -> list[Tensor]:
        """Events of one kind that each agent learns from, as rows of `events`."""
        alike = events.sanctioned == sanctioned
        if self.config.events == "all":
            return [torch.from_numpy(np.flatnonzero(alike))] * self.agent_axis.n
        return [torch.from_numpy(np.flatnonzero(alike & (events.agent != own))) for own in self.context.group.places]

    def _draw(self, pool: list[Tensor], most: int, stream: torch.Generator) -> Tensor:
        """Events `(n, k)` that each agent draws for itself, with replacement.

        Rows of agents without events to draw from are arbitrary.
        """
        k = min(most, max(len(own) for own in pool))
        nothing = torch.zeros(k, dtype=torch.int64)
        return torch.stack(
            [own[torch.randint(len(own), (k,), generator=stream)] if len(own) else nothing for own in pool]
        )

    def _frames(self, events: Events, rows: Tensor) -> Tensor:
        """Contexts `(k, ..., *shape)` of events `rows` (k, ...)."""
        return torch.from_numpy(events.context[rows.numpy()]).to(self.context.device)

    def _loss(self, disapproved: Tensor, approved: Tensor, counts: Tensor) -> Tensor:
        """Cross-entropy `(n,)` of logits `(n, k)` of each kind, the mean of both kinds' means.

        With `balance` all kinds of which an agent has events weigh the same. Without it they weigh
        by the numbers of events to draw, `counts` (2, n).
        """
        weights = (counts > 0 if self.config.balance else counts).to(disapproved.dtype)
        means = [F.softplus(logit).mean(dim=1) for logit in (-disapproved, approved)]
        total = sum(torch.where(own > 0, own * mean, 0) for own, mean in zip(weights, means))
        return total / weights.sum(dim=0).clamp(min=1)

    @torch.no_grad()
    def _agreement(self, events: Events, stream: torch.Generator) -> Tensor:
        """Share `(n,)` of the other agents' classifiers that agree with each agent's own.

        It is the average over the same events of a rollout.
        """
        count = len(events.step)
        rows = torch.randint(count, (min(COMPARED, count),), generator=stream)
        frames = self._frames(events, rows).unsqueeze(1)
        says = self.network(frames.expand(-1, self.agent_axis.n, *frames.shape[2:])) >= 0  # (n, k)
        number = says.sum(dim=0)
        alike = torch.where(says, number - 1, self.agent_axis.n - 1 - number)
        return alike.float().mean(dim=1) / (self.agent_axis.n - 1)

    def state_dict(self) -> dict[str, Any]:
        """Networks and optimizer."""
        return {"network": self.network.state_dict(), "optimizer": self.optimizer.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state that `state_dict` returned."""
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])


def pseudo_reward(
    sanctioned: NDArray[np.bool_], disapproval: NDArray[np.float32], config: NormConfig
) -> NDArray[np.float32]:
    """Pseudo-reward of sanctions at an opportunity, 0 without a sanction.

    All arrays, float32 result included, have one shape.

    Args:
        sanctioned: bool, True where the agent sanctioned at an opportunity.
        disapproval: the probability by the agent's own classifier on the frame of the decision. It
            may hold anything where the agent did not sanction.
    """
    if config.pseudo_reward == "threshold":
        paid = np.where(disapproval >= DISAPPROVED, config.alpha, -config.beta)
    else:
        paid = config.alpha * disapproval - config.beta * (1 - disapproval)
    return np.where(sanctioned, paid, 0).astype(np.float32)


def feature_axis(space: spaces.Box) -> int:
    """Axis of an observation's features or an image's planes; the last one in a set of rows."""
    return 1 if len(space.shape) == 2 else 0


def check_hidden(context: Context, config: NormConfig) -> None:
    """Check that observations have the features that classifiers ignore, and others.

    Raises:
        BadParameter: a feature is missing, or no feature is left.
    """
    space = context.group.observation_space
    number = space.shape[feature_axis(space)]
    if any(not 0 <= k < number for k in config.hides) or len(config.hides) >= number:
        raise BadParameter(
            f"norms.hides is {list(config.hides)}; allowed are numbers from 0 to {number - 1}, and not all of them, for '{context.group.name}' observe "
            f"{number} {'planes' if len(space.shape) == 3 else 'features'} in '{context.env.id}'"
        )


def check_sanctions(context: Context, who: str) -> None:
    """Check that sanctions are public, with contexts such as the group's own observations.

    Raises:
        BadParameter: there are no public sanctions, or their contexts have another shape or dtype.
    """
    env, group = context.env, context.group
    seen, own = context_space(env), group.observation_space
    if seen is None:
        raise BadParameter(
            f"{who} learns norms from public sanctions, and '{env.id}' has none; allowed are environments with one group of agents and the signals "
            f"{OPPORTUNITY} and {SANCTION}, such as dilemmas/cleanup-v0 with sanctions on"
        )
    if (seen.shape, seen.dtype) != (own.shape, own.dtype):
        raise BadParameter(
            f"{who} judges what others saw by what its own agents see; in '{env.id}' '{group.name}' see {own.dtype}{own.shape}, "
            f"and those who sanction saw {seen.dtype}{seen.shape}"
        )
