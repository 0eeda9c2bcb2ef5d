"""Stacked gated recurrent units over a sequence, with a backward pass of its own.

Autograd through a loop of single steps records some twenty small operations for each and allocates for all of them. Here the input's part of the
gates comes as one product over all steps, each step has one product and a few elementwise operations in place, and the gradient of the
weights is again one product over all steps.
"""

from typing import Any

import torch
from torch import Tensor


def gru_scan(gates: Tensor, memory: Tensor, weight: Tensor, bias: Tensor, fresh: Tensor, here: Tensor) -> Tensor:
    """Memories after each step of a gated recurrent unit (Cho et al. 2014, with the reset gate behind the product, as in cuDNN).

    Args:
        gates: `(m, T, R, 3 H)` the input's part of reset, update and new memory.
        memory: `(m, R, H)` before the first step.
        weight, bias: `(m, H, 3 H)` and `(m, 1, 3 H)`, what makes the memory's part.
        fresh: `(m, T, R)` bool: memory is cleared before this step.
        here: `(m, T, R)` bool: elsewhere memory stays as it is, and what stands in `gates` reaches nothing.

    Returns:
        `(m, T, R, H)`.
    """
    if torch.is_grad_enabled():
        return _Scan.apply(gates, memory, weight, bias, fresh, here)  # pyright: ignore[reportReturnType] (torch types it as Any)
    return _forward(gates, memory, weight, bias, fresh, here)[0]


def _which(mask: Tensor) -> list[bool]:
    """For each step whether any row is set."""
    return mask.any(dim=2).any(dim=0).tolist()


def _forward(
    gates: Tensor, memory: Tensor, weight: Tensor, bias: Tensor, fresh: Tensor, here: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Memories after and before each step, reset and update gates `(m, T, R, 2 H)`, new memories, and the memory's part of these."""
    m, length, rows, width = gates.shape
    size = width // 3
    after, before, new, product = (gates.new_empty(m, length, rows, size) for _ in range(4))
    openings = gates.new_empty(m, length, rows, 2 * size)
    sums = gates.new_empty(m, rows, width)
    begins, waits = _which(fresh), _which(~here)
    inside = memory
    for t in range(length):
        old = before[:, t]
        old.copy_(inside.masked_fill(fresh[:, t, :, None], 0.0) if begins[t] else inside)
        torch.baddbmm(bias, old, weight, out=sums)
        torch.add(gates[:, t, :, : 2 * size], sums[..., : 2 * size], out=openings[:, t]).sigmoid_()
        product[:, t] = sums[..., 2 * size :]
        torch.addcmul(gates[:, t, :, 2 * size :], openings[:, t, :, :size], product[:, t], out=new[:, t]).tanh_()
        inside = torch.lerp(new[:, t], old, openings[:, t, :, size:], out=after[:, t])
        if waits[t]:
            after[:, t] = inside = torch.where(here[:, t, :, None], inside, old)
    return after, before, openings, new, product


class _Scan(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, gates: Tensor, memory: Tensor, weight: Tensor, bias: Tensor, fresh: Tensor, here: Tensor
    ) -> Tensor:
        after, *saved = _forward(gates, memory, weight, bias, fresh, here)
        ctx.save_for_backward(weight, fresh, here, *saved)
        return after

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        weight, fresh, here, before, openings, new, product = ctx.saved_tensors
        m, length, rows, size = before.shape
        reset, update = openings.split(size, dim=-1)
        # How each gate's sum moves the memory, for all steps at once; a row that waits moves by none.
        there = here.unsqueeze(-1).to(before.dtype)
        by_new = (1 - new * new) * (1 - update) * there
        by_update = (before - new) * update * (1 - update) * there
        by_reset = product * reset * (1 - reset)
        kept = torch.lerp(torch.ones_like(update), update, there)
        d_gates, d_sums = (before.new_empty(m, length, rows, 3 * size) for _ in range(2))
        begins = _which(fresh)
        onward, back = before.new_zeros(m, rows, size), weight.transpose(1, 2)
        for t in range(length - 1, -1, -1):
            d_after = onward.add_(grads[0][:, t])
            d_reset, d_update, d_new = d_gates[:, t].split(size, dim=-1)
            torch.mul(d_after, by_new[:, t], out=d_new)
            torch.mul(d_after, by_update[:, t], out=d_update)
            torch.mul(d_new, by_reset[:, t], out=d_reset)
            d_sums[:, t, :, : 2 * size] = d_gates[:, t, :, : 2 * size]
            torch.mul(d_new, reset[:, t], out=d_sums[:, t, :, 2 * size :])
            onward = torch.baddbmm(d_after * kept[:, t], d_sums[:, t], back)
            if begins[t]:
                onward.masked_fill_(fresh[:, t, :, None], 0.0)
        flat = d_sums.view(m, length * rows, 3 * size)
        d_weight = torch.bmm(before.view(m, length * rows, size).transpose(1, 2), flat)
        return d_gates, onward, d_weight, flat.sum(dim=1, keepdim=True), None, None
