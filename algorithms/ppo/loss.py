"""The PPO loss as a pure function of network outputs and a batch; one loss for each network."""

import torch
from torch import Tensor

from ..core.statistics import masked_mean
from ..nn.distributions import Distribution
from .objectives import Batch, Surrogate


def ppo_loss(
    distribution: Distribution,
    outputs: Tensor,
    value: Tensor,
    batch: Batch,
    surrogate: Surrogate,
    value_clip: float | None,
    value_coefficient: float,
    entropy_coefficient: float,
) -> tuple[Tensor, dict[str, Tensor]]:
    """The surrogate's loss, clipped value loss, entropy bonus: `(m,)`, and metrics `(m,)`."""
    log_prob, entropy = distribution.log_prob_and_entropy(outputs, batch.sample, batch.mask)
    # Invalid rows may hold anything, a legal number included, so they are silenced before the exponential, not only after it.
    log_ratio = torch.where(batch.valid, log_prob - batch.log_prob, 0)
    policy_loss, measured = surrogate.loss(distribution, outputs, log_ratio, batch)
    value_loss = clipped_value_loss(value, batch, value_clip)
    entropy = masked_mean(entropy, batch.valid)
    loss = policy_loss + value_coefficient * value_loss - entropy_coefficient * entropy
    with torch.no_grad():
        metrics = {
            "policy_loss": policy_loss,
            "value_loss": value_loss,
            "entropy": entropy,
            # Schulman's estimator of KL(old || new), never negative; a surrogate that knows the divergence exactly says so instead.
            "kl": masked_mean(log_ratio.exp() - 1 - log_ratio, batch.valid),
        } | measured
    return loss, {name: metric.detach() for name, metric in metrics.items()}


def clipped_value_loss(value: Tensor, batch: Batch, value_clip: float | None) -> Tensor:
    """The mean squared error `(m,)` of values `(m, rows)`, no smaller for those that moved further than `value_clip`.

    It takes the larger of the clipped and the unclipped error, as OpenAI's baselines and every working code base since;
    the paper of de Witt et al. (2020) prints `min`.
    """
    value = torch.where(batch.valid, value, 0)  # stops the gradient of invalid rows, which 0 times NaN would be
    error = (value - batch.target).square()
    if value_clip is not None:
        near = batch.value + (value - batch.value).clamp(-value_clip, value_clip)
        error = torch.max(error, (near - batch.target).square())
    return masked_mean(error, batch.valid)
