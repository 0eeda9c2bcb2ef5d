"""Statistics over the rows that count, one per network."""

import math

import numpy as np
import pytest
import torch

from stigmergy.algorithms.core.statistics import ValueNormalizer, explained_variance, masked_mean, standardize

X = torch.tensor([[1.0, 2.0, 6.0, math.nan], [5.0, math.inf, -math.inf, math.nan], [math.nan] * 4])
VALID = torch.tensor([[True, True, True, False], [True, False, False, False], [False] * 4])


def test_mean_of_the_valid_rows():
    assert masked_mean(X, VALID).tolist() == [3.0, 5.0, 0.0]


def test_standardizing_uses_each_networks_own_valid_rows():
    result = standardize(X.double(), VALID)
    own = np.array([1.0, 2.0, 6.0])
    np.testing.assert_allclose(
        result[0, :3], (own - own.mean()) / own.std(), rtol=1e-7
    )  # next to the spread stands 1e-8
    assert (result[~VALID] == 0).all()
    assert result[1, 0] == 0  # a single row has no spread


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([1.0, 2.0, 3.0, 4.0], 1.0),
        ([11.0, 12.0, 13.0, 14.0], 1.0),  # a constant error is not variance
        ([7.0, 7.0, 7.0, 7.0], 0.0),
        ([2.0, 2.0, 3.0, 3.0], 0.6),  # errors -1, 0, 0, 1: 1 - (1/2) / (5/4)
        ([4.0, 3.0, 2.0, 1.0], -3.0),  # errors -3, -1, 1, 3: 1 - 5 / (5/4)
    ],
)
def test_explained_variance_by_hand(value, expected):
    returns = torch.tensor([[1.0, 2.0, 3.0, 4.0, math.nan]])
    valid = torch.tensor([[True, True, True, True, False]])
    found = explained_variance(torch.tensor([[*value, math.inf]]), returns, valid)
    assert found.tolist() == [pytest.approx(expected, abs=1e-12)]


def test_explained_variance_is_undefined_where_returns_are_equal():
    """The variance does not decide: in single precision equal numbers have one above 0."""
    returns = torch.tensor([[0.1, 0.1, 0.1], [1.0, 2.0, 9.0], [0.0, 0.0, 0.0]])
    valid = torch.tensor([[True, True, True], [True, True, False], [False, False, False]])
    found = explained_variance(torch.tensor([[0.1, 0.2, 0.3], [1.0, 2.0, 0.0], [0.0, 0.0, 0.0]]), returns, valid)
    assert found.isnan().tolist() == [True, False, True]
    assert float(found[1]) == 1.0


def feed(normalizer, mean, deviation, updates=50, rows=400):
    rng = np.random.default_rng(0)
    for _ in range(updates):
        returns = torch.tensor(rng.normal(mean, deviation, (1, rows)), dtype=torch.float32)
        normalizer.update(returns, torch.ones(1, rows, dtype=torch.bool))


@pytest.mark.parametrize(("mean", "deviation"), [(0, 1), (1000, 200), (-3, 0.5), (1e5, 1)])
def test_returns_of_any_scale_become_standard(mean, deviation):
    """The last pair is one whose squares single precision cannot tell apart."""
    normalizer = ValueNormalizer(1)
    feed(normalizer, mean, deviation)
    probe = torch.tensor([[mean - deviation, mean, mean + deviation]], dtype=torch.float32)
    np.testing.assert_allclose(normalizer.normalize(probe)[0], [-1, 0, 1], atol=0.03)
    np.testing.assert_allclose(normalizer.denormalize(normalizer.normalize(probe)), probe, rtol=1e-6, atol=1e-6)
    assert normalizer.normalize(probe).dtype == torch.float32


def test_the_first_update_is_not_biased_to_zero():
    normalizer = ValueNormalizer(1)
    feed(normalizer, 10, 2, updates=1)
    np.testing.assert_allclose(normalizer.denormalize(torch.tensor([[0.0, 1.0]]))[0], [10, 12], atol=0.3)


def test_before_any_update_values_are_as_they_are():
    assert ValueNormalizer(1).denormalize(torch.tensor([[3.0]])) == 3
    assert ValueNormalizer(1).normalize(torch.tensor([[3.0]])) == 3


def test_a_network_without_a_valid_row_keeps_its_statistics():
    normalizer = ValueNormalizer(3)
    normalizer.update(torch.nan_to_num(X, 0, 0, 0), torch.ones_like(VALID))
    before = {name: value.clone() for name, value in normalizer.state_dict().items()}
    normalizer.update(X, VALID)
    for name, value in normalizer.state_dict().items():
        assert value.isfinite().all()
        assert torch.equal(value[2], before[name][2])
        assert not torch.equal(value[0], before[name][0])


def test_state_there_and_back():
    one, other = ValueNormalizer(1), ValueNormalizer(1)
    feed(one, 10, 2, updates=3)
    other.load_state_dict(one.state_dict())
    assert torch.equal(one.normalize(X[:1, :3]), other.normalize(X[:1, :3]))
