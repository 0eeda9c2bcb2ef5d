"""Maps of the pathfinding family: generators that draw from a copy's stream, and drawings."""

from numba import njit

from ..streams import uniform

FIXED, RANDOM = 0, 1


@njit(cache=True)
def generate(stream, kind, density, grid):
    """Draw a map of `kind` into `grid` (h, w) uint8: 1 wall, 0 free."""
    random_map(stream, density, grid)


@njit(cache=True)
def random_map(stream, density, grid):
    """Each cell is a wall with probability `density`, independently (POGEMA's generator)."""
    for r in range(grid.shape[0]):
        for c in range(grid.shape[1]):
            grid[r, c] = uniform(stream) < density
