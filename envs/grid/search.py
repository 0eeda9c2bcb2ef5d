"""Breadth-first search on grids: connected components, and distances in steps up, down, left and right."""

from collections import deque
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ..kernels import njit
from .moves import MOVES

UNREACHABLE = np.int32(2**31 - 1)


@njit(cache=True)
def label_components(obstacle, component, queue):
    """Label the 4-connected free cells of `obstacle` (h, w) uint8 in `component` (h, w) int32; walls get -1.

    The cells outside must be walls or labelled by nobody: the outermost ring is treated as closed.
    `queue` is scratch of at least h * w int32. Returns the number of components.
    """
    height, width = obstacle.shape
    for r in range(height):
        for c in range(width):
            component[r, c] = -1
    count = 0
    for r in range(1, height - 1):
        for c in range(1, width - 1):
            if obstacle[r, c] == 0 and component[r, c] < 0:
                _flood(obstacle, component, queue, r, c, count)
                count += 1
    return count


@njit(cache=True)
def _flood(obstacle, component, queue, row, column, label):
    height, width = obstacle.shape
    component[row, column] = label
    queue[0] = row * width + column
    head, tail = 0, 1
    while head < tail:
        r, c = queue[head] // width, queue[head] % width
        head += 1
        for m in range(1, 5):
            nr, nc = r + MOVES[m, 0], c + MOVES[m, 1]
            inside = 0 < nr < height - 1 and 0 < nc < width - 1
            if inside and obstacle[nr, nc] == 0 and component[nr, nc] < 0:
                component[nr, nc] = label
                queue[tail] = nr * width + nc
                tail += 1


@njit(cache=True)
def distances_to(obstacle, row, column, distance, queue):
    """Steps from every cell to (row, column) on a padded grid whose map is ringed by walls.

    `obstacle` (h, w) uint8, `distance` (h, w) int32 out: UNREACHABLE on walls and in other components. `queue` as in
    `label_components`.
    """
    height, width = obstacle.shape
    for r in range(height):
        for c in range(width):
            distance[r, c] = UNREACHABLE
    distance[row, column] = 0
    queue[0] = row * width + column
    head, tail = 0, 1
    while head < tail:
        r, c = queue[head] // width, queue[head] % width
        head += 1
        near = distance[r, c] + 1
        for m in range(1, 5):
            nr, nc = r + MOVES[m, 0], c + MOVES[m, 1]
            if obstacle[nr, nc] == 0 and distance[nr, nc] == UNREACHABLE:
                distance[nr, nc] = near
                queue[tail] = nr * width + nc
                tail += 1


def steps_to(closed: NDArray[np.bool_], cells: Iterable[tuple[int, int]]) -> NDArray[np.int64]:
    """Steps up, down, left and right from each cell that is not `closed` (rows, columns) to the nearest of `cells`; -1 where there is no way."""
    steps = np.full(closed.shape, -1, np.int64)
    queue: deque[tuple[int, int]] = deque()
    for row, column in cells:
        if not closed[row, column]:
            steps[row, column] = 0
            queue.append((row, column))
    while queue:
        row, column = queue.popleft()
        for r, q in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            inside = 0 <= r < closed.shape[0] and 0 <= q < closed.shape[1]
            if inside and not closed[r, q] and steps[r, q] < 0:
                steps[r, q] = steps[row, column] + 1
                queue.append((r, q))
    return steps
