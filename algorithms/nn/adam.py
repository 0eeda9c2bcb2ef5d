"""Adam for m stacked networks, each with a step count, a gradient norm and an on-off switch of its own."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn


class StackedAdam:
    """m independent Adam optimizers (Kingma and Ba 2015) over parameters whose first axis is m.

    Each acts as `torch.optim.Adam` on its own network would; there is no statistic across the m.

    From here on all parameters are views of one tensor `(m, numbers)`, as are their moments: a step is then a few operations, however many
    parameters there are. Move them to their device before.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], epsilon: float, betas: tuple[float, float] = (0.9, 0.999)):
        self.parameters = list(parameters)
        self.epsilon = epsilon
        self.betas = betas
        self._sizes = [p[0].numel() for p in self.parameters]
        self._values = self._joined([p.detach() for p in self.parameters])
        for parameter, own in zip(self.parameters, self._apart(self._values)):
            parameter.data = own
        self._mean, self._square = torch.zeros_like(self._values), torch.zeros_like(self._values)
        self.steps = torch.zeros(len(self._values), dtype=torch.float64, device=self._values.device)
        self.mean, self.square = self._apart(self._mean), self._apart(self._square)

    def _joined(self, tensors: list[Tensor]) -> Tensor:
        """`(m, *shape)` each to `(m, numbers)`."""
        return torch.cat([x.flatten(1) for x in tensors], dim=1)

    def _apart(self, joined: Tensor) -> list[Tensor]:
        """The reverse, as views."""
        return [part.view(p.shape) for part, p in zip(joined.split(self._sizes, dim=1), self.parameters)]

    def _gradients(self) -> Tensor:
        """`(m, numbers)`, zeros where there is none."""
        return self._joined([torch.zeros_like(p) if p.grad is None else p.grad for p in self.parameters])

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def clip(self, max_norm: float) -> Tensor:
        """Scale each network's gradient to a norm of at most `max_norm`; returns the norms before, `(m,)`."""
        gradients = self._gradients()
        norm = torch.linalg.vector_norm(gradients, dim=1)
        gradients.mul_((max_norm / (norm + 1e-6)).clamp_(max=1.0).unsqueeze(1))
        for parameter, own in zip(self.parameters, self._apart(gradients)):
            parameter.grad = own
        return norm

    @torch.no_grad()
    def step(self, learning_rate: float, where: Tensor) -> None:
        """One step of the networks `where` (m,) bool; the others keep parameters and statistics to the bit."""
        self.steps += where
        first, second = self.betas
        count = self.steps.clamp(min=1).unsqueeze(1)
        rate = (learning_rate / (1 - first**count)).to(self._values.dtype)
        root = (1 - second**count).sqrt_().to(self._values.dtype)
        gradient = self._gradients()
        mean = self._mean.lerp(gradient, 1 - first)
        square = (self._square * second).addcmul_(gradient, gradient, value=1 - second)
        scale = square.sqrt().div_(root).add_(self.epsilon)
        values = self._values - (rate * mean).div_(scale)
        everyone = bool(where.all())
        for own, new in ((self._mean, mean), (self._square, square), (self._values, values)):
            own.copy_(new if everyone else torch.where(where.unsqueeze(1), new, own))

    def state_dict(self) -> dict[str, Any]:
        """Step counts and moments."""
        return {"steps": self.steps, "mean": self.mean, "square": self.square}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` gave."""
        self.steps.copy_(state["steps"])
        for own, given in zip(self.mean + self.square, state["mean"] + state["square"], strict=True):
            own.copy_(given)
