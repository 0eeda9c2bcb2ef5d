"""Maps: the building of pursuit_v5, or one drawn in characters. Arrays are (rows, columns), 1 building, 0 open."""

import numpy as np
from numpy.typing import NDArray

from ...errors import BadParameter
from ...grid.search import label_components
from .config import DEFAULT_SIDE, MAX_SIDE, EvadersParameters


def build_map(parameters: EvadersParameters) -> NDArray[np.uint8]:
    """The map that the parameters ask for.

    Raises:
        BadParameter: the drawing cannot be read or has other sides than asked for, its open cells do not hang together, or
            the constraint window is smaller than a cell.
    """
    if parameters.obstacles:
        walls = read_drawing(parameters.obstacles)
        for name, real in zip(("y_size", "x_size"), walls.shape):
            asked = getattr(parameters, name)
            if asked is not None and asked != real:
                raise BadParameter(f"{name} is {asked} but obstacles have {real}; leave it out with a drawn map")
    else:
        walls = middle_building(parameters.y_size or DEFAULT_SIDE, parameters.x_size or DEFAULT_SIDE)
    _check_open_cells(walls)
    for name, side in zip(("y_size", "x_size"), walls.shape):
        if side * parameters.constraint_window < 1:
            raise BadParameter(
                f"constraint_window is {parameters.constraint_window}; with {name} {side}, allowed is {1 / side:.4g} to 1, so that it holds a cell"
            )
    return walls


def middle_building(rows: int, columns: int) -> NDArray[np.uint8]:
    """pursuit_v5's building: what lies further than 0.3 of the columns and 0.2 of the rows from the edges."""
    x, y = np.arange(columns) / columns, np.arange(rows) / rows
    across, down = (x > 0.3) & (x < 1 - 0.3), (y > 0.2) & (y < 1 - 0.2)
    return np.outer(down, across).astype(np.uint8)


def read_drawing(text: str) -> NDArray[np.uint8]:
    """A map of `.` and `#`. Blank lines and blanks around a line do not count. Raises BadParameter."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise BadParameter("obstacles are blank; give rows of '.' and '#', or leave them out")
    for number, line in enumerate(lines, 1):
        if len(line) != len(lines[0]):
            raise BadParameter(
                f"row {number} of obstacles has {len(line)} cells, the first {len(lines[0])}; all must be equally long"
            )
        strange = line.strip(".#")
        if set(line) - set(".#"):
            raise BadParameter(f"row {number} of obstacles has the character '{strange[0]}'; allowed are . and #")
    if max(len(lines), len(lines[0])) > MAX_SIDE:
        raise BadParameter(f"obstacles have {len(lines)} rows of {len(lines[0])} cells; allowed is up to {MAX_SIDE}")
    return np.array([[mark == "#" for mark in line] for line in lines]).astype(np.uint8)


def _check_open_cells(walls: NDArray[np.uint8]) -> None:
    """Evaders in a place of their own, or in a cell without neighbours, could not be caught."""
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
