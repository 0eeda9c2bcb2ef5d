"""Action distributions against torch.distributions; illegal actions have probability 0."""

import numpy as np
import pytest
import torch
from gymnasium import spaces
from torch import distributions as reference

from stigmergy.algorithms.nn.distributions import build_distribution, draw_category

from ..support.loop import ippo
from ..support.tiny_envs import Noise

DRAWS = 100_000


@pytest.fixture
def stream():
    return torch.Generator().manual_seed(0)


@pytest.mark.usefixtures("double")
def test_categorical_equals_torch(stream):
    mine, logits = build_distribution(spaces.Discrete(5)), 3 * torch.randn(7, 5, generator=stream)
    theirs = reference.Categorical(logits=logits)
    for action in range(5):
        sample = torch.full((7,), action)
        log_prob, entropy = mine.log_prob_and_entropy(logits, sample, None)
        torch.testing.assert_close(log_prob, theirs.log_prob(sample))
        torch.testing.assert_close(entropy, theirs.entropy())
    assert torch.equal(mine.mode(logits, None), logits.argmax(dim=-1))


@pytest.mark.usefixtures("double")
def test_categorical_with_a_mask_equals_torch_on_the_legal_actions(stream):
    mine, logits = build_distribution(spaces.Discrete(5)), 3 * torch.randn(7, 5, generator=stream)
    mask = torch.tensor([True, False, True, False, True])
    theirs = reference.Categorical(logits=logits[:, mask])
    for k, action in enumerate([0, 2, 4]):
        log_prob, entropy = mine.log_prob_and_entropy(logits, torch.full((7,), action), mask.expand(7, 5))
        torch.testing.assert_close(log_prob, theirs.log_prob(torch.full((7,), k)))
        torch.testing.assert_close(entropy, theirs.entropy())


def test_illegal_actions_have_probability_zero_even_with_extreme_logits(stream):
    mine = build_distribution(spaces.Discrete(4))
    logits = torch.tensor([[100.0, -100.0, 50.0, 1e4], [-1e4, -1e4, 1e4, 0.0]])
    mask = torch.tensor([[False, True, False, False], [True, True, False, False]])
    for action in range(4):
        log_prob, entropy = mine.log_prob_and_entropy(logits, torch.full((2,), action), mask)
        assert (log_prob.exp()[~mask[:, action]] == 0).all()
        torch.testing.assert_close(entropy, torch.tensor([0.0, np.log(2)], dtype=torch.float32))
    for _ in range(100):
        drawn = mine.sample(logits, mask, stream)
        assert mask.gather(-1, drawn[:, None]).all()
    assert mask.gather(-1, mine.mode(logits, mask)[:, None]).all()


def test_illegal_actions_are_never_drawn_and_legal_ones_at_their_rate(stream):
    logits = torch.tensor([0.0, 5.0, 1.0, 2.0, -1.0]).expand(DRAWS, 5)
    mask = torch.tensor([True, False, True, True, True]).expand(DRAWS, 5)
    drawn = build_distribution(spaces.Discrete(5)).sample(logits, mask, stream)
    rates = torch.bincount(drawn, minlength=5) / DRAWS
    expected = torch.softmax(logits[0].masked_fill(~mask[0], -torch.inf), dim=-1)
    assert rates[1] == 0
    # five standard errors
    torch.testing.assert_close(rates, expected, atol=5 * 0.5 / DRAWS**0.5, rtol=0)


def test_masked_logits_get_no_gradient(stream):
    logits = torch.randn(1, 4, generator=stream, requires_grad=True)
    mask = torch.tensor([[True, False, True, True]])
    log_prob, entropy = build_distribution(spaces.Discrete(4)).log_prob_and_entropy(logits, torch.tensor([2]), mask)
    (log_prob + entropy).sum().backward()
    assert logits.grad.isfinite().all()
    assert logits.grad[0, 1] == 0
    assert (logits.grad[0, [0, 2, 3]] != 0).all()


def test_a_row_without_a_legal_action_stays_finite(stream):
    mine, logits = build_distribution(spaces.Discrete(3)), torch.randn(2, 3, generator=stream, requires_grad=True)
    mask = torch.zeros(2, 3, dtype=torch.bool)
    assert (mine.sample(logits.detach(), mask, stream) < 3).all()
    log_prob, entropy = mine.log_prob_and_entropy(logits, torch.tensor([0, 2]), mask)
    (log_prob + entropy).sum().backward()
    for x in (log_prob, entropy, logits.grad):
        assert x.isfinite().all()


@pytest.mark.usefixtures("double")
def test_multi_categorical_is_the_product_of_its_parts(stream):
    mine, logits = build_distribution(spaces.MultiDiscrete([3, 2])), torch.randn(7, 5, generator=stream)
    mask = torch.rand(7, 5, generator=stream) < 0.6
    mask[:, [0, 3]] = True
    legal = logits.masked_fill(~mask, -torch.inf)
    parts = [reference.Categorical(logits=part) for part in legal.split([3, 2], dim=-1)]
    sample = mine.sample(logits, mask, stream)
    log_prob, entropy = mine.log_prob_and_entropy(logits, sample, mask)
    torch.testing.assert_close(log_prob, parts[0].log_prob(sample[:, 0]) + parts[1].log_prob(sample[:, 1]))
    # torch's own entropy is NaN here
    surprise = [part.probs * part.probs.clamp(min=1e-30).log() for part in parts]
    torch.testing.assert_close(entropy, -sum(x.sum(dim=-1) for x in surprise))
    assert torch.equal(mine.mode(logits, mask), torch.stack([part.probs.argmax(dim=-1) for part in parts], dim=-1))
    many = mine.sample(logits[:1].expand(DRAWS, 5), mask[:1].expand(DRAWS, 5), stream)
    for k, part in enumerate(parts):
        rates = torch.bincount(many[:, k], minlength=part.probs.shape[1]) / DRAWS
        torch.testing.assert_close(rates, part.probs[0], atol=5 * 0.5 / DRAWS**0.5, rtol=0)
        assert (rates[part.probs[0] == 0] == 0).all()


@pytest.mark.usefixtures("double")
def test_gaussian_equals_torch(stream):
    mine = build_distribution(spaces.Box(-1, 1, (3,), np.float32))
    mean, log_scale = torch.randn(7, 3, generator=stream), 0.5 * torch.randn(7, 3, generator=stream)
    outputs = torch.cat([mean, log_scale], dim=-1)
    theirs = reference.Independent(reference.Normal(mean, log_scale.exp()), 1)
    sample = mine.sample(outputs, None, stream)
    log_prob, entropy = mine.log_prob_and_entropy(outputs, sample, None)
    torch.testing.assert_close(log_prob, theirs.log_prob(sample))
    torch.testing.assert_close(entropy, theirs.entropy())
    assert torch.equal(mine.mode(outputs, None), mean)
    many = mine.sample(outputs[:1].expand(DRAWS, 6), None, stream)
    standard = (many - mean[0]) / log_scale[0].exp()
    torch.testing.assert_close(standard.mean(dim=0), torch.zeros(3), atol=5 / DRAWS**0.5, rtol=0)
    torch.testing.assert_close(standard.var(dim=0), torch.ones(3), atol=5 * (2 / DRAWS) ** 0.5, rtol=0)


def test_box_samples_span_the_range_and_are_clipped():
    low, high = np.array([-2, 0, -np.inf, 1], np.float32), np.array([4, 10, 3, np.inf], np.float32)
    mine = build_distribution(spaces.Box(low, high, dtype=np.float32))
    sample = torch.tensor([[-1.0, -1, -1, -1], [1, 1, 1, 1], [0, 0, 0, 0], [0.5, -0.5, 2, 2], [9, -9, 9, -9]])
    expected = [[-2, 0, -1, 1], [4, 10, 1, 1], [1, 5, 0, 1], [2.5, 2.5, 2, 2], [4, 0, 3, 1]]
    np.testing.assert_array_equal(mine.to_action(sample), np.array(expected, np.float32))


def test_box_actions_keep_the_shape_of_the_space(stream):
    mine = build_distribution(spaces.Box(-1, 1, (2, 3), np.float32))
    action = mine.to_action(mine.sample(torch.zeros(4, 5, 12), None, stream))
    assert action.shape == (4, 5, 2, 3)
    assert action.dtype == np.float32


def test_box_bounds_that_float32_cannot_hold_are_not_overstepped():
    space = spaces.Box(np.array([0.1, -0.1]), np.array([0.7, 0.1]), dtype=np.float64)
    mine = build_distribution(space)
    action = mine.to_action(torch.tensor([[9.0, 9.0], [-9.0, -9.0]]))
    assert action.dtype == np.float32
    assert (action >= space.low).all()
    assert (action <= space.high).all()


def test_spaces_may_start_anywhere():
    assert build_distribution(spaces.Discrete(3, start=-1)).to_action(torch.tensor([0, 2])).tolist() == [-1, 1]
    space = spaces.MultiDiscrete([3, 2], start=[5, -1])
    assert build_distribution(space).to_action(torch.tensor([[0, 1]])).tolist() == [[5, 0]]


@pytest.mark.parametrize("action", [spaces.Discrete(4), spaces.MultiDiscrete([3, 2])])
def test_a_learner_chooses_legal_actions_only(action):
    env = Noise(64, action=action, masks=True)
    learner = ippo(env)
    sizes = [4] if isinstance(action, spaces.Discrete) else [3, 2]
    step = env.reset(0).groups["agents"]
    for greedy in (False, True) * 10:
        chosen = learner.act(step, None, greedy).action
        masks = np.split(step.action_mask, np.cumsum(sizes)[:-1], axis=-1)
        for mask, one in zip(masks, np.moveaxis(chosen.reshape(64, 3, -1), -1, 0)):
            assert np.take_along_axis(mask, one[..., None], axis=-1)[step.active].all()
        step = env.step(chosen).groups["agents"]


def test_a_race_of_clocks_is_exact_for_rare_actions(stream):
    probability = torch.tensor([0.999, 0.001])
    drawn = draw_category(probability.log().expand(10 * DRAWS, 2), stream)
    assert abs(float(drawn.float().mean()) - 0.001) < 5 * (0.001 / (10 * DRAWS)) ** 0.5


# Divergences


@pytest.mark.usefixtures("double")
def test_divergences_by_hand():
    p, q = torch.tensor([0.5, 0.25, 0.25]).log(), torch.tensor([0.25, 0.25, 0.5]).log()
    one = build_distribution(spaces.Discrete(3))
    assert float(one.kl(p, q, None)) == pytest.approx(0.25 * np.log(2))
    masked = build_distribution(spaces.Discrete(4))
    p, q = (torch.cat([x[:1], torch.tensor([junk]), x[1:]]) for x, junk in ((p, 50.0), (q, -20.0)))
    assert float(masked.kl(p, q, torch.tensor([True, False, True, True]))) == pytest.approx(0.25 * np.log(2))
    assert float(masked.kl(p, q, None)) > 10
    gaussian = build_distribution(spaces.Box(-1, 1, (1,)))
    wide, narrow = torch.tensor([1.0, np.log(2.0)]), torch.tensor([0.0, 0.0])
    assert float(gaussian.kl(narrow, wide, None)) == pytest.approx(np.log(2) + 2 / 8 - 0.5)
    assert float(gaussian.kl(wide, narrow, None)) == pytest.approx(-np.log(2) + 5 / 2 - 0.5)


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("action", [spaces.Discrete(5), spaces.MultiDiscrete([3, 2]), spaces.Box(-1, 1, (3,))])
def test_divergences_equal_torch(action, stream):
    mine = build_distribution(action)
    old, new = 0.5 * torch.randn(2, 7, mine.num_outputs, generator=stream)

    def theirs(outputs):
        if isinstance(action, spaces.Box):
            mean, log_scale = outputs.chunk(2, dim=-1)
            return [reference.Independent(reference.Normal(mean, log_scale.exp()), 1)]
        sizes = [5] if isinstance(action, spaces.Discrete) else [3, 2]
        return [reference.Categorical(logits=part) for part in outputs.split(sizes, dim=-1)]

    expected = sum(reference.kl_divergence(p, q) for p, q in zip(theirs(old), theirs(new)))
    torch.testing.assert_close(mine.kl(old, new, None), expected)
    assert (mine.kl(old, new, None) - mine.kl(new, old, None)).abs().max() > 0.01


@pytest.mark.parametrize("action", [spaces.Discrete(5), spaces.MultiDiscrete([3, 2]), spaces.Box(-1, 1, (3,))])
def test_the_divergence_of_equals_is_zero_and_so_is_its_slope_exactly(action, stream):
    """Its root has a slope that would blow up the smallest error."""
    mine = build_distribution(action)
    old = torch.randn(1000, mine.num_outputs, generator=stream)
    new = old.clone().requires_grad_()
    divergence = mine.kl(old, new, None)
    (slope,) = torch.autograd.grad(divergence.sum(), new)
    assert (divergence == 0).all()
    assert (slope == 0).all()


def test_divergences_with_masks_and_extreme_logits_are_finite_and_move_no_masked_logit(stream):
    mine = build_distribution(spaces.MultiDiscrete([3, 2]))
    mask = torch.tensor([[True, False, True, True, False], [False, True, False, True, True], [False] * 5])
    for scale in (1.0, 100.0, 1e6):
        old, new = scale * torch.randn(2, 3, 5, generator=stream)
        new = new.requires_grad_()
        divergence = mine.kl(old, new, mask)
        (slope,) = torch.autograd.grad(divergence.clamp(min=1e-12).sqrt().sum(), new)
        assert divergence.isfinite().all()
        assert slope.isfinite().all()
        assert (slope[~mask] == 0).all()
        assert divergence[2] == 0  # a row without any legal action is an inactive one
