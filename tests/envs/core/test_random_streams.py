"""Random streams: published answers, even draws, copies that do not meet."""

import numpy as np
import pytest

from stigmergy.envs.core.random_streams import (
    below,
    draw_below,
    draw_uniform,
    next_u64,
    normal,
    normal_pair,
    seed_streams,
    shuffle,
    splitmix64,
)


def test_splitmix64_gives_the_published_numbers():
    published = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    outputs = np.empty(5, np.uint64)
    splitmix64(np.uint64(1234567), outputs)
    assert outputs.tolist() == published


def test_xoshiro_gives_the_published_numbers():
    stream = np.array([1, 2, 3, 4], np.uint64)
    published = [41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205]
    assert [int(next_u64(stream)) for _ in range(5)] == published


def test_a_row_depends_on_seed_and_index_alone():
    few, many, other = np.zeros((2, 4), np.uint64), np.zeros((9, 4), np.uint64), np.zeros((2, 4), np.uint64)
    seed_streams(few, 5)
    seed_streams(many, 5)
    seed_streams(other, 6)
    assert (few == many[:2]).all()
    assert len({tuple(row) for row in [*many.tolist(), *other.tolist()]}) == 11


def streams(count: int) -> np.ndarray:
    stream = np.zeros((count, 4), np.uint64)
    seed_streams(stream, 0)
    return stream


@pytest.mark.parametrize("n", [2, 3, 5, 7])
def test_integers_are_even(n):
    counts = np.bincount(draw_below(streams(50), n, (400,)).ravel(), minlength=n)
    expected = 20_000 / n
    assert ((counts - expected) ** 2 / expected).sum() < 20  # chi-square of at most 6 degrees of freedom: p < 0.003
    assert len(counts) == n


def test_floats_fill_the_unit_interval():
    draws = draw_uniform(streams(50), (400,))
    assert draws.min() >= 0
    assert draws.max() < 1
    assert abs(draws.mean() - 0.5) < 0.01
    assert abs(draws.var() - 1 / 12) < 0.003


def test_shuffles_are_even():
    stream = streams(1)[0]
    orders = {}
    for _ in range(6000):
        items = np.arange(3)
        shuffle(stream, items)
        orders[tuple(items)] = orders.get(tuple(items), 0) + 1
    assert len(orders) == 6
    assert max(abs(count - 1000) for count in orders.values()) < 150


def test_normal_draws_are_normal():
    stream = streams(1)[0]
    pairs = np.array([normal_pair(stream) for _ in range(20_000)])
    assert np.abs(pairs.mean(axis=0)).max() < 0.03
    assert np.abs(np.cov(pairs.T) - np.eye(2)).max() < 0.04
    assert abs((pairs**4).mean() - 3) < 0.25
    one, other = streams(1)[0], streams(1)[0]
    assert normal(one) == normal_pair(other)[0]
    assert (one == other).all()


def test_copies_outside_where_keep_their_streams():
    stream, before = streams(3), streams(3)
    drawn = draw_below(stream, 10, (4,), np.array([True, False, True]))
    assert (stream[1] == before[1]).all()
    assert (stream[0] != before[0]).any()
    assert not drawn[1].any()


@pytest.mark.parametrize("n", [0, -1, 1 << 32])
def test_impossible_bounds_are_refused(n):
    with pytest.raises(ValueError, match=str(n)):
        draw_below(streams(1), n)


def test_a_bound_of_one_leaves_no_choice():
    assert below(streams(1)[0], 1) == 0
