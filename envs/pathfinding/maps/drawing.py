"""A fixed map: what POGEMA's ASCII drawings and MovingAI's files are read into."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import UserError

Cell = tuple[int, int]
FREE, WALL = ".", "#"
ONLY_START, ONLY_GOAL, NEITHER = "@", "$", "!"
MARKS = FREE + WALL + ONLY_START + ONLY_GOAL + NEITHER


class MapError(UserError, ValueError):
    """A map, drawing or scenario that cannot be read. The text is one sentence."""


@dataclass(frozen=True)
class Layout:
    """A map with the cells where agents may start and where goals may lie. Cells are (row, column)."""

    obstacle: NDArray[np.uint8]  # (H, W) 1 wall, 0 free
    start_allowed: NDArray[np.bool_]  # (H, W) where starts are drawn; free cells only
    goal_allowed: NDArray[np.bool_]  # (H, W) where goals are drawn; free cells only
    starts: tuple[Cell, ...] = ()  # one for each agent, or empty: draw them
    goals: tuple[Cell, ...] = ()


def open_layout(obstacle: NDArray[np.uint8]) -> Layout:
    """The layout of a bare map (H, W): starts and goals may lie on every free cell."""
    free = obstacle == 0
    return Layout(obstacle, free, free.copy())


def read_drawing(text: str) -> Layout:
    """Read a map drawn in characters, as POGEMA 1.4 does.

    `#` is a wall. Agents start on `a`..`z` and have their goals on the same capital letters; they count in the order of the
    alphabet. Without letters, starts and goals are drawn: from `.` both, from `@` starts alone, from `$` goals alone, from
    `!` neither. Blank lines and blanks around a line do not count.

    Raises:
        MapError: the drawing is empty or ragged, a character is unknown, a letter stands twice or without its partner,
            or letters are mixed with `@`, `$` or `!`.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise MapError("the drawing of the map is empty; it needs at least one line of '.' and '#'")
    width = len(lines[0][1])
    letters: dict[str, Cell] = {}
    for row, (number, line) in enumerate(lines):
        if len(line) != width:
            raise MapError(
                f"line {number} of the map is {len(line)} characters long, the lines before it {width}; all must be equally long"
            )
        _check_marks(line, number)
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


def _is_letter(mark: str) -> bool:
    return mark.isascii() and mark.isalpha()


def _check_marks(line: str, number: int) -> None:
    for mark in line:
        if mark not in MARKS and not _is_letter(mark):
            raise MapError(f"line {number} of the map has the character '{mark}'; allowed are . # @ $ ! and letters")


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
