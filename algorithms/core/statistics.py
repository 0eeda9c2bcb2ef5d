"""Statistics over valid rows, one per network: nothing is pooled over agents."""

from typing import Any

import torch
from torch import Tensor


def masked_mean(x: Tensor, valid: Tensor) -> Tensor:
    """Mean over the rows `valid` of each network, `(m, rows)` to `(m,)`.

    It is 0 without valid rows. Invalid rows may hold anything.
    """
    return torch.where(valid, x, 0).sum(dim=1) / valid.sum(dim=1).clamp(min=1)


def explained_variance(value: Tensor, returns: Tensor, valid: Tensor) -> Tensor:
    """Share of the returns' variance that values explain, 1 - Var(returns - value) / Var(returns).

    The definition is that of Stable-Baselines3: 1 is perfect, 0 no better than a constant, below 0
    worse.

    Args:
        value: `(m, rows)`, as the other arguments.
        returns: on the same scale. Rows that are not `valid` may hold anything.

    Returns:
        `(m,)` double, NaN where all returns are equal and have no variance to explain.
    """

    def variance(x: Tensor) -> Tensor:
        x = torch.where(valid, x, 0).double()
        return masked_mean((x - masked_mean(x, valid).unsqueeze(1)).square(), valid)

    highest = torch.where(valid, returns, -torch.inf).amax(dim=1)
    lowest = torch.where(valid, returns, torch.inf).amin(dim=1)
    share = 1 - variance(returns - value) / variance(returns)
    return torch.where(highest > lowest, share, torch.nan)


def standardize(x: Tensor, valid: Tensor) -> Tensor:
    """Standardize `(m, rows)` to mean 0 and standard deviation 1 over each network's valid rows.

    Invalid rows become 0.
    """
    centred = torch.where(valid, x - masked_mean(x, valid).unsqueeze(1), 0)
    deviation = masked_mean(centred.square(), valid).sqrt()
    return centred / (deviation.unsqueeze(1) + 1e-8)


class ValueNormalizer:
    """Running mean and scale of each network's returns, by debiased exponential averages.

    Source: value normalization of Yu et al., "The surprising effectiveness of PPO in cooperative
    multi-agent games" (2022).
    """

    def __init__(self, m: int, momentum: float = 0.99, device: str = "cpu"):
        self.momentum = momentum
        # Double precision: the variance is a small difference of large squares where returns lie
        # far from 0.
        self.mean, self.square, self.weight = (torch.zeros(m, dtype=torch.float64, device=device) for _ in range(3))

    def update(self, returns: Tensor, valid: Tensor) -> None:
        """Add returns `(m, rows)` to the averages; networks without a valid row keep theirs."""
        returns = returns.double()
        keep = torch.where(valid.any(dim=1), self.momentum, self.weight.new_ones(()))
        for average, sample in (
            (self.mean, returns),
            (self.square, returns.square()),
            (self.weight, torch.ones_like(returns)),
        ):
            average.mul_(keep).add_((1 - keep) * masked_mean(sample, valid))

    def _mean_and_scale(self) -> tuple[Tensor, Tensor]:
        known = self.weight > 0
        weight = self.weight.clamp(min=1e-8)
        mean = self.mean / weight
        scale = (self.square / weight - mean.square()).clamp(min=1e-4).sqrt()
        return mean.unsqueeze(1), torch.where(known, scale, 1.0).unsqueeze(1)

    def normalize(self, returns: Tensor) -> Tensor:
        """Transform `(m, rows)` from the scale of the rewards to that of the critic."""
        mean, scale = self._mean_and_scale()
        return ((returns - mean) / scale).to(returns.dtype)

    def denormalize(self, values: Tensor) -> Tensor:
        """Transform `(m, rows)` from the scale of the critic to that of the rewards."""
        mean, scale = self._mean_and_scale()
        return (values * scale + mean).to(values.dtype)

    def state_dict(self) -> dict[str, Any]:
        """Running averages."""
        return {"mean": self.mean, "square": self.square, "weight": self.weight}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the averages that `state_dict` returned."""
        for name, value in state.items():
            getattr(self, name).copy_(value)
