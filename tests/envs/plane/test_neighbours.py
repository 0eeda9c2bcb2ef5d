"""The list of cells finds what comparing all pairs finds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy.envs.plane.neighbours import allocate_cells, choose_square, sort_points, sum_within


def by_cells(position, vector, radius, low, side, periodic, across=None):
    """Sums `(n, 2)` and counts `(n,)`, with the kernels."""
    n = len(position)
    square = choose_square(low, side, n, periodic)
    if across is not None:
        square = square._replace(across=across)
    cells = allocate_cells(2, n, square)
    total, count = np.full((n, 2), np.nan), np.full(n, -1, np.int32)
    sort_points(cells, square, position, vector, 1)
    sum_within(cells, square, radius, total, count, 1)
    assert not cells.point[0].any()  # the other copy's row
    assert sorted(cells.order[1]) == list(range(n))
    return total, count


def by_pairs(position, vector, radius, side, periodic):
    """The same by comparing all pairs."""
    offset = position[:, None] - position[None]
    if periodic:
        offset -= side * np.round(offset / side)
    near = np.square(offset).sum(axis=2) <= radius**2
    return near @ vector, near.sum(axis=1)


@pytest.mark.parametrize("periodic", [False, True])
@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 80),
    share=st.floats(0, 0.499),
    across=st.none() | st.integers(1, 30),
)
def test_cells_equal_all_pairs(periodic, seed, n, share, across):
    generator = np.random.default_rng(seed)
    low, side = generator.uniform(-5, 5), generator.uniform(0.1, 10)
    position = low + side * generator.random((n, 2))
    vector = generator.normal(size=(n, 2))
    radius = share * side
    total, count = by_cells(position, vector, radius, low, side, periodic, across)
    expected_total, expected_count = by_pairs(position, vector, radius, side, periodic)
    np.testing.assert_array_equal(count, expected_count)
    np.testing.assert_allclose(total, expected_total, atol=1e-10)


@pytest.mark.parametrize("n", [500, 3000])
@pytest.mark.parametrize("periodic", [False, True])
def test_large_crowds_too_spread_or_clustered(n, periodic):
    generator = np.random.default_rng(n)
    vector = generator.normal(size=(n, 2))
    spread = generator.uniform(-2, 2, (n, 2))
    clustered = (spread[generator.integers(0, 5, n)] + generator.normal(0, 0.05, (n, 2)) + 2) % 4 - 2
    for position in (spread, clustered):
        for radius in (0.05, 0.5, 1.9):
            total, count = by_cells(position, vector, radius, -2.0, 4.0, periodic)
            expected_total, expected_count = by_pairs(position, vector, radius, 4.0, periodic)
            np.testing.assert_array_equal(count, expected_count)
            np.testing.assert_allclose(total, expected_total, atol=1e-9)


def test_a_box_may_be_seen_from_end_to_end():
    position = np.random.default_rng(0).uniform(-2, 2, (300, 2))
    _, count = by_cells(position, np.ones((300, 2)), 6.0, -2.0, 4.0, False)
    assert (count == 300).all()


@pytest.mark.parametrize(("periodic", "expected"), [(False, [5, 4, 3]), (True, [5, 5, 5])])
def test_points_on_a_lattice_see_those_exactly_at_the_radius(periodic, expected):
    """A lattice of distance 1, radius 1: 4 others in the middle, 3 at an edge, 2 in a corner."""
    x = np.arange(8.0)
    position = np.stack(np.meshgrid(x, x), axis=2).reshape(-1, 2)
    _, count = by_cells(position, np.ones((64, 2)), 1.0, 0.0, 8.0, periodic)
    count = count.reshape(8, 8)
    assert [count[3, 4], count[0, 4], count[0, 0]] == expected


def test_neighbours_across_the_edges_of_a_torus():
    position = np.array([[-1.9, -1.9], [1.9, 1.9], [-1.9, 1.9], [0.0, 0.0]])
    vector = np.array([[1.0, -1.0], [10.0, 0.0], [100.0, 0.0], [1000.0, 0.0]])
    total, count = by_cells(position, vector, 0.3, -2.0, 4.0, True)
    assert total[:, 0].tolist() == [111, 111, 111, 1000]
    assert count.tolist() == [3, 3, 3, 1]
    total, _ = by_cells(position, vector, 0.3, -2.0, 4.0, False)
    assert total[:, 0].tolist() == [1, 10, 100, 1000]


def test_points_on_the_upper_edge_are_not_lost():
    """Rounding may put a coordinate that was wrapped onto the edge itself."""
    position = np.array([[2.0, 2.0], [-2.0, -2.0], [2.0, -1.95]])
    _, count = by_cells(position, np.ones((3, 2)), 0.1, -2.0, 4.0, True, across=16)
    assert count.tolist() == [3, 3, 3]
