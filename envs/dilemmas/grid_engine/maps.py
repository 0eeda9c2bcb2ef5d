"""Maps of grid dilemmas, drawn in characters: one line for each row, one letter for each cell."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.validation import nearest
from ...errors import BadParameter
from ...kernels import njit

FLOOR, WALL = 0, 1
"""Cell codes that all tasks share; a task's own begin at 2."""
MAX_SIDE = 100


class Layout(NamedTuple):
    """A map as the kernels read it."""

    cells: NDArray[np.uint8]
    """Code of each cell when an episode begins, `(rows, columns)`."""
    letters: NDArray[np.str_]
    """Letter of each cell, `(rows, columns)`."""

    def where(self, letters: str) -> NDArray[np.int16]:
        """Row and column of cells with one of the letters, `(k, 2)`, in reading order."""
        return np.ascontiguousarray(np.argwhere(np.isin(self.letters, list(letters))), np.int16)


def read_layout(drawing: str, legend: Mapping[str, int], what: str = "map") -> Layout:
    """Read a map.

    Args:
        drawing: lines of equal length; empty lines before and after do not count.
        legend: letter to the code of its cell.
        what: the parameter that an error names.

    Raises:
        BadParameter: the map is empty, too large, ragged, or has a letter that is not in the
            legend; the sentence names line and column, from 1.
    """
    lines = drawing.strip("\n").split("\n")
    width = len(lines[0])
    if not 1 <= width <= MAX_SIDE or len(lines) > MAX_SIDE:
        raise BadParameter(f"{what} has {len(lines)} lines of {width} letters; allowed are 1 to {MAX_SIDE} of each")
    for number, line in enumerate(lines, 1):
        if len(line) != width:
            raise BadParameter(
                f"{what} has {len(line)} letters in line {number} and {width} in line 1; all lines need the same length"
            )
        for column, letter in enumerate(line, 1):
            if letter not in legend:
                known = " ".join(repr(known) if known == " " else known for known in legend)
                raise BadParameter(
                    f"{what} has {letter!r} in line {number}, column {column}; allowed letters are {known}"
                )
    letters = np.array([list(line) for line in lines])
    cells = np.array([[legend[letter] for letter in line] for line in lines], np.uint8)
    return Layout(cells, letters)


@njit(cache=True)
def lay_map(cell, cells):
    """Write the codes `cells` to `cell`, both (rows, columns)."""
    for row in range(cell.shape[0]):
        for col in range(cell.shape[1]):
            cell[row, col] = cells[row, col]


def find_map(given: str, named: Mapping[str, str], what: str = "map") -> str:
    """Drawing that a parameter gives: by its name, or itself if it has more than one line.

    Raises:
        BadParameter: it has one line and is no name.
    """
    if given in named:
        return named[given]
    if "\n" not in given.strip("\n"):
        raise BadParameter(
            f"{what} is {given!r}; allowed is a drawing of several lines or the name of one.{nearest(given, list(named))}"
        )
    return given
