"""Stacked gated recurrent units over a sequence, with a custom backward pass.

Autograd through a loop of single steps records some twenty small operations for each and allocates
for all of them. Here the input's part of the gates comes as one product over all steps. Each step
then has one product and the elementwise operations of `gru_kernels`. The gradient of the weights is
again one product over all steps. Double precision and other devices take the same steps by
operations of torch.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from .gru_kernels import begin, end_backward, step_backward, step_forward

WORTH_THREADS = 2**23
"""Multiplications in a step's product from which several threads are faster than one."""


def gru_scan(gates: Tensor, hidden_state: Tensor, weight: Tensor, bias: Tensor, fresh: Tensor, here: Tensor) -> Tensor:
    """Hidden states after each step of a gated recurrent unit.

    Source: Cho et al. (2014), with the reset gate behind the product, as in cuDNN.

    Args:
        gates: `(m, T, R, 3 H)` the input's part of reset gate, update gate and new state.
        hidden_state: `(m, R, H)` before the first step.
        weight, bias: `(m, H, 3 H)` and `(m, 1, 3 H)` of the hidden state's part of the gates.
        fresh: `(m, T, R)` bool: the hidden state is cleared before this step.
        here: `(m, T, R)` bool: elsewhere the hidden state is kept, and `gates` have no effect.

    Returns:
        `(m, T, R, H)`.
    """
    scan = _CompiledScan if gates.device.type == "cpu" and gates.dtype == torch.float32 else _Scan
    if torch.is_grad_enabled():
        # torch types the result as Any
        return scan.apply(gates, hidden_state, weight, bias, fresh, here)  # pyright: ignore[reportReturnType]
    return scan.run(gates, hidden_state, weight, bias, fresh, here, keep=False)[0]


def _which(mask: Tensor) -> list[bool]:
    """Flag for each step: True if any row is set."""
    return mask.any(dim=2).any(dim=0).tolist()


def _run_compiled(
    gates: Tensor, hidden_state: Tensor, weight: Tensor, bias: Tensor, fresh: Tensor, here: Tensor, keep: bool
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Run the scan by compiled kernels.

    Without `keep` all results but the first have room for one step only.

    Returns:
        Hidden states after and before each step `(m, T, R, H)`, reset and update gates
        `(m, T, R, 2 H)`, new states, and the hidden state's part of the new states.
    """
    m, length, rows, width = gates.shape
    size = width // 3
    after = gates.new_empty(m, length, rows, size)
    kept = length if keep else 1
    before, new, product = (gates.new_empty(m, kept, rows, size) for _ in range(3))
    openings = gates.new_empty(m, kept, rows, 2 * size)
    sums = gates.new_empty(m, rows, width)
    flags = _array(fresh), _array(here)
    begin(_array(hidden_state), flags[0], before.numpy())
    arguments = (
        _array(gates), sums.numpy(), _array(bias), *flags, before.numpy(), after.numpy(), openings.numpy(), new.numpy(), product.numpy()
    )  # fmt: skip
    steps = before.unbind(dim=1)
    with _threads_for(weight, rows):
        for t in range(length):
            slot = t if keep else 0
            torch.bmm(steps[slot], weight, out=sums)
            step_forward(t, slot, *arguments)
    return after, before, openings, new, product


def _run_by_torch(
    gates: Tensor, hidden_state: Tensor, weight: Tensor, bias: Tensor, fresh: Tensor, here: Tensor, keep: bool
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Run the scan by operations of torch, as `_run_compiled` with room for all steps."""
    m, length, rows, width = gates.shape
    size = width // 3
    after, before, new, product = (gates.new_empty(m, length, rows, size) for _ in range(4))
    openings = gates.new_empty(m, length, rows, 2 * size)
    sums = gates.new_empty(m, rows, width)
    begins, waits = _which(fresh), _which(~here)
    current = hidden_state
    for t in range(length):
        old = before[:, t]
        old.copy_(current.masked_fill(fresh[:, t, :, None], 0.0) if begins[t] else current)
        torch.baddbmm(bias, old, weight, out=sums)
        torch.add(gates[:, t, :, : 2 * size], sums[..., : 2 * size], out=openings[:, t]).sigmoid_()
        product[:, t] = sums[..., 2 * size :]
        torch.addcmul(gates[:, t, :, 2 * size :], openings[:, t, :, :size], product[:, t], out=new[:, t]).tanh_()
        current = torch.lerp(new[:, t], old, openings[:, t, :, size:], out=after[:, t])
        if waits[t]:
            after[:, t] = current = torch.where(here[:, t, :, None], current, old)
    return after, before, openings, new, product


def _record(ctx: Any, results: tuple[Tensor, ...], *inputs: Tensor) -> Tensor:
    """Save the tensors of the backward pass, and return the hidden states after each step."""
    after, *saved = results
    ctx.save_for_backward(*inputs, *saved)
    return after


class _CompiledScan(torch.autograd.Function):
    run = staticmethod(_run_compiled)

    @staticmethod
    def forward(
        ctx: Any, gates: Tensor, hidden_state: Tensor, weight: Tensor, bias: Tensor, fresh: Tensor, here: Tensor
    ) -> Tensor:
        return _record(
            ctx, _run_compiled(gates, hidden_state, weight, bias, fresh, here, keep=True), weight, fresh, here
        )

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        weight, fresh, here, before, openings, new, product = ctx.saved_tensors
        m, length, rows, size = before.shape
        d_gates, d_sums = (before.new_empty(m, length, rows, 3 * size) for _ in range(2))
        # The gradient of the hidden state before a step, through the weights and past them.
        through, past = (before.new_empty(m, rows, size) for _ in range(2))
        arguments = (
            _array(grads[0]), through.numpy(), past.numpy(), _array(fresh), _array(here), before.numpy(), openings.numpy(),
            new.numpy(), product.numpy(), d_gates.numpy(), d_sums.numpy(),
        )  # fmt: skip
        steps, back = d_sums.unbind(dim=1), weight.transpose(1, 2)
        with _threads_for(weight, rows):
            for t in range(length - 1, -1, -1):
                step_backward(t, *arguments)
                torch.bmm(steps[t], back, out=through)
        end_backward(through.numpy(), past.numpy(), arguments[3])
        return d_gates, past, *_weight_gradients(before, d_sums), None, None


@contextmanager
def _threads_for(weight: Tensor, rows: int) -> Iterator[None]:
    """Context with a single thread for small products.

    There several threads would wait for each other longer than they work.
    """
    threads = torch.get_num_threads()
    if weight.numel() * rows < WORTH_THREADS:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _array(tensor: Tensor) -> NDArray[Any]:
    return tensor.detach().contiguous().numpy()


def _weight_gradients(before: Tensor, d_sums: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients of weight and bias, from those of their products with the hidden states.

    All steps are summed in one product.
    """
    flat = d_sums.flatten(1, 2)
    return torch.bmm(before.flatten(1, 2).transpose(1, 2), flat), flat.sum(dim=1, keepdim=True)


class _Scan(torch.autograd.Function):
    run = staticmethod(_run_by_torch)

    @staticmethod
    def forward(
        ctx: Any, gates: Tensor, hidden_state: Tensor, weight: Tensor, bias: Tensor, fresh: Tensor, here: Tensor
    ) -> Tensor:
        return _record(
            ctx, _run_by_torch(gates, hidden_state, weight, bias, fresh, here, keep=True), weight, fresh, here
        )

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        weight, fresh, here, before, openings, new, product = ctx.saved_tensors
        m, length, rows, size = before.shape
        reset, update = openings.split(size, dim=-1)
        # Slope of the hidden state by each gate's sum, for all steps at once; 0 in waiting rows.
        there = here.unsqueeze(-1)
        by_new = torch.where(there, (1 - new * new) * (1 - update), 0)
        by_update = torch.where(there, (before - new) * update * (1 - update), 0)
        by_reset = torch.where(there, product * reset * (1 - reset), 0)
        kept = torch.where(there, update, 1)
        open_reset = torch.where(there, reset, 0)
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
            torch.mul(d_new, open_reset[:, t], out=d_sums[:, t, :, 2 * size :])
            onward = torch.baddbmm(d_after * kept[:, t], d_sums[:, t], back)
            if begins[t]:
                onward.masked_fill_(fresh[:, t, :, None], 0.0)
        return d_gates, onward, *_weight_gradients(before, d_sums), None, None
