"""Map generators: kernels that draw from one env's stream into a grid, 1 wall and 0 free.

Every generator works for every size, closes nothing at the border (`reset` rings the map with
walls), and all but `random_map` leave the free cells connected.
"""

import numpy as np

from ...core.random_streams import below, uniform
from ...grid.moves import MOVES
from ...kernels import njit

FIXED, RANDOM, MAZES, ROOMS, WAREHOUSE = 0, 1, 2, 3, 4
GENERATORS = {"random": RANDOM, "mazes": MAZES, "rooms": ROOMS, "warehouse": WAREHOUSE}

LOOPS = 0.2
"""Share of a perfect maze's inner walls that are knocked out."""
ROOM_MIN, ROOM_MAX = 3, 7
"""Shortest and longest side of a room, where the map is large enough for several."""
SHELF_DEPTH, SHELF_LENGTH, AISLE = 2, 8, 2
"""Cells across a shelf, cells along one (nearly), and cells across an aisle (at least)."""

_TRAIL = 2  # a cell that the walk has visited holds this plus the move that led there


@njit(cache=True)
def generate(stream, kind, density, grid):
    """Draw a map of `kind` (not FIXED) into `grid` (rows, columns) uint8: 1 wall, 0 free.

    `density` is of RANDOM alone.
    """
    if kind == MAZES:
        mazes(stream, grid)
    elif kind == ROOMS:
        rooms(stream, grid)
    elif kind == WAREHOUSE:
        warehouse(grid)
    else:
        random_map(stream, density, grid)


@njit(cache=True)
def random_map(stream, density, grid):
    """Draw each cell as a wall with probability `density`, independently (POGEMA's generator)."""
    for r in range(grid.shape[0]):
        for c in range(grid.shape[1]):
            grid[r, c] = uniform(stream) < density


@njit(cache=True)
def mazes(stream, grid):
    """Draw corridors one cell wide with loops.

    They are a perfect maze, of whose inner walls a share LOOPS (at least one) is knocked out. Nodes
    are the cells with even coordinates. A maze needs odd sides; along an even side one corridor
    line, drawn at random, is doubled.
    """
    height, width = grid.shape
    grid[:, :] = 1
    odd = grid[: height - (height % 2 == 0), : width - (width % 2 == 0)]
    _carve(stream, odd)
    _open_loops(stream, odd)
    if height % 2 == 0:
        _double_row(grid, 2 * below(stream, height // 2))
    if width % 2 == 0:
        _double_row(grid.T, 2 * below(stream, width // 2))


@njit(cache=True)
def _carve(stream, grid):
    """Draw a perfect maze by randomized depth-first search.

    The path back is kept in the grid itself, so there is no stack.
    """
    height, width = grid.shape
    r, c = 2 * below(stream, (height + 1) // 2), 2 * below(stream, (width + 1) // 2)
    grid[r, c] = _TRAIL
    while True:
        unvisited, go = 0, 0
        for m in range(1, 5):
            nr, nc = r + 2 * MOVES[m, 0], c + 2 * MOVES[m, 1]
            if 0 <= nr < height and 0 <= nc < width and grid[nr, nc] == 1:
                unvisited += 1
                if below(stream, unvisited) == 0:
                    go = m
        if go > 0:
            grid[r + MOVES[go, 0], c + MOVES[go, 1]] = 0
            r, c = r + 2 * MOVES[go, 0], c + 2 * MOVES[go, 1]
            grid[r, c] = _TRAIL + go
            continue
        came = np.int64(grid[r, c]) - _TRAIL
        grid[r, c] = 0
        if came == 0:
            return
        r, c = r - 2 * MOVES[came, 0], c - 2 * MOVES[came, 1]


@njit(cache=True)
def _open_loops(stream, grid):
    """Remove exactly ceil(LOOPS * walls) of the walls between neighbouring nodes.

    Each set of them is equally likely.
    """
    height, width = grid.shape
    closed = 0
    for r in range(height):
        for c in range(1 - r % 2, width, 2):
            closed += grid[r, c]
    wanted = np.int64(np.ceil(LOOPS * closed))
    for r in range(height):
        for c in range(1 - r % 2, width, 2):
            if grid[r, c] == 1:
                if below(stream, closed) < wanted:
                    grid[r, c] = 0
                    wanted -= 1
                closed -= 1


@njit(cache=True)
def _double_row(grid, row):
    """Repeat a row below itself, pushing the last one out."""
    for r in range(grid.shape[0] - 1, row, -1):
        for c in range(grid.shape[1]):  # an assignment of the row compiles for three seconds
            grid[r, c] = grid[r - 1, c]


@njit(cache=True)
def rooms(stream, grid):
    """Draw strips of rectangular rooms.

    Every room has a door to the next in its strip and one to the strip above. Sides and doors are
    drawn at random; doors are one cell wide.
    """
    height, width = grid.shape
    grid[:, :] = 0
    top = 0
    while top < height:
        bottom = top + _room_side(stream, height - top)
        left = 0
        while left < width:
            right = left + _room_side(stream, width - left)
            _build_room(stream, grid, top, bottom, left, right)
            left = right + 1
        top = bottom + 1


@njit(cache=True)
def _room_side(stream, remaining):
    """Side of the next room: all that remains, or a draw that leaves enough for another room."""
    if remaining <= ROOM_MAX:
        return remaining
    longest = min(ROOM_MAX, remaining - 1 - ROOM_MIN)
    return ROOM_MIN + below(stream, longest - ROOM_MIN + 1)


@njit(cache=True)
def _build_room(stream, grid, top, bottom, left, right):
    """Build the right and the upper wall, each with a door, of a room.

    It has the rows top..bottom-1 and the columns left..right-1.
    """
    width = grid.shape[1]
    if right < width:
        for r in range(top, bottom):
            grid[r, right] = 1
        grid[top + below(stream, bottom - top), right] = 0
    if top > 0:
        for c in range(left, min(right + 1, width)):
            grid[top - 1, c] = 1
        door = left + below(stream, right - left)
        # Walls across a strip lie at least ROOM_MIN apart, so the cell beside one is free.
        if grid[top - 2, door] == 1:
            door += 1 if door + 1 < right else -1
        grid[top - 1, door] = 0


@njit(cache=True)
def warehouse(grid):
    """Draw shelves in rows along the longer side, with aisles and a wide corridor at either end.

    The map depends on the size alone.
    """
    if grid.shape[0] > grid.shape[1]:
        _stack_shelves(grid.T)
    else:
        _stack_shelves(grid)


@njit(cache=True)
def _stack_shelves(grid):
    height, width = grid.shape
    grid[:, :] = 0
    corridor = corridor_width(width)
    inner = width - 2 * corridor
    blocks = max(1, (inner + 1) // (SHELF_LENGTH + 1))
    bands = max(1, (height - AISLE) // (SHELF_DEPTH + AISLE))
    for band in range(bands):
        top = AISLE + band * (height - AISLE) // bands
        for r in range(top, min(top + SHELF_DEPTH, height)):
            for c in range(corridor, corridor + inner):
                grid[r, c] = 1
            for block in range(1, blocks):
                grid[r, corridor + block * (inner + 1) // blocks - 1] = 0


@njit(cache=True)
def corridor_width(length):
    """Cells across the corridors at the ends of a warehouse; its longer side has `length` cells."""
    return max(AISLE, length // 8)
