"""Losses of the PPO family: policy objectives, the value loss, and their sum with entropy.

The policy objective is the part in which members of the family differ: PPO's clipped ratio, or
DPO's ratio with KL penalties.
"""

import math
from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ..core.statistics import masked_mean
from ..nn.distributions import Distribution

Metrics = dict[str, Tensor]  # (m,) each

TOLERANCE, FACTOR = 1.5, 2.0
"""Ratio of penalty to target that triggers an adaptation, and the coefficient's factor."""
LOWEST, HIGHEST = 1e-3, 1e3
"""Bounds of the coefficients. Without the lower one the root penalty, which limits small moves,
would never have an effect again.
"""
FLOOR = 1e-12
"""Term added to a divergence before its root, which has an infinite slope at 0."""


class Batch(NamedTuple):
    """Rows to learn from, `(m, rows, ...)` each.

    Rows that are not `valid` may hold any sample in range and any numbers.
    """

    sample: Tensor
    log_prob: Tensor  # of the sample at the decision
    value: Tensor  # the critic's estimate at the decision, on the critic's scale
    advantage: Tensor
    target: Tensor  # return estimate, on the critic's scale
    valid: Tensor
    mask: Tensor | None
    outputs: Tensor | None = None  # the distribution's outputs at the decision, if needed


class PolicyObjective(ABC):
    """Policy loss of each of m networks, with coefficients that may adapt after each rollout."""

    needs_outputs = False
    """True if `Batch.outputs` has to hold the distribution that drew the samples."""

    @abstractmethod
    def loss(
        self, distribution: Distribution, outputs: Tensor, log_ratio: Tensor, batch: Batch
    ) -> tuple[Tensor, Metrics]:
        """Compute the loss `(m,)`, and metrics `(m,)`.

        Args:
            outputs: `(m, rows, k)`, the distribution now.
            log_ratio: `(m, rows)`, log-probability of the sample now less that at the decision; 0
                in invalid rows.
        """

    def measure(self, metrics: Metrics, where: Tensor) -> None:  # noqa: B027 (most adapt nothing)
        """Record a minibatch's metrics, of the networks `where` (m,) that had a row in it."""

    def adapt(self) -> None:  # noqa: B027
        """Adapt the coefficients; called after each rollout's last minibatch."""

    def state_dict(self) -> dict[str, Any]:
        """State that `adapt` changes."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:  # noqa: B027
        """Restore the state that `state_dict` returned."""


class ClippedObjective(PolicyObjective):
    """PPO's clipped objective.

    Source: Schulman et al., "Proximal policy optimization algorithms" (2017), equation 7.
    """

    def __init__(self, clip: float):
        self.clip = clip

    def loss(
        self, distribution: Distribution, outputs: Tensor, log_ratio: Tensor, batch: Batch
    ) -> tuple[Tensor, Metrics]:
        ratio = log_ratio.exp()
        near = ratio.clamp(1 - self.clip, 1 + self.clip)
        loss = -masked_mean(torch.min(ratio * batch.advantage, near * batch.advantage), batch.valid)
        with torch.no_grad():
            beyond = masked_mean(((ratio - 1).abs() > self.clip).float(), batch.valid)
        return loss, {"clip_fraction": beyond}


class KLPenaltyObjective(PolicyObjective):
    """DPO's objective: the plain ratio, less two penalties on the policy's change.

    The penalties are the means over samples of sqrt(KL(old || new)) and of KL(old || new), over all
    actions in closed form. The root accounts for the simultaneous change of the others, the linear
    one for the policy's own change. Both have coefficients that adapt. After each rollout a
    coefficient halves where its penalty, in the last minibatch, was less than its target / 1.5, and
    doubles where it was more than 1.5 times that. The targets are d for the divergence and sqrt(d)
    for its root.

    Every network has coefficients of its own, from its own rows. Source: Su and Lu, "Decentralized
    policy optimization" (2022). Their code averages the measured divergences over the agents and
    has one coefficient for all, which needs data of all agents.
    """

    needs_outputs = True

    def __init__(
        self,
        m: int,
        target: float,
        kl_coefficient: float | None,
        sqrt_kl_coefficient: float | None,
        device: str = "cpu",
    ):
        """Set the target d and the initial coefficients; None leaves a penalty out."""
        starts = {"kl": kl_coefficient, "sqrt_kl": sqrt_kl_coefficient}
        self.targets = {"kl": target, "sqrt_kl": math.sqrt(target)}
        self.coefficients = {
            name: torch.full((m,), float(start), device=device) for name, start in starts.items() if start is not None
        }
        self._measured = {name: torch.full((m,), torch.nan, device=device) for name in self.coefficients}

    def loss(
        self, distribution: Distribution, outputs: Tensor, log_ratio: Tensor, batch: Batch
    ) -> tuple[Tensor, Metrics]:
        assert batch.outputs is not None
        loss = -masked_mean(log_ratio.exp() * batch.advantage, batch.valid)
        old = torch.where(batch.valid.unsqueeze(-1), batch.outputs, 0)
        divergence = torch.where(batch.valid, distribution.kl(old, outputs, batch.mask), 0)
        # Rounding makes divergences of nearly equal distributions negative; the root would be NaN.
        root = (divergence + FLOOR).clamp(min=FLOOR).sqrt()
        penalties = {"kl": masked_mean(divergence, batch.valid), "sqrt_kl": masked_mean(root, batch.valid)}
        for name, coefficient in self.coefficients.items():
            loss = loss + coefficient * penalties[name]
        return loss, penalties | {f"{name}_coefficient": x.clone() for name, x in self.coefficients.items()}

    def measure(self, metrics: Metrics, where: Tensor) -> None:
        for name, measured in self._measured.items():
            self._measured[name] = torch.where(where, metrics[name], measured)

    def adapt(self) -> None:
        """Adapt the coefficients to the measured penalties.

        Networks that had no row to learn from keep theirs: their measure is NaN, which is neither
        below nor above a bound.
        """
        for name, measured in self._measured.items():
            target, coefficient = self.targets[name], self.coefficients[name]
            coefficient = torch.where(measured < target / TOLERANCE, coefficient / FACTOR, coefficient)
            coefficient = torch.where(measured > target * TOLERANCE, coefficient * FACTOR, coefficient)
            self.coefficients[name] = coefficient.clamp(LOWEST, HIGHEST)
            self._measured[name] = torch.full_like(measured, torch.nan)

    def state_dict(self) -> dict[str, Any]:
        return dict(self.coefficients)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            self.coefficients[name] = value.to(self.coefficients[name].device, copy=True)


def ppo_loss(
    distribution: Distribution,
    outputs: Tensor,
    value: Tensor,
    batch: Batch,
    objective: PolicyObjective,
    value_clip: float | None,
    value_coefficient: float,
    entropy_coefficient: float,
) -> tuple[Tensor, dict[str, Tensor]]:
    """Sum up the policy's loss, the clipped value loss and the entropy bonus.

    Args:
        outputs: `(m, rows, k)`, the distribution now.
        value: `(m, rows)`, the critic's estimate now.

    Returns:
        The loss `(m,)`, one for each network, and metrics `(m,)`.
    """
    log_prob, entropy = distribution.log_prob_and_entropy(outputs, batch.sample, batch.mask)
    # Invalid rows may hold any number: they are zeroed before the exponential, not only after it.
    log_ratio = torch.where(batch.valid, log_prob - batch.log_prob, 0)
    policy_loss, measured = objective.loss(distribution, outputs, log_ratio, batch)
    value_loss = clipped_value_loss(value, batch, value_clip)
    entropy = masked_mean(entropy, batch.valid)
    loss = policy_loss + value_coefficient * value_loss - entropy_coefficient * entropy
    with torch.no_grad():
        metrics = {
            "policy_loss": policy_loss,
            "value_loss": value_loss,
            "entropy": entropy,
            # Schulman's estimator of KL(old || new), never negative. An objective with the
            # divergence in closed form reports that instead.
            "kl": masked_mean(log_ratio.exp() - 1 - log_ratio, batch.valid),
        } | measured
    return loss, {name: metric.detach() for name, metric in metrics.items()}


def clipped_value_loss(value: Tensor, batch: Batch, value_clip: float | None) -> Tensor:
    """Mean squared error `(m,)` of values `(m, rows)`, clipped to moves of at most `value_clip`.

    It takes the larger of the clipped and the unclipped error, as OpenAI's baselines and later
    implementations do; the paper of de Witt et al. (2020) prints `min`.
    """
    # Stops the gradient of invalid rows, which would be 0 times NaN.
    value = torch.where(batch.valid, value, 0)
    error = (value - batch.target).square()
    if value_clip is not None:
        near = batch.value + (value - batch.value).clamp(-value_clip, value_clip)
        error = torch.max(error, (near - batch.target).square())
    return masked_mean(error, batch.valid)
