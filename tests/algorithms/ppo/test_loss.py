"""The PPO loss on single rows worked by hand, and on rows that must not matter."""

import math

import pytest
import torch
from gymnasium import spaces

from stigmergy.algorithms.nn.distributions import build_distribution
from stigmergy.algorithms.ppo.objectives import Batch, ClippedObjective, ppo_loss

pytestmark = pytest.mark.usefixtures("double")


def loss_of(
    value=0.0, old_value=0.0, target=0.0, advantage=0.0, ratio=1.0, logits=(0.0, 0.0), value_clip=0.2, entropy=0.0
):
    """Loss of a single row with two actions.

    The first one was taken, with a probability of 1/2 / ratio.
    """
    one = [torch.tensor([[x]]) for x in (0, math.log(0.5 / ratio), old_value, advantage, target, True)]
    outputs, value = torch.tensor([[logits]]), torch.tensor([[value]])
    return ppo_loss(
        build_distribution(spaces.Discrete(2)),
        outputs,
        value,
        Batch(*one, None),
        ClippedObjective(0.2),
        value_clip,
        1.0,
        entropy,
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # moved by 1, clipped to 0.2: (0.2 - 1.1)^2 is larger than (1 - 1.1)^2, and max takes it
        (1.0, 0.9**2),
        (0.1, 1.0**2),  # within the clip
        (-1.0, 2.1**2),  # moved the wrong way: the unclipped error is larger
    ],
)
def test_the_value_loss_takes_the_larger_error(value, expected):
    loss, metrics = loss_of(value, old_value=0.0, target=1.1)
    assert float(loss) == pytest.approx(expected)
    assert float(metrics["value_loss"]) == pytest.approx(expected)


def test_without_a_value_clip_the_error_is_plain():
    assert float(loss_of(1.0, 0.0, 1.1, value_clip=None)[0]) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("ratio", "advantage", "gain", "clipped"),
    [(1.5, 2.0, 2.4, 1), (1.5, -2.0, -3.0, 1), (0.5, 2.0, 1.0, 1), (0.5, -2.0, -1.6, 1), (1.1, 2.0, 2.2, 0)],
)
def test_the_objective_is_the_pessimistic_one(ratio, advantage, gain, clipped):
    loss, metrics = loss_of(advantage=advantage, ratio=ratio)
    assert float(loss) == pytest.approx(-gain)
    assert float(metrics["clip_fraction"]) == clipped
    assert float(metrics["kl"]) == pytest.approx(ratio - 1 - math.log(ratio), abs=1e-6)


def test_entropy_is_rewarded():
    even, _ = loss_of(entropy=0.3)
    sharp, _ = loss_of(logits=(4.0, 0.0), entropy=0.3)
    assert float(even) == pytest.approx(-0.3 * math.log(2))
    assert float(sharp) > float(even) + 0.1


@pytest.mark.parametrize("garbage", [math.nan, math.inf, -1e30])
def test_invalid_rows_touch_neither_the_loss_nor_its_gradient(garbage):
    stream = torch.Generator().manual_seed(0)
    x = {name: torch.randn(2, 5, generator=stream) for name in ("log_prob", "value", "advantage", "target", "now")}
    x["outputs"] = torch.randn(2, 5, 3, generator=stream)
    sample, valid = torch.randint(3, (2, 5), generator=stream), torch.rand(2, 5, generator=stream) < 0.6

    def gradients(filler):
        filled = {name: torch.where(valid, one, filler) for name, one in x.items() if name not in ("outputs", "now")}
        outputs, now = x["outputs"].clone().requires_grad_(), x["now"].clone().requires_grad_()
        batch = Batch(sample=sample, valid=valid, mask=None, **filled)
        loss, metrics = ppo_loss(
            build_distribution(spaces.Discrete(3)), outputs, now, batch, ClippedObjective(0.2), 0.2, 0.5, 0.01
        )
        loss.sum().backward()
        return loss, outputs.grad, now.grad, *metrics.values()

    for clean, dirty in zip(gradients(0.0), gradients(garbage), strict=True):
        assert clean.isfinite().all()
        assert torch.equal(clean, dirty)
