"""Adam for m stacked networks with separate step counts, gradient norms and on-off switches."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn


class StackedAdam:
    """m independent Adam optimizers (Kingma and Ba 2015) over parameters whose first axis is m.

    Each one is equal to `torch.optim.Adam` on its own network; no statistic is shared across the m.

    The constructor turns all parameters into views of one tensor `(m, numbers)`, as are their
    moments. A step is then a few operations for any number of parameters. Move the parameters to
    their device before.
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
        """Join tensors `(m, *shape)` into one `(m, numbers)`."""
        return torch.cat([x.flatten(1) for x in tensors], dim=1)

    def _apart(self, joined: Tensor) -> list[Tensor]:
        """Split into views of the parameters' shapes, the inverse of `_joined`."""
        return [part.view(p.shape) for part, p in zip(joined.split(self._sizes, dim=1), self.parameters)]

    def _gradients(self) -> Tensor:
        """Gradients `(m, numbers)`, zeros for parameters without one."""
        return self._joined([torch.zeros_like(p) if p.grad is None else p.grad for p in self.parameters])

    def zero_grad(self) -> None:
        """Clear the gradients."""
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def clip(self, max_norm: float) -> Tensor:
        """Scale each network's gradient to a norm of at most `max_norm`.

        Returns the norms before scaling, `(m,)`.
        """
        gradients = self._gradients()
        norm = torch.linalg.vector_norm(gradients, dim=1)
        gradients.mul_((max_norm / (norm + 1e-6)).clamp_(max=1.0).unsqueeze(1))
        for parameter, own in zip(self.parameters, self._apart(gradients)):
            parameter.grad = own
        return norm

    @torch.no_grad()
    def step(self, learning_rate: float, where: Tensor) -> None:
        """Update the networks `where` (m,) bool.

        Parameters and statistics of the others stay bit-identical.
        """
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
        """Restore the state that `state_dict` returned."""
        self.steps.copy_(state["steps"])
        for own, given in zip(self.mean + self.square, state["mean"] + state["square"], strict=True):
            own.copy_(given)
