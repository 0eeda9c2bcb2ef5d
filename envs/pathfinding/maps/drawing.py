"""Fixed maps, read from POGEMA's ASCII drawings and from MovingAI's files."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ...errors import UserError
from ...grid.drawing import read_rows
from ...kernels.arrays import Bool, UInt8

Cell = tuple[int, int]
FREE, WALL = ".", "#"
ONLY_START, ONLY_GOAL, NEITHER = "@", "$", "!"
MARKS = FREE + WALL + ONLY_START + ONLY_GOAL + NEITHER


class MapError(UserError, ValueError):
    """A map, drawing or scenario that cannot be read. The text is one sentence."""


@dataclass(frozen=True)
class Layout:
    """A map, with the cells where starts and goals may lie. Cells are (row, column)."""

    obstacle: Annotated[UInt8, "rows columns"]
    """1 wall, 0 free."""
    start_allowed: Annotated[Bool, "rows columns"]
    """True where starts are drawn; free cells only."""
    goal_allowed: Annotated[Bool, "rows columns"]
    """True where goals are drawn; free cells only."""
    starts: tuple[Cell, ...] = ()
    """One for each agent; empty to draw them."""
    goals: tuple[Cell, ...] = ()
    """Likewise."""


def open_layout(obstacle: NDArray[np.uint8]) -> Layout:
    """The layout of a bare map (rows, columns): starts and goals may lie on every free cell."""
    free = obstacle == 0
    return Layout(obstacle, free, free.copy())


def read_drawing(text: str) -> Layout:
    """Read a map drawn in characters, as POGEMA 1.4 does.

    `#` is a wall. Agents start on `a`..`z` and have their goals on the same capital letters; they
    count in the order of the alphabet. Without letters, starts and goals are drawn: from `.` both,
    from `@` starts alone, from `$` goals alone, from `!` neither. Blank lines and blanks around a
    line do not count.

    Raises:
        MapError: the drawing is empty or ragged, a character is unknown, a letter stands twice or
            without its partner, or letters are mixed with `@`, `$` or `!`.
    """
    lines = read_rows(text, "the map", _is_mark, ". # @ $ ! and letters", MapError)
    if not lines:
        raise MapError("the drawing of the map is empty; it needs at least one line of '.' and '#'")
    letters: dict[str, Cell] = {}
    for row, (number, line) in enumerate(lines):
        _note_letters(line, number, row, letters)
    grid = np.array([list(line) for _, line in lines])
    if letters:
        _check_letters(letters, grid)
    obstacle = (grid == WALL).astype(np.uint8)
    return Layout(
        obstacle=obstacle,
        start_allowed=(obstacle == 0) & ~np.isin(grid, (ONLY_GOAL, NEITHER)),
        goal_allowed=(obstacle == 0) & ~np.isin(grid, (ONLY_START, NEITHER)),
        starts=tuple(letters[letter] for letter in sorted(letters) if letter.islower()),
        goals=tuple(letters[letter] for letter in sorted(letters) if letter.isupper()),
    )


def _is_mark(mark: str) -> bool:
    return mark in MARKS or _is_letter(mark)


def _is_letter(mark: str) -> bool:
    return mark.isascii() and mark.isalpha()


def _note_letters(line: str, number: int, row: int, letters: dict[str, Cell]) -> None:
    for column, mark in enumerate(line):
        if not _is_letter(mark):
            continue
        if mark in letters:
            what = "start" if mark.islower() else "goal"
            raise MapError(f"line {number} of the map has a second '{mark}'; each agent has one {what}")
        letters[mark] = (row, column)


def _check_letters(letters: dict[str, Cell], grid: NDArray[np.str_]) -> None:
    for letter in sorted(letters):
        if letter.swapcase() not in letters:
            kind, partner = ("start", "goal") if letter.islower() else ("goal", "start")
            raise MapError(
                f"the map has the {kind} '{letter}' but no {partner} '{letter.swapcase()}'; each agent needs both"
            )
    for mark in (ONLY_START, ONLY_GOAL, NEITHER):
        if (grid == mark).any():
            raise MapError(
                f"the map has both letters and '{mark}'; either letters fix starts and goals or @ $ ! say where to draw them"
            )
