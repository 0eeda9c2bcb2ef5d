"""Breadth-first search on grids: connected components, and distances in steps to four neighbours.

The kernels take grids whose outermost ring is walls, so that no index leaves the grid.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ..kernels import njit
from .moves import MOVES

UNREACHABLE = np.int32(2**31 - 1)


@njit(cache=True)
def _spread(obstacle, value, unset, step, queue, tail):
    """Write the value of each cell that can be reached: that of the cell before it, plus `step`.

    Args:
        obstacle: (rows, columns) uint8.
        value: (rows, columns) int32, written where it is `unset`.
        queue: scratch of rows * columns int32, with the flat indices of the first cells.
        tail: their number.
    """
    width = obstacle.shape[1]
    head = 0
    while head < tail:
        r, c = queue[head] // width, queue[head] % width
        head += 1
        near = value[r, c] + step
        for m in range(1, 5):
            nr, nc = r + MOVES[m, 0], c + MOVES[m, 1]
            if obstacle[nr, nc] == 0 and value[nr, nc] == unset:
                value[nr, nc] = near
                queue[tail] = nr * width + nc
                tail += 1


@njit(cache=True)
def label_components(obstacle, component, queue):
    """Label the connected free cells.

    Args:
        obstacle: (rows, columns) uint8.
        component: (rows, columns) int32, written: the label, or -1 on walls.
        queue: scratch of rows * columns int32.

    Returns:
        The number of components.
    """
    height, width = obstacle.shape
    for r in range(height):
        for c in range(width):
            component[r, c] = -1
    count = 0
    for r in range(1, height - 1):
        for c in range(1, width - 1):
            if obstacle[r, c] == 0 and component[r, c] < 0:
                component[r, c] = count
                queue[0] = r * width + c
                _spread(obstacle, component, -1, 0, queue, 1)
                count += 1
    return count


@njit(cache=True)
def distances_to(obstacle, row, column, distance, queue):
    """Measure the steps from every cell to (row, column).

    Args:
        obstacle: (rows, columns) uint8.
        distance: (rows, columns) int32, written: UNREACHABLE on walls and in other components.
        queue: scratch of rows * columns int32.
    """
    height, width = obstacle.shape
    for r in range(height):
        for c in range(width):
            distance[r, c] = UNREACHABLE
    distance[row, column] = 0
    queue[0] = row * width + column
    _spread(obstacle, distance, UNREACHABLE, 1, queue, 1)


@njit(cache=True)
def downhill(distance, row, column):
    """The first of MOVES that leads from a cell to a lower `distance`; 0, to stay, if none does."""
    for m in range(1, 5):
        if distance[row + MOVES[m, 0], column + MOVES[m, 1]] < distance[row, column]:
            return m
    return 0


def distances_to_nearest(closed: NDArray[np.bool_], cells: Iterable[tuple[int, int]]) -> NDArray[np.int64]:
    """Measure the steps from each cell to the nearest of `cells`; -1 where there is no path.

    Args:
        closed: (rows, columns), cells that cannot be entered, those of `cells` among them.
    """
    obstacle = np.pad(closed, 1, constant_values=True).astype(np.uint8)
    goals = {(row + 1) * obstacle.shape[1] + column + 1 for row, column in cells if not closed[row, column]}
    first = np.array(sorted(goals), np.int32)
    distance, queue = np.full(obstacle.shape, -1, np.int32), np.zeros(obstacle.size, np.int32)
    distance.reshape(-1)[first] = 0
    queue[: len(first)] = first
    _spread(obstacle, distance, -1, 1, queue, len(first))
    return distance[1:-1, 1:-1].astype(np.int64)
