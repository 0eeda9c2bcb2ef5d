"""Typed data of an update of the PPO family: inputs of the networks, and rows to learn from."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor

from .objectives import Batch


class Inputs(NamedTuple):
    """Inputs of actor and critic over T steps of E envs; T is 1 in acting."""

    observation: Tensor  # (T, E, n, *shape)
    first: Tensor  # (T, E)
    active: Tensor  # (T, E, n)
    state: Tensor | None = None  # (T, E, *state_shape), for a central critic
    extra_inputs: Tensor | None = None  # (T, E, n, k), besides the observation


Fields = TypeVar("Fields", Inputs, Batch)


def map_fields(function: Callable[[Tensor], Tensor], fields: Fields) -> Fields:
    """Apply a function to every tensor; None stays None."""
    return fields._replace(
        **{name: function(x) for name, x in zip(fields._fields, fields, strict=True) if x is not None}
    )


class TrainingData(NamedTuple):
    """Rollout to learn from: tensors `(T, E, n, ...)`, or `(1, T * E, n, ...)` without a hidden
    state.

    Minibatches are drawn along the second axis.
    """

    inputs: Inputs
    batch: Batch
    hidden_state: Tensor | None = None  # (1, E, n, k) before the first step

    def map(self, function: Callable[[Tensor], Tensor]) -> "TrainingData":
        """Apply a function to every tensor; None stays None."""
        hidden_state = None if self.hidden_state is None else function(self.hidden_state)
        return TrainingData(map_fields(function, self.inputs), map_fields(function, self.batch), hidden_state)


def zero_invalid(data: TrainingData) -> TrainingData:
    """Zero rows without a meaning, because a weight of 0 in the loss would not stop a NaN there."""
    inputs, batch = data.inputs, data.batch
    changes = {"extra_inputs": _masked(inputs.extra_inputs, inputs.active)}
    if inputs.observation.is_floating_point():  # integers are finite and have a gradient of 0
        changes["observation"] = _masked(inputs.observation, inputs.active)
    names = ("sample", "log_prob", "value", "outputs")
    zeroed = {name: _masked(getattr(batch, name), batch.valid) for name in names}
    return data._replace(inputs=inputs._replace(**changes), batch=batch._replace(**zeroed))


def _masked(x: Tensor | None, keep: Tensor) -> Tensor | None:
    if x is None:
        return None
    keep = keep.view(*keep.shape, *[1] * (x.dim() - 3))
    return torch.where(keep, x, torch.zeros((), dtype=x.dtype, device=x.device))
