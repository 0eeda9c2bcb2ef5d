"""Ways on a map that does not change: steps from every cell to the nearest of some."""

from collections import deque
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


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
