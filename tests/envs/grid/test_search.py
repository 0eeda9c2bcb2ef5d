"""Searches on grids beside a slow computation: distances by repeated relaxation."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy.envs.grid.moves import MOVES, offsets
from stigmergy.envs.grid.search import (
    UNREACHABLE,
    distances_to,
    distances_to_nearest,
    downhill,
    label_components,
)


def relaxed(closed, cells):
    """Steps to the nearest of `cells`, inf without a path, by relaxation to a fixed point."""
    distance = np.full(closed.shape, np.inf)
    for cell in cells:
        distance[cell] = 0
    while True:
        around = np.pad(distance, 1, constant_values=np.inf)
        nearest = np.minimum.reduce([around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:]])
        better = np.where(closed, np.inf, np.minimum(distance, nearest + 1))
        if (better == distance).all():
            return distance
        distance = better


@st.composite
def maps(draw):
    rows, columns = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    cells = draw(st.lists(st.booleans(), min_size=rows * columns, max_size=rows * columns))
    return np.array(cells).reshape(rows, columns)


def ringed(closed):
    return np.pad(closed, 1, constant_values=True).astype(np.uint8)


@settings(max_examples=60, deadline=None)
@given(maps(), st.data())
def test_distances_are_those_of_relaxation(closed, data):
    free = [tuple(cell) for cell in np.argwhere(~closed).tolist()]
    cells = data.draw(st.lists(st.sampled_from(free), max_size=3)) if free else []
    expected = relaxed(closed, cells)
    np.testing.assert_array_equal(distances_to_nearest(closed, cells), np.where(np.isinf(expected), -1, expected))
    for row, column in cells[:1]:
        obstacle = ringed(closed)
        distance = np.zeros(obstacle.shape, np.int32)
        distances_to(obstacle, row + 1, column + 1, distance, np.zeros(obstacle.size, np.int32))
        expected = relaxed(closed, [(row, column)])
        inside = distance[1:-1, 1:-1]
        np.testing.assert_array_equal(inside == UNREACHABLE, np.isinf(expected))
        np.testing.assert_array_equal(inside[inside != UNREACHABLE], expected[~np.isinf(expected)])
        for r, q in np.argwhere(inside != UNREACHABLE):
            lower = [m for m in range(1, 5) if distance[r + 1 + MOVES[m, 0], q + 1 + MOVES[m, 1]] == inside[r, q] - 1]
            assert downhill(distance, r + 1, q + 1) == (lower[0] if lower else 0)


@settings(max_examples=60, deadline=None)
@given(maps())
def test_components_hold_the_cells_within_reach(closed):
    obstacle = ringed(closed)
    label = np.zeros(obstacle.shape, np.int32)
    count = label_components(obstacle, label, np.zeros(obstacle.size, np.int32))
    inside = label[1:-1, 1:-1]
    assert (inside[closed] == -1).all()
    assert set(inside[~closed].tolist()) == set(range(count))
    for cell in np.argwhere(~closed):
        reached = np.isfinite(relaxed(closed, [tuple(cell)]))
        np.testing.assert_array_equal(reached, inside == inside[tuple(cell)])


def test_closed_goals_are_no_goals():
    closed = np.array([[True, False], [True, False]])
    assert distances_to_nearest(closed, [(0, 0)]).tolist() == [[-1, -1], [-1, -1]]
    assert distances_to_nearest(closed, [(0, 0), (1, 1)]).tolist() == [[-1, 1], [-1, 0]]


def test_offsets_are_rows_and_columns():
    assert offsets("URDL.", np.int64).tolist() == [[-1, 0], [0, 1], [1, 0], [0, -1], [0, 0]]
    assert offsets("R").dtype == np.int32
