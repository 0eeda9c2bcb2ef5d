"""Square windows cut out of padded grids, for observations."""

from ..kernels import njit
from .simd_copy import copy_row


@njit(cache=True)
def cut_window(grid, start, width_of_grid, window, to, width):
    """Copy a square window out of a grid. Both are flat uint8.

    Args:
        start: flat index of the window's upper left cell in `grid`.
        width_of_grid: cells in a row of the grid.
        to: flat index in `window` of the first cell to write.
        width: cells on a side of the window.
    """
    for _ in range(width):
        copy_row(window, to, grid, start, width)
        start += width_of_grid
        to += width
