"""What a policy climbs in place of its return, one exchangeable part of the PPO family: PPO's clipped ratio, or DPO's penalized one."""

import math
from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ..core.statistics import masked_mean
from ..nn.distributions import Distribution

Metrics = dict[str, Tensor]  # (m,) each

TOLERANCE, FACTOR = 1.5, 2.0
"""A coefficient changes by FACTOR once its penalty is off the target by more than TOLERANCE times."""
LOWEST, HIGHEST = 1e-3, 1e3
"""Bounds of the coefficients. The lower one matters: the root penalty brakes small moves, and without a floor it would never be felt again."""
FLOOR = 1e-12
"""Added to a divergence before its root, whose slope is infinite at 0."""


class Batch(NamedTuple):
    """Rows to learn from, `(m, rows, ...)` each; in rows that are not `valid` any sample in range and any numbers will do."""

    sample: Tensor
    log_prob: Tensor  # of the sample, when it was drawn
    value: Tensor  # the critic's estimate then, on the critic's scale
    advantage: Tensor
    target: Tensor  # return estimate, on the critic's scale
    valid: Tensor
    mask: Tensor | None
    outputs: Tensor | None = None  # the distribution's outputs then, where the surrogate needs them


class Surrogate(ABC):
    """A policy loss for each of m networks, and what it adapts from rollout to rollout."""

    needs_outputs = False
    """Whether `Batch.outputs` has to hold the distribution that drew the samples."""

    @abstractmethod
    def loss(
        self, distribution: Distribution, outputs: Tensor, log_ratio: Tensor, batch: Batch
    ) -> tuple[Tensor, Metrics]:
        """The loss `(m,)`, and metrics `(m,)`.

        Args:
            outputs: `(m, rows, k)`, the distribution now.
            log_ratio: `(m, rows)`, log-probability of the sample now less that when it was drawn; 0 in invalid rows.
        """

    def measure(self, metrics: Metrics, where: Tensor) -> None:  # noqa: B027 (most adapt nothing)
        """Take note of a minibatch's metrics, of the networks `where` (m,) that had a row in it."""

    def adapt(self) -> None:  # noqa: B027
        """Called after each rollout's last minibatch."""

    def state_dict(self) -> dict[str, Any]:
        """What `adapt` changes."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:  # noqa: B027
        """Take over what `state_dict` gave."""


class Clipped(Surrogate):
    """The clipped surrogate: Schulman et al., "Proximal policy optimization algorithms" (2017), equation 7."""

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


class Penalized(Surrogate):
    """DPO's surrogate: the plain ratio, less two penalties on how far the policy moved, both with coefficients that adapt.

    The penalties are the means over samples of sqrt(KL(old || new)) and of KL(old || new), over all actions in closed form. The root pays for the
    others' moving at the same time, the linear one for one's own. After each rollout a coefficient halves where its penalty, in the last
    minibatch, was less than its target / 1.5, and doubles where it was more than 1.5 times that; the targets are d and sqrt(d).

    Every network has coefficients of its own, from its own rows. Source: Su and Lu, "Decentralized policy optimization" (2022); their code averages
    the measured divergences over the agents and has one coefficient for all, which no agent alone could know.
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
        """`target` is d; the coefficients are where they start, and None leaves a penalty out."""
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
        # Rounding makes divergences of nearly equal distributions negative, and the root of that would be NaN.
        root = (divergence + FLOOR).clamp(min=FLOOR).sqrt()
        penalties = {"kl": masked_mean(divergence, batch.valid), "sqrt_kl": masked_mean(root, batch.valid)}
        for name, coefficient in self.coefficients.items():
            loss = loss + coefficient * penalties[name]
        return loss, penalties | {f"{name}_coefficient": x.clone() for name, x in self.coefficients.items()}

    def measure(self, metrics: Metrics, where: Tensor) -> None:
        for name, measured in self._measured.items():
            self._measured[name] = torch.where(where, metrics[name], measured)

    def adapt(self) -> None:
        """Networks that had no row to learn from keep their coefficients: their measure is NaN, which compares as neither."""
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
