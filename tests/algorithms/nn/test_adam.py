"""StackedAdam against as many torch.optim.Adam with torch's own clipping."""

import pytest
import torch
from torch import nn

from stigmergy.algorithms.nn.adam import StackedAdam

M, STEPS, RATE, NORM = 3, 200, 3e-3, 0.5
SHAPES = ((4, 5), (1, 5), (2, 3, 2))


def parameters(stream):
    return [nn.Parameter(torch.randn(M, *shape, generator=stream)) for shape in SHAPES]


def separate(stacked):
    return [[nn.Parameter(p.detach()[k].clone()) for p in stacked] for k in range(M)]


def gradient_scale(k, t):
    """Scales of gradients: above the clipping norm, below it, and close to 0."""
    return (3.0, 0.02, 1e-6)[(k + t // 50) % M]


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("skip", [0.0, 0.4, 1.0])
def test_equals_torch_over_many_steps(skip):
    stream = torch.Generator().manual_seed(0)
    stacked = parameters(stream)
    alone = separate(stacked)
    mine, theirs = StackedAdam(stacked, 1e-5), [torch.optim.Adam(own, RATE, eps=1e-5) for own in alone]
    for t in range(STEPS):
        rate = RATE * (1 - t / STEPS)
        where = torch.rand(M, generator=stream) >= skip
        mine.zero_grad()
        for j, parameter in enumerate(stacked):
            gradient = torch.randn(parameter.shape, generator=stream)
            parameter.grad = torch.stack([gradient[k] * gradient_scale(k, t) for k in range(M)])
            for k in range(M):
                alone[k][j].grad = parameter.grad[k].clone()
        norms = mine.clip(NORM)
        for k in range(M):
            torch.testing.assert_close(norms[k], nn.utils.clip_grad_norm_(alone[k], NORM))
            for parameter, own in zip(stacked, alone[k]):
                torch.testing.assert_close(parameter.grad[k], own.grad)
        mine.step(rate, where)
        for k in range(M):
            theirs[k].param_groups[0]["lr"] = rate
            if where[k]:
                theirs[k].step()
    for k in range(M):
        for parameter, own in zip(stacked, alone[k]):
            torch.testing.assert_close(parameter.detach()[k], own.detach(), rtol=1e-10, atol=1e-10)


def test_a_network_that_skips_keeps_everything_to_the_bit():
    stream = torch.Generator().manual_seed(0)
    stacked = parameters(stream)
    optimizer = StackedAdam(stacked, 1e-5)
    where = torch.tensor([True, False, True])
    for moves in (torch.ones(M, dtype=torch.bool), where):
        before = [x.detach().clone() for x in (*stacked, *optimizer.mean, *optimizer.square, optimizer.steps)]
        for parameter in stacked:
            parameter.grad = torch.randn(parameter.shape, generator=stream)
            parameter.grad[~moves] = torch.nan  # what it skips may be anything
        optimizer.step(RATE, moves)
    for old, new in zip(before, (*stacked, *optimizer.mean, *optimizer.square, optimizer.steps)):
        assert torch.equal(old[1], new[1])
        assert not torch.equal(old[0], new[0])


def test_clipping_one_network_leaves_the_others_alone():
    stream = torch.Generator().manual_seed(0)
    stacked = parameters(stream)
    optimizer = StackedAdam(stacked, 1e-5)
    gradients = [torch.randn(p.shape, generator=stream) for p in stacked]

    def clipped(scale):
        for parameter, gradient in zip(stacked, gradients):
            parameter.grad = gradient.clone()
            parameter.grad[0] *= scale
        optimizer.clip(NORM)
        return [p.grad[1:].clone() for p in stacked]

    assert all(torch.equal(a, b) for a, b in zip(clipped(1.0), clipped(1e6)))


def test_state_continues_to_the_bit():
    stream = torch.Generator().manual_seed(0)
    stacked = parameters(stream)
    optimizer = StackedAdam(stacked, 1e-5)
    gradients = [[torch.randn(p.shape, generator=stream) for p in stacked] for _ in range(6)]

    def play(target, adam, steps):
        for t in steps:
            for parameter, gradient in zip(target, gradients[t]):
                parameter.grad = gradient.clone()
            adam.step(RATE, torch.tensor([True, True, t % 2 == 0]))

    play(stacked, optimizer, range(3))
    again = [nn.Parameter(p.detach().clone()) for p in stacked]
    other = StackedAdam(again, 1e-5)
    other.load_state_dict(optimizer.state_dict())
    play(stacked, optimizer, range(3, 6))
    play(again, other, range(3, 6))
    assert all(torch.equal(a, b) for a, b in zip(stacked, again))
