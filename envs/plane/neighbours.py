"""Neighbours in the plane: sums over the points around each point of a square or torus.

Points, each with a vector, are sorted into a quarter as many cells. A row of cells is a run of the
sorted points, and running sums of their vectors give the sum over any run at once. So of a disc
around a point only the cells at its rim are read point by point, and a row of cells costs the same
however many points it holds. With a fixed number of neighbours the cost of a point is constant; on
a fixed square, where the number of neighbours grows with the number of points n, it grows like the
number of rows, the square root of n.

`pursuit/tracking/cell_list.py` has cells of its own, for other searches: bodies within a short
reach, and the nearest few.
"""

from typing import Annotated, NamedTuple

import numpy as np

from ..kernels import njit
from ..kernels.arrays import Float64, Int32, allocate

# Share of the radius: points this close to the rim are compared one by one, so that rounding
# decides nothing.
_SLACK = 1e-9


class Square(NamedTuple):
    """Square that holds the points: x and y from `low` to below `low + side`."""

    low: float
    side: float
    across: int
    """Cells on a side."""
    periodic: bool
    """True for a torus: points that leave on one side enter on the other."""


class Cells(NamedTuple):
    """Points sorted into cells, a row for each env: work space that `sort_points` writes."""

    start: Annotated[Int32, "envs bounds"]
    """Index in `order` of each cell's first point, and the end; rows of cells from the lowest y."""
    cell: Annotated[Int32, "envs points"]
    """Cell of each point."""
    order: Annotated[Int32, "envs points"]
    """Points by cell."""
    point: Annotated[Float64, "envs points 4"]
    """x, y and vectors of the points in that order."""
    running: Annotated[Float64, "envs sums 2"]
    """Sum of the vectors of all points before each in that order, and of all."""


def choose_square(low: float, side: float, n: int, periodic: bool) -> Square:
    """A square with about one cell for every four of n points, which is fastest."""
    return Square(low, side, max(1, int(np.sqrt(n / 4))), periodic)


def allocate_cells(num_envs: int, n: int, square: Square) -> Cells:
    """Work space for n points."""
    return allocate(Cells, envs=num_envs, points=n, sums=n + 1, bounds=square.across**2 + 1)


@njit(cache=True, inline="always")
def _cell_along(x, square):
    """Row or column of a coordinate; the last if rounding put it on the upper edge."""
    q = np.int64(np.floor((x - square.low) / square.side * square.across))
    return min(max(q, 0), square.across - 1)


@njit(cache=True)
def sort_points(cells, square, position, vector, env):
    """Write the env's cells for points at `position` (n, 2), each with a `vector` (n, 2)."""
    start, cell, order = cells.start[env], cells.cell[env], cells.order[env]
    point, running = cells.point[env], cells.running[env]
    n = position.shape[0]
    start[:] = 0
    for i in range(n):
        cell[i] = _cell_along(position[i, 1], square) * square.across + _cell_along(position[i, 0], square)
        start[cell[i] + 1] += 1
    for q in range(1, start.shape[0]):
        start[q] += start[q - 1]
    for i in range(n):  # each cell's start moves on to the next one's while it is filled
        order[start[cell[i]]] = i
        start[cell[i]] += 1
    for q in range(start.shape[0] - 1, 0, -1):
        start[q] = start[q - 1]
    start[0] = 0
    for s in range(n):
        i = order[s]
        for axis in range(2):
            point[s, axis] = position[i, axis]
            point[s, 2 + axis] = vector[i, axis]
            running[s + 1, axis] = running[s, axis] + vector[i, axis]


@njit(cache=True)
def sum_within(cells, square, radius, total, count, env):
    """Sum the vectors of the points at most `radius` away from each point, itself included.

    Args:
        radius: on a torus below half its side, so that no point is near twice.
        total: (n, 2) the sums, written.
        count: (n,) the number of points that they are over, written.
    """
    start, order, point, running = cells.start[env], cells.order[env], cells.point[env], cells.running[env]
    across, side = square.across, square.side
    size, per_size = side / across, across / side
    reach2, inner2, outer2 = radius**2, (radius * (1.0 - _SLACK)) ** 2, (radius * (1.0 + _SLACK)) ** 2
    for s in range(order.shape[0]):
        x, y = point[s, 0] - square.low, point[s, 1] - square.low
        total_x, total_y, near = 0.0, 0.0, 0
        first, last = np.int64(np.floor((y - radius) * per_size)), np.int64(np.floor((y + radius) * per_size))
        if not square.periodic:
            first, last = max(first, 0), min(last, across - 1)
        for row in range(first, last + 1):
            lower = row * size - y
            nearest, farthest = max(max(lower, -lower - size), 0.0), max(-lower, lower + size)
            if nearest * nearest > outer2:
                continue
            turns, begin, end, whole_begin, whole_end = _columns(
                square, row, x * per_size, per_size**2 * (outer2 - nearest**2), per_size**2 * (inner2 - farthest**2)
            )
            base = (row - turns * across) * across
            dy = turns * side - point[s, 1]
            while begin < end:  # pieces that are whole or not, and do not cross a torus's edge
                shift = 0 if begin >= 0 else -1
                if begin >= across:
                    shift = 1
                whole = whole_begin <= begin < whole_end
                stop = whole_end if whole else (whole_begin if begin < whole_begin else end)
                stop = min(stop, (shift + 1) * across)
                a, b = start[base + begin - shift * across], start[base + stop - shift * across]
                begin = stop
                if whole:
                    near += b - a
                    total_x += running[b, 0] - running[a, 0]
                    total_y += running[b, 1] - running[a, 1]
                    continue
                dx = shift * side - point[s, 0]
                for t in range(a, b):
                    # A product in place of an `if`, which a processor would predict wrong half of
                    # the time: twice as fast.
                    inside = (point[t, 0] + dx) ** 2 + (point[t, 1] + dy) ** 2 <= reach2
                    near += inside
                    total_x += inside * point[t, 2]
                    total_y += inside * point[t, 3]
        i = order[s]
        total[i, 0], total[i, 1], count[i] = total_x, total_y, near


@njit(cache=True, inline="always")
def _columns(square, row, x, outer2, inner2):
    """Columns of a row of cells that lie in a disc around `x`, in units of cells.

    Args:
        outer2, inner2: squares of half the disc's width at the row's edge nearest to its middle and
            at the one farthest from it.

    Returns:
        turns, begin, end, whole_begin, whole_end: `turns` counts how often the row goes around a
        torus; columns from `begin` to before `end` may lie in the disc in part, those from
        `whole_begin` to before `whole_end` lie in it as a whole.
    """
    across = square.across
    half = np.sqrt(outer2)
    begin, end = np.int64(np.floor(x - half)), np.int64(np.floor(x + half)) + 1
    turns = 0
    if not square.periodic:
        begin, end = max(begin, 0), min(end, across)
    elif row < 0:
        turns = -1
    elif row >= across:
        turns = 1
    if inner2 <= 0.0:
        return turns, begin, end, end, end
    half = np.sqrt(inner2)
    whole_begin = min(max(np.int64(np.ceil(x - half)), begin), end)
    whole_end = max(min(np.int64(np.floor(x + half)), end), whole_begin)
    return turns, begin, end, whole_begin, whole_end
