"""A picture of a gridworld: a canvas divided into cells, with a caption line below.

Cells are (row, column).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .canvas import Box, Point
from .figure import Scene
from .palette import FLOOR, GRID, TEXT, WALL, Colour, ink_on, mix

Cell = Sequence[int] | NDArray[np.integer]
_LARGEST_CELL = 64
_SMALLEST_GRID = 12  # pixels of a cell, below which grid lines would only blur the picture


def cell_size(rows: int, columns: int) -> int:
    """Pixels on a side of a cell, for pictures of 600 (small maps) to 900 pixels (large maps)."""
    side = max(rows, columns)
    return max(1, min(_LARGEST_CELL, min(900, 480 + 12 * side) // side))


class Board(Scene):
    """Draws floor, walls, and things in cells.

    Args:
        walls: `(rows, columns)`, not 0 where there is a wall.
        longest_label: characters of the longest label; all labels get the size at which it fits.
        cell: pixels on a side of a cell; chosen by the size of the map if left out.
    """

    def __init__(self, walls: NDArray[np.generic], longest_label: int = 1, cell: int | None = None):
        self.rows, self.columns = walls.shape
        self.cell = cell or cell_size(self.rows, self.columns)
        super().__init__(self.columns * self.cell, self.rows * self.cell, longest_label)
        self._lay_floor(walls)

    def centre(self, cell: Cell) -> Point:
        """The middle of a cell, in pixels."""
        return self.frame.x + (float(cell[1]) + 0.5) * self.cell, self.frame.y + (float(cell[0]) + 0.5) * self.cell

    def box(self, cell: Cell, inset: float = 0) -> Box:
        """The square of a cell, less `inset` (a share of the cell) on every side."""
        left, top = self.frame.x + float(cell[1]) * self.cell, self.frame.y + float(cell[0]) * self.cell
        return Box(left, top, self.cell, self.cell).shrunk(inset * self.cell)

    def region(self, first: Cell, last: Cell) -> Box:
        """Rectangle of the cells from `first` to `last`, inclusive, clipped at the map's edges."""
        top, left = max(int(first[0]), 0), max(int(first[1]), 0)
        bottom, right = min(int(last[0]), self.rows - 1), min(int(last[1]), self.columns - 1)
        corner = self.box((top, left))
        return Box(corner.x, corner.y, (right - left + 1) * self.cell, (bottom - top + 1) * self.cell)

    def disc(self, cell: Cell, colour: Colour, label: str = "", *, radius: float = 0.42) -> None:
        """An agent: a disc with a darker rim and a label; `radius` is a share of the cell."""
        size = max(radius * self.cell, 2)
        inner = size - max(0.05 * self.cell, 0.8)
        self.canvas.disc(self.centre(cell), size, mix(colour, TEXT, 0.35))
        self.canvas.disc(self.centre(cell), inner, colour)
        self.label(self.centre(cell), label, ink_on(colour), room=2 * inner)

    def square(self, cell: Cell, colours: Sequence[Colour], labels: Sequence[str] = (), *, inset: float = 0.07) -> None:
        """A goal: an outlined square with a label.

        Where several share the cell, it is striped in their colours.

        The labels stand side by side if there is room, else the first alone. `inset` is a share of
        the cell.
        """
        box, corner = self.box(cell, inset), 0.16 * self.cell
        for k, colour in enumerate(colours):
            stripe = Box(box.x + box.width * k / len(colours), box.y, box.width / len(colours), box.height)
            with self.canvas.only_within(stripe):
                self.canvas.rectangle(box, mix(FLOOR, colour, 0.18), corner=corner)
                self.canvas.rectangle(box, colour, corner=corner, line=max(0.09 * self.cell, 1.2))
        ink, room = mix(colours[0], TEXT, 0.4), 0.74 * self.cell
        for label in (",".join(labels), *labels[:1]):
            if self.label(self.centre(cell), label, ink, room=room):
                break

    def halo(self, cell: Cell, colour: Colour, *, radius: float = 0.5, alpha: float = 1, line: float = 0.1) -> None:
        """A ring around what stands in a cell; `radius` and `line` are shares of the cell."""
        size = max(radius * self.cell, 4)
        self.canvas.disc(self.centre(cell), size, colour, alpha=alpha, line=max(line * self.cell, 1.5))

    def path(
        self, cells: Sequence[Cell] | NDArray[np.integer], colour: Colour, *, width: float = 0.2, alpha: float = 1
    ) -> None:
        """A line through the middles of cells; `width` is a share of the cell."""
        self.canvas.line([self.centre(cell) for cell in cells], colour, width=max(width * self.cell, 1.5), alpha=alpha)

    def _lay_floor(self, walls: NDArray[np.generic]) -> None:
        self.canvas.rectangle(self.frame.shrunk(-3), WALL)
        self.canvas.rectangle(self.frame, FLOOR)
        solid = np.asarray(walls, bool)
        if self.cell >= _SMALLEST_GRID:
            x, y, width, height = self.frame
            for column in range(1, self.columns):
                self.canvas.rectangle(Box(x + column * self.cell - 0.5, y, 1, height), GRID)
            for row in range(1, self.rows):
                self.canvas.rectangle(Box(x, y + row * self.cell - 0.5, width, 1), GRID)
        edges = np.diff(np.pad(solid, ((0, 0), (1, 1))).astype(np.int8), axis=1)
        for (row, first), (_, end) in zip(np.argwhere(edges == 1), np.argwhere(edges == -1)):  # runs of walls in a row
            self.canvas.rectangle(self.region((row, first), (row, end - 1)), WALL)
