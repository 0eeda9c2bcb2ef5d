"""Adam for m stacked networks, each with a step count, a gradient norm and an on-off switch of its own."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn


class StackedAdam:
    """m independent Adam optimizers (Kingma and Ba 2015) over parameters whose first axis is m.

    Each acts as `torch.optim.Adam` on its own network would; there is no statistic across the m.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], epsilon: float, betas: tuple[float, float] = (0.9, 0.999)):
        self.parameters = list(parameters)
        self.epsilon = epsilon
        self.betas = betas
        self.steps = torch.zeros(self.parameters[0].shape[0], dtype=torch.float64, device=self.parameters[0].device)
        self.mean = [torch.zeros_like(p) for p in self.parameters]
        self.square = [torch.zeros_like(p) for p in self.parameters]

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def clip(self, max_norm: float) -> Tensor:
        """Scale each network's gradient to a norm of at most `max_norm`; returns the norms before, `(m,)`."""
        gradients = [p.grad for p in self.parameters if p.grad is not None]
        norm = torch.stack([g.flatten(1).square().sum(dim=1) for g in gradients]).sum(dim=0).sqrt()
        factor = (max_norm / (norm + 1e-6)).clamp(max=1.0)
        for gradient in gradients:
            gradient.mul_(_spread(factor, gradient))
        return norm

    @torch.no_grad()
    def step(self, learning_rate: float, where: Tensor) -> None:
        """One step of the networks `where` (m,) bool; the others keep parameters and statistics to the bit."""
        self.steps += where
        everyone = bool(where.all())
        first, second = self.betas
        count = self.steps.clamp(min=1)
        rate = (learning_rate / (1 - first**count)).float()
        root = (1 - second**count).sqrt().float()
        for parameter, mean, square in zip(self.parameters, self.mean, self.square):
            if parameter.grad is None:
                continue
            gradient = parameter.grad
            new_mean = mean.lerp(gradient, 1 - first)
            new_square = (square * second).addcmul_(gradient, gradient, value=1 - second)
            move = _spread(rate, mean) * new_mean / ((new_square.sqrt() / _spread(root, mean)).add_(self.epsilon))
            if everyone:
                mean.copy_(new_mean)
                square.copy_(new_square)
                parameter.sub_(move)
            else:
                chosen = _spread(where, mean)
                mean.copy_(torch.where(chosen, new_mean, mean))
                square.copy_(torch.where(chosen, new_square, square))
                parameter.copy_(torch.where(chosen, parameter - move, parameter))

    def state_dict(self) -> dict[str, Any]:
        """Step counts and moments."""
        return {"steps": self.steps, "mean": self.mean, "square": self.square}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` gave."""
        self.steps.copy_(state["steps"])
        for own, given in zip(self.mean + self.square, state["mean"] + state["square"], strict=True):
            own.copy_(given)


def _spread(one_each: Tensor, like: Tensor) -> Tensor:
    """`(m,)` shaped to multiply `(m, ...)`."""
    return one_each.view(-1, *([1] * (like.dim() - 1)))
