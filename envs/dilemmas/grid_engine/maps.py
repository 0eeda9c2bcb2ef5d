"""Maps of the family, drawn in characters: one line a row, one letter a cell."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.validation import nearest
from ...errors import BadParameter

FLOOR, WALL = 0, 1
"""The two cell codes that all tasks share; a task's own begin at 2."""
MAX_SIDE = 100


class Layout(NamedTuple):
    """A map as the kernels read it."""

    cells: NDArray[np.uint8]  # (H, W) the code of each cell when an episode begins
    letters: NDArray[np.str_]  # (H, W) the letter of each cell

    def where(self, letters: str) -> NDArray[np.int16]:
        """The cells drawn with one of the letters, `(k, 2)` row and column, in reading order."""
        return np.argwhere(np.isin(self.letters, list(letters))).astype(np.int16)


def read_layout(drawing: str, legend: Mapping[str, int], what: str = "map") -> Layout:
    """Read a map.

    Args:
        drawing: lines of equal length; empty lines before and after do not count.
        legend: what each letter stands for, as the code of its cell.
        what: the parameter that an error names.

    Raises:
        BadParameter: the map is empty, too large, ragged, or has a letter that is not in the legend; names line and column, from 1.
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


def find_map(given: str, named: Mapping[str, str], what: str = "map") -> str:
    """The drawing that a parameter means: the name of one, or a drawing of more than one line. Raises BadParameter."""
    if given in named:
        return named[given]
    if "\n" not in given.strip("\n"):
        raise BadParameter(
            f"{what} is {given!r}; allowed is a drawing of several lines or the name of one.{nearest(given, list(named))}"
        )
    return given
