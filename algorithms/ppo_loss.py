"""The PPO loss as a pure function of network outputs and a batch; one loss for each network."""

from typing import NamedTuple

import torch
from torch import Tensor

from .distributions import Distribution
from .statistics import masked_mean


class Batch(NamedTuple):
    """Rows to learn from, `(m, rows, ...)` each; in rows that are not `valid` any sample in range and any numbers will do."""

    sample: Tensor
    log_prob: Tensor  # of the sample, when it was drawn
    value: Tensor  # the critic's estimate then, on the critic's scale
    advantage: Tensor
    target: Tensor  # return estimate, on the critic's scale
    valid: Tensor
    mask: Tensor | None


def ppo_loss(
    distribution: Distribution,
    outputs: Tensor,
    value: Tensor,
    batch: Batch,
    clip: float,
    value_clip: float | None,
    value_coefficient: float,
    entropy_coefficient: float,
) -> tuple[Tensor, dict[str, Tensor]]:
    """Clipped surrogate (Schulman et al. 2017, equation 7), clipped value loss, entropy bonus: `(m,)`, and metrics `(m,)`.

    The value loss takes the larger of the clipped and the unclipped error, as OpenAI's baselines and every working code base since;
    the paper of de Witt et al. (2020) prints `min`.
    """
    log_prob, entropy = distribution.log_prob_and_entropy(outputs, batch.sample, batch.mask)
    # Invalid rows may hold anything, a legal number included, so they are silenced before the exponential, not only after it.
    log_ratio = torch.where(batch.valid, log_prob - batch.log_prob, 0)
    ratio = log_ratio.exp()
    surrogate = torch.min(ratio * batch.advantage, ratio.clamp(1 - clip, 1 + clip) * batch.advantage)
    policy_loss = -masked_mean(surrogate, batch.valid)

    value = torch.where(batch.valid, value, 0)  # stops the gradient of invalid rows, which 0 times NaN would be
    error = (value - batch.target).square()
    if value_clip is not None:
        near = batch.value + (value - batch.value).clamp(-value_clip, value_clip)
        error = torch.max(error, (near - batch.target).square())
    value_loss = masked_mean(error, batch.valid)

    entropy = masked_mean(entropy, batch.valid)
    loss = policy_loss + value_coefficient * value_loss - entropy_coefficient * entropy
    with torch.no_grad():
        metrics = {
            "policy_loss": policy_loss,
            "value_loss": value_loss,
            "entropy": entropy,
            "kl": masked_mean(
                ratio - 1 - log_ratio, batch.valid
            ),  # Schulman's estimator of KL(old || new), never negative
            "clip_fraction": masked_mean(((ratio - 1).abs() > clip).float(), batch.valid),
        }
    return loss, {name: metric.detach() for name, metric in metrics.items()}
