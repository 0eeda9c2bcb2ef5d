"""Layouts of foraging: mazes with food in one corner and the nest in the one across."""

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...grid.search import distances_to_nearest
from ...kernels.arrays import Float32, Int32, UInt8
from ..swarmbench.symbols import EMPTY, FOOD, NEST, WALL

LAYOUTS = 8


class Layouts(NamedTuple):
    """The eight layouts on one size of map; the pairs are food and nest."""

    ground: Annotated[UInt8, "8 rows columns"]
    """Map in symbols, without agents."""
    steps: Annotated[Int32, "8 2 rows columns"]
    """Steps to the nearest cell beside food, and beside the nest; -1 where no path leads."""
    nearness: Annotated[Float32, "8 2 rows columns"]
    """1 beside food or nest, falling to 0 where the path is longest."""


def draw_ground(layout: int, height: int, width: int) -> NDArray[np.uint8]:
    """Map of a layout in symbols, `(height, width)`, without agents.

    Food stands in a corner, at the bottom with 2 in `layout` and at the right with 1, the nest in
    the corner across. Every fourth line is a wall: rows, or columns with 4. The openings are at the
    far end and the near end in turn; with an odd number of walls food and nest both stand at the
    near end.
    """
    upright = bool(layout & 4)
    height, width = (width, height) if upright else (height, width)
    ground = np.full((height, width), WALL, np.uint8)
    ground[1:-1, 1:-1] = EMPTY
    walls = range(4, height - 4, 4)
    for number, row in enumerate(walls):
        if number % 2 == 0:
            ground[row, : width - (width + 2) // 3 + 1] = WALL
        else:
            ground[row, width // 3 :] = WALL
    low, far = (bool(layout & 1), bool(layout & 2)) if upright else (bool(layout & 2), bool(layout & 1))
    food = height - 3 if low else 1, width - 3 if far else 1
    nest = 1 if low else height - 3, 1 if far else width - 3
    if len(walls) % 2 == 1:
        food, nest = (food[0], 1), (nest[0], 1)
    for (row, column), symbol in ((food, FOOD), (nest, NEST)):
        ground[row : row + 2, column : column + 2] = symbol
    return ground.T if upright else ground


def build_layouts(height: int, width: int) -> Layouts:
    """Build the layouts on a map of `height` x `width`."""
    ground = np.array([draw_ground(layout, height, width) for layout in range(LAYOUTS)])
    steps = np.array([[_steps_beside(grid, symbol) for symbol in (FOOD, NEST)] for grid in ground], np.int32)
    longest = np.maximum(steps.max(axis=(2, 3), keepdims=True), 1)
    nearness = np.where(steps >= 0, 1 - steps / longest, 0).astype(np.float32)
    return Layouts(ground, steps, nearness)


def _steps_beside(ground: NDArray[np.uint8], symbol: int) -> NDArray[np.int64]:
    places = np.argwhere(ground == symbol)
    beside = {(int(r) + i, int(q) + j) for r, q in places for i, j in ((-1, 0), (1, 0), (0, -1), (0, 1))}
    return distances_to_nearest(ground != EMPTY, sorted(beside))
