"""A square area cut into equal square cells, so that neighbours are found without a loop over all.

The cells are filled anew by a counting sort whenever bodies have moved: O(bodies + cells). With
about as many cells as bodies, a search costs what lies in the neighbourhood, and does not grow with
the area.
"""

from typing import Annotated, NamedTuple

import numpy as np

from ...kernels import njit
from ...kernels.arrays import Int32


class Cells(NamedTuple):
    """Bodies by cell, in one env; cell (row, column) has the number row * per_side + column."""

    first: Annotated[Int32, "bounds"]
    """Index in `member` of each cell's first body, for per_side**2 cells and the end."""
    member: Annotated[Int32, "bodies"]
    """Indices of bodies by cell, ascending within each."""
    side: float
    """Side of the area."""
    per_side: int
    """Cells along a side."""


@njit(cache=True, inline="always")
def cell_along(cells, x):
    """Row or column of a coordinate; outside of the area those of the outermost cells."""
    return min(max(np.int64(np.floor(x * cells.per_side / cells.side)), 0), cells.per_side - 1)


@njit(cache=True, inline="always")
def _cell_of(cells, place, i):
    return cell_along(cells, place[i, 1]) * cells.per_side + cell_along(cells, place[i, 0])


@njit(cache=True)
def fill_cells(cells, place, count):
    """Sort the first `count` bodies, which are at place[i, :2], into the cells."""
    first, member = cells.first, cells.member
    number = cells.per_side * cells.per_side
    for k in range(number + 1):
        first[k] = 0
    for i in range(count):
        first[_cell_of(cells, place, i)] += 1
    end = 0
    for k in range(number + 1):  # counts become the cells' ends
        end += first[k]
        first[k] = end
    for i in range(count - 1, -1, -1):  # ends go down to beginnings
        k = _cell_of(cells, place, i)
        first[k] -= 1
        member[first[k]] = i


@njit(cache=True, inline="always")
def members(cells, row, left, right):
    """Range in `member` of the bodies of the cells `left` to `right` of a row."""
    return cells.first[row * cells.per_side + left], cells.first[row * cells.per_side + right + 1]


@njit(cache=True)
def any_within(cells, place, x, y, slack, reach, skip):
    """True if a body other than `skip` is nearer to (x, y) than `reach`.

    `place` holds the present positions; since the cells were filled bodies may have moved by up to
    `slack`.
    """
    around = reach + slack
    left, right = cell_along(cells, x - around), cell_along(cells, x + around)
    for row in range(cell_along(cells, y - around), cell_along(cells, y + around) + 1):
        start, stop = members(cells, row, left, right)
        for s in range(start, stop):
            i = cells.member[s]
            dx, dy = place[i, 0] - x, place[i, 1] - y
            if i != skip and dx * dx + dy * dy < reach * reach:
                return True
    return False


@njit(cache=True, inline="always")
def _insert(index, squared, found, wanted, i, d):
    """Insert body i at squared distance d into the sorted list of the nearest.

    Equal distances ascend by index.
    """
    if found == wanted and (d > squared[found - 1] or (d == squared[found - 1] and i > index[found - 1])):
        return found
    k = found if found < wanted else found - 1
    while k > 0 and (squared[k - 1] > d or (squared[k - 1] == d and index[k - 1] > i)):
        squared[k] = squared[k - 1]
        index[k] = index[k - 1]
        k -= 1
    squared[k] = d
    index[k] = i
    return min(found + 1, wanted)


@njit(cache=True, inline="always")
def _known_around(cells, x, y, row, column, ring):
    """Radius around (x, y) that the square of `ring` cells around its cell covers."""
    per_side, length = cells.per_side, cells.side / cells.per_side
    known = np.inf
    if column - ring > 0:
        known = min(known, x - (column - ring) * length)
    if column + ring < per_side - 1:
        known = min(known, (column + ring + 1) * length - x)
    if row - ring > 0:
        known = min(known, y - (row - ring) * length)
    if row + ring < per_side - 1:
        known = min(known, (row + ring + 1) * length - y)
    return known


@njit(cache=True)
def nearest_bodies(cells, place, x, y, wanted, index, squared):
    """Find the `wanted` bodies nearest to (x, y), nearest first; of equal ones the lower index.

    Rings of cells are searched from the inside until no nearer body can lie further out. The cells
    must be those of `place`, and all bodies must lie inside the area.

    Args:
        index, squared: (wanted or more,) out, the bodies and their squared distances.

    Returns:
        Their number, at most `wanted`.
    """
    per_side = cells.per_side
    row, column = cell_along(cells, y), cell_along(cells, x)
    found = 0
    for ring in range(per_side):
        for r in range(max(row - ring, 0), min(row + ring, per_side - 1) + 1):
            # The upper and lower edges of a ring are whole rows; between them it has two cells.
            stride = 1 if r == row - ring or r == row + ring else 2 * ring
            for q in range(column - ring, column + ring + 1, stride):
                if 0 <= q < per_side:
                    start, stop = members(cells, r, q, q)
                    for s in range(start, stop):
                        i = cells.member[s]
                        dx, dy = place[i, 0] - x, place[i, 1] - y
                        found = _insert(index, squared, found, wanted, i, dx * dx + dy * dy)
        known = _known_around(cells, x, y, row, column, ring)
        if known == np.inf or (found == wanted and squared[found - 1] < known * known):
            return found
    return found
