"""Maps: the building of pursuit_v5, or one drawn in characters.

Arrays are (rows, columns), 1 building, 0 open.
"""

import numpy as np
from numpy.typing import NDArray

from ...errors import BadParameter
from ...grid.drawing import read_rows
from ...grid.search import label_components
from .config import DEFAULT_SIDE, MAX_SIDE, EvadersConfig


def build_map(config: EvadersConfig) -> NDArray[np.uint8]:
    """The map that the config asks for.

    Raises:
        BadParameter: the drawing cannot be read or has other sides than asked for, its open cells
            are not connected, or the constraint window is smaller than a cell.
    """
    if config.obstacles:
        walls = read_drawing(config.obstacles)
        for name, real in zip(("y_size", "x_size"), walls.shape):
            asked = getattr(config, name)
            if asked is not None and asked != real:
                raise BadParameter(f"{name} is {asked} but obstacles have {real}; leave it out with a drawn map")
    else:
        walls = middle_building(config.y_size or DEFAULT_SIDE, config.x_size or DEFAULT_SIDE)
    _check_open_cells(walls)
    for name, side in zip(("y_size", "x_size"), walls.shape):
        if side * config.constraint_window < 1:
            raise BadParameter(
                f"constraint_window is {config.constraint_window}; with {name} {side}, allowed is {1 / side:.4g} to 1, so that it holds a cell"
            )
    return walls


def middle_building(rows: int, columns: int) -> NDArray[np.uint8]:
    """Draw pursuit_v5's building: further than 0.3 of columns and 0.2 of rows from the edges."""
    x, y = np.arange(columns) / columns, np.arange(rows) / rows
    across, down = (x > 0.3) & (x < 1 - 0.3), (y > 0.2) & (y < 1 - 0.2)
    return np.outer(down, across).astype(np.uint8)


def read_drawing(text: str) -> NDArray[np.uint8]:
    """Read a map of `.` and `#`. Blank lines and blanks around a line do not count.

    Raises:
        BadParameter: it is blank, too large, not a rectangle, or has other characters.
    """
    lines = [line for _, line in read_rows(text, "obstacles", lambda mark: mark in ".#", ". and #")]
    if not lines:
        raise BadParameter("obstacles are blank; give rows of '.' and '#', or leave them out")
    if max(len(lines), len(lines[0])) > MAX_SIDE:
        raise BadParameter(f"obstacles have {len(lines)} rows of {len(lines[0])} cells; allowed is up to {MAX_SIDE}")
    return np.array([[mark == "#" for mark in line] for line in lines]).astype(np.uint8)


def _check_open_cells(walls: NDArray[np.uint8]) -> None:
    """Raise BadParameter for a map in which evaders could not be reached.

    They would be in a place of their own, or in a cell without neighbours.
    """
    rows, columns = walls.shape
    ringed = np.pad(walls, 1, constant_values=1)
    parts = label_components(ringed, np.zeros(ringed.shape, np.int32), np.zeros(ringed.size, np.int32))
    if parts > 1:
        raise BadParameter(
            f"obstacles part the open cells into {parts} places; all open cells must be within reach of each other"
        )
    if (walls == 0).sum() < 2:
        raise BadParameter(
            f"a map of {rows} x {columns} with {(walls == 0).sum()} open cells is too small; allowed is 2 or more"
        )
