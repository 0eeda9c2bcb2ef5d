"""Layouts of transport: eight templates, the images of one under the symmetries of the rectangle.

In the one drawn here the box fills a gap in the upper wall at its left corner. It has to go left by
one cell, out through the corner, and then up by four. No other move is possible and none can be
undone, because behind the box there would be room for too few agents. The exit opens once the box
has left the map.
"""

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...grid.search import distances_to_nearest
from ...kernels.arrays import Float32, Int64
from ..swarmbench.symbols import DOWN, LEFT, RIGHT, UP

TEMPLATES = 8
BOX_DRAWING = ("BBBB.", "..BBB", "..BBB", "..BBB")
GAP = 4
PHASES = 5
"""Moves of the box until it has left the map: one along the wall, then four out."""


class Layouts(NamedTuple):
    """The eight templates on one size of map."""

    gap: Annotated[Int64, "8 4 2"]
    """Cells of the gap."""
    corner: Annotated[Int64, "8 2"]
    """Upper left corner of the box."""
    way: Annotated[Int64, "8 5"]
    """Direction in which the box has to move next, by its moves so far."""
    nearness: Annotated[Float32, "8 5 rows columns"]
    """1 where the box is pushed next, falling to 0 with the steps to get there."""


def mirror(template: int, grid: NDArray[np.generic]) -> NDArray[np.generic]:
    """Image of a grid of template 0: transposed by 4, upside down by 2, left for right by 1."""
    grid = grid.T if template & 4 else grid
    grid = grid[::-1] if template & 2 else grid
    return grid[:, ::-1] if template & 1 else grid


def box_shapes() -> NDArray[np.bool_]:
    """Cells of the boxes, `(8, 7, 7)`, in a ring of False."""
    drawn = np.array([[letter == "B" for letter in row] for row in BOX_DRAWING])
    shapes = np.zeros((TEMPLATES, 7, 7), np.bool_)
    for template in range(TEMPLATES):
        image = mirror(template, drawn)
        shapes[template, 1 : 1 + image.shape[0], 1 : 1 + image.shape[1]] = image
    return shapes


def _drawn(rows: int, columns: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """For template 0 on a map of this size: columns of the gap's cells, and `Layouts.nearness`."""
    nearness = np.zeros((PHASES, rows, columns), np.float32)
    for phase in range(PHASES):
        out, slid = max(phase - 1, 0), min(phase, 1)
        closed = np.ones((rows, columns), np.bool_)
        closed[1:-1, 1:-1] = False
        for i, line in enumerate(BOX_DRAWING):
            for j, letter in enumerate(line):
                if letter == "B" and i >= out and j >= slid:
                    closed[i - out, j - slid] = True
        behind = [(row, 5) for row in (1, 2, 3)] if phase == 0 else [(4 - out, column) for column in (1, 2, 3)]
        steps = distances_to_nearest(closed, behind)
        nearness[phase] = np.where(steps >= 0, 1 - steps / (rows + columns), 0)
    return np.arange(GAP), nearness


def build_layouts(height: int, width: int) -> Layouts:
    """Build the templates on a map of `height` x `width`."""
    cells = np.zeros((TEMPLATES, GAP, 2), np.int64)
    corner = np.zeros((TEMPLATES, 2), np.int64)
    way = np.zeros((TEMPLATES, PHASES), np.int64)
    nearness = np.zeros((TEMPLATES, PHASES, height, width), np.float32)
    shapes = box_shapes()
    for template in range(TEMPLATES):
        rows, columns = (width, height) if template & 4 else (height, width)
        gap, near = _drawn(rows, columns)
        drawn = np.zeros((rows, columns), np.bool_)
        drawn[0, gap] = True
        cells[template] = np.argwhere(mirror(template, drawn))
        nearness[template] = [mirror(template, grid) for grid in near]
        tall, wide = (int(x) for x in np.argwhere(shapes[template]).max(axis=0))
        corner[template] = (height - tall) * (template >> 1 & 1), (width - wide) * (template & 1)
        along, out = (UP, LEFT) if template & 4 else (LEFT, UP)
        turned = np.array([DOWN, UP]) if template & 2 else np.array([UP, DOWN])
        turned = np.append(turned, [RIGHT, LEFT] if template & 1 else [LEFT, RIGHT])
        way[template] = turned[[along] + [out] * (PHASES - 1)]
    return Layouts(cells, corner, way, nearness)
