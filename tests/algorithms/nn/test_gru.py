"""The scan against torch's own cell, a plain loop, and numeric gradients."""

import pytest
import torch

from stigmergy.algorithms.nn.gru import gru_scan

M, LENGTH, ROWS, SIZE, INPUTS = 2, 5, 4, 3, 6


def draws(dtype=torch.float64, seed=0):
    """Gates, memory, weight and bias; fresh, here."""
    stream = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, dtype=dtype, generator=stream).requires_grad_(True)

    numbers = (
        normal(M, LENGTH, ROWS, 3 * SIZE),
        normal(M, ROWS, SIZE),
        normal(M, SIZE, 3 * SIZE),
        normal(M, 1, 3 * SIZE),
    )
    fresh, here = (torch.rand(M, LENGTH, ROWS, generator=stream) < share for share in (0.2, 0.7))
    return (*numbers, fresh, here)


def plain(gates, hidden_state, weight, bias, fresh, here):
    """One step after the other, through autograd."""
    outputs = []
    for t in range(gates.shape[1]):
        hidden_state = hidden_state.masked_fill(fresh[:, t, :, None], 0.0)
        reset_in, update_in, new_in = gates[:, t].chunk(3, dim=-1)
        reset_memory, update_memory, new_memory = torch.baddbmm(bias, hidden_state, weight).chunk(3, dim=-1)
        reset, update = torch.sigmoid(reset_in + reset_memory), torch.sigmoid(update_in + update_memory)
        new = torch.tanh(new_in + reset * new_memory)
        hidden_state = torch.where(here[:, t, :, None], new + update * (hidden_state - new), hidden_state)
        outputs.append(hidden_state)
    return torch.stack(outputs, dim=1)


def test_gradients_are_the_numeric_ones():
    assert torch.autograd.gradcheck(gru_scan, draws())


def with_gradients(scan, arguments, toward):
    """The output, and the gradients of its product with `toward`."""
    output = scan(*arguments)
    return [output, *torch.autograd.grad((output * toward.to(output.dtype)).sum(), arguments[:4])]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_it_equals_the_plain_loop_and_its_gradients(dtype):
    """Compare with double precision, from the same numbers.

    In single precision a gate is off by 1e-6 at most (`test_gru_steps`). A gradient adds up 5 steps
    of 4 rows, each a product of factors that are 3 at most: 20 * 1e-6 * 3 = 6e-5.
    """
    arguments = draws(dtype)
    toward = torch.randn(M, LENGTH, ROWS, SIZE, generator=torch.Generator().manual_seed(1))
    mine = with_gradients(gru_scan, arguments, toward)
    exact = [x.detach().double().requires_grad_(x.requires_grad) if x.is_floating_point() else x for x in arguments]
    for one, other in zip(mine, with_gradients(plain, exact, toward)):
        torch.testing.assert_close(one.double(), other, rtol=0, atol=1e-4 if dtype == torch.float32 else 1e-12)
    with torch.no_grad():
        assert torch.equal(gru_scan(*arguments), mine[0])


def test_one_step_is_torchs_cell():
    torch.manual_seed(0)
    cell = torch.nn.GRUCell(INPUTS, SIZE)
    x, hidden_state = torch.randn(ROWS, INPUTS), torch.randn(ROWS, SIZE)
    gates = (x @ cell.weight_ih.T + cell.bias_ih)[None, None]
    flags = torch.zeros(1, 1, ROWS, dtype=torch.bool)
    after = gru_scan(gates, hidden_state[None], cell.weight_hh.T[None], cell.bias_hh[None, None], flags, ~flags)
    # Two gates and the new memory, each off by 1e-6 at most, and of numbers that are 3 at most.
    torch.testing.assert_close(after[0, 0], cell(x, hidden_state), rtol=0, atol=1e-5)


def test_a_row_that_waits_keeps_its_memory_to_the_bit_whatever_it_sees():
    gates, hidden_state, weight, bias, fresh, here = (x.detach() for x in draws(torch.float32))
    dirty = torch.where(here.unsqueeze(-1), gates, torch.nan)
    with torch.no_grad():
        clean = gru_scan(gates, hidden_state, weight, bias, fresh, here)
        assert torch.equal(gru_scan(dirty, hidden_state, weight, bias, fresh, here), clean)
        idle = ~here[:, 1:] & ~fresh[:, 1:]
        assert idle.any()
        assert torch.equal(clean[:, 1:][idle], clean[:, :-1][idle])
        assert not torch.equal(gru_scan(gates + 1, hidden_state, weight, bias, fresh, here), clean)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_what_a_waiting_row_sees_reaches_no_gradient(dtype):
    gates, *others, fresh, here = draws(dtype)
    dirty = torch.where(here.unsqueeze(-1), gates, torch.nan).detach().requires_grad_(True)
    found = []
    for seen in (gates, dirty):
        output = gru_scan(seen, *others, fresh, here)
        found.append(torch.autograd.grad(output.square().sum(), (seen, *others)))
    for one, other in zip(*found):
        assert torch.equal(one, other)


def test_networks_do_not_touch_each_other():
    gates, hidden_state, weight, bias, fresh, here = draws(torch.float32)
    scale = torch.tensor([1.0, 3.0]).view(M, 1, 1, 1)
    found = []
    for factor in (torch.ones_like(scale), scale):
        output = gru_scan(gates * factor, hidden_state, weight, bias, fresh, here)
        found.append([output, *torch.autograd.grad(output.square().sum(), (weight, bias, hidden_state))])
    for one, other in zip(*found):
        assert torch.equal(one[0], other[0])
        assert not torch.equal(one[1], other[1])
