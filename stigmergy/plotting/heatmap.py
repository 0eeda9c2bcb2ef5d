"""Heatmaps: a cell for each pair of a row and a column, coloured by its value."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stigmergy.envs.core.validation import require
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.rendering.canvas import Box, Canvas, Point
from stigmergy.envs.rendering.palette import BACKGROUND, BEAM, GRID, MUTED, TEXT, Colour, ink_on, mix
from stigmergy.plotting.line_chart import ticks

MOST_NUMBERED = 16
"""The most rows or columns whose cells have numbers in them; more are too small to read."""
LARGEST, SMALLEST, ACROSS = 56.0, 8.0, 480.0
"""Largest and smallest side of a cell, and the room for all cells of a side, in pixels."""
NAMES = 16
"""Size of a row's or column's name, which needs as much room across its own direction."""
EDGE, TITLE, GAP = 16, 34, 8
BAR, BAR_ROOM = 14, 64
"""Width of the colour bar, and of the bar with its numbers."""
EMPTY = mix(BACKGROUND, GRID, 0.6)
"""A cell without a value."""


@dataclass(frozen=True)
class Axes:
    """Title and labels of the axes."""

    title: str
    rows: str
    """Label of the rows, written upwards beside their names."""
    columns: str
    """Label of the columns, above their names."""


def heatmap(
    values: ArrayLike, rows: Sequence[str], columns: Sequence[str], axes: Axes, colour: Colour = BEAM
) -> NDArray[np.uint8]:
    """Draw a matrix, `(height, width, 3)` uint8; up to 16 rows and columns, cells have numbers.

    Args:
        values: `(rows, columns)`; NaN is a cell without a value. Colour goes from white at the
            smallest (or 0) to `colour` at the largest (or 0).
        rows, columns: names.

    Raises:
        BadParameter: the shape does not fit the names, or nothing is there.
    """
    matrix = np.asarray(values, np.float64)
    require("the shape of values", matrix.shape, matrix.shape == (len(rows), len(columns)),
            f"{(len(rows), len(columns))}, a row and a column for each name")  # fmt: skip
    require("the number of values", matrix.size, matrix.size > 0, "1 or more")
    if np.isinf(matrix).any():
        raise BadParameter("values has an infinite number in it; allowed are finite ones, and NaN where there is none")
    return _Matrix(matrix, rows, columns, axes, colour).picture()


class _Matrix:
    def __init__(
        self, values: NDArray[np.float64], rows: Sequence[str], columns: Sequence[str], axes: Axes, colour: Colour
    ):
        self.values, self.rows, self.columns, self.axes, self.colour = values, rows, columns, axes, colour
        known = values[~np.isnan(values)]
        self.low, self.high = min(known.min(initial=0.0), 0.0), max(known.max(initial=0.0), 0.0)
        self.whole = bool((known % 1 == 0).all())
        self.side = float(np.clip(ACROSS / max(values.shape), SMALLEST, LARGEST))
        ruler = Canvas(2, 2)
        self.turned = max(ruler.text_width(name, NAMES) for name in columns) > self.side - 4
        wide = max(ruler.text_width(name, NAMES) for name in rows)
        high = max(ruler.text_width(name, NAMES) for name in columns) if self.turned else NAMES
        self.left = EDGE + NAMES + GAP + wide + GAP
        self.top = TITLE + NAMES + GAP + high + GAP
        width = self.left + self.side * len(columns) + GAP + BAR_ROOM + EDGE
        needed = max(
            2 * EDGE + ruler.text_width(axes.title, 19), self.left + ruler.text_width(axes.columns, NAMES) + EDGE
        )
        below = max(self.side * len(rows), ruler.text_width(axes.rows, NAMES))
        self.canvas = Canvas(max(width, needed), self.top + below + EDGE)

    def picture(self) -> NDArray[np.uint8]:
        """Everything in place."""
        self._names()
        self._cells()
        self._bar()
        return self.canvas.pixels()

    def _at(self, row: float, column: float) -> Point:
        """The upper left corner of a cell."""
        return self.left + self.side * column, self.top + self.side * row

    def _shade(self, value: float) -> Colour:
        return mix(BACKGROUND, self.colour, (value - self.low) / ((self.high - self.low) or 1))

    def _cells(self) -> None:
        for (row, column), value in np.ndenumerate(self.values):
            x, y = self._at(row, column)
            colour = EMPTY if np.isnan(value) else self._shade(value)
            self.canvas.rectangle(Box(x, y, self.side, self.side), colour)
        whole = Box(*self._at(0, 0), self.side * len(self.columns), self.side * len(self.rows))
        self.canvas.rectangle(whole.shrunk(-1), MUTED, line=1)
        if max(self.values.shape) > MOST_NUMBERED:
            return
        texts = {
            (row, column): self._number(value)
            for (row, column), value in np.ndenumerate(self.values)
            if not np.isnan(value)
        }
        size = self._fitting(list(texts.values()))
        for (row, column), text in texts.items():
            x, y = self._at(row + 0.5, column + 0.5)
            self.canvas.text(text, (x, y), size, ink_on(self._shade(float(self.values[row, column]))))

    def _fitting(self, texts: Sequence[str]) -> float:
        """The font size at which the widest text stays within a cell."""
        size = min(19.0, 0.5 * self.side)
        widest = max((self.canvas.text_width(text, size) for text in texts), default=0.0)
        return max(8.0, size * min(1.0, (self.side - 3) / widest)) if widest else size

    def _number(self, value: float) -> str:
        """As many decimals as the largest value has use for; 0 alone for what is exactly 0."""
        largest = max(abs(self.low), abs(self.high))
        if value == 0 or self.whole:
            return f"{value:.0f}"
        return f"{value:.{0 if largest >= 100 else 1 if largest >= 10 else 2}f}"

    def _names(self) -> None:
        canvas, every = self.canvas, max(1, int(np.ceil(NAMES / self.side)))
        canvas.text(self.axes.title, (EDGE, 18), 19, TEXT, anchor="midleft")
        middle = self.top + self.side * len(self.rows) / 2
        canvas.text(self.axes.rows, (EDGE + NAMES / 2, max(middle, self.top + canvas.text_width(self.axes.rows, NAMES) / 2)),
                    NAMES, TEXT, upwards=True)  # fmt: skip
        canvas.text(self.axes.columns, (self.left, TITLE + NAMES / 2 + 2), NAMES, TEXT, anchor="midleft")
        for row, name in list(enumerate(self.rows))[::every]:
            x, y = self._at(row + 0.5, 0)
            canvas.text(name, (x - GAP, y), NAMES, MUTED, anchor="midright")
        for column, name in list(enumerate(self.columns))[::every]:
            x, y = self._at(0, column + 0.5)
            canvas.text(name, (x, y - GAP), NAMES, MUTED, anchor="midbottom", upwards=self.turned)

    def _bar(self) -> None:
        """Draw the colour bar with its numbers."""
        x, top = self._at(0, len(self.columns))
        x, height = x + 2 * GAP, self.side * len(self.rows)
        steps = 64
        for k in range(steps):
            value = self.high + (self.low - self.high) * (k + 0.5) / steps
            self.canvas.rectangle(Box(x, top + height * k / steps, BAR, height / steps), self._shade(value))
        self.canvas.rectangle(Box(x, top, BAR, height).shrunk(-1), MUTED, line=1)
        for value in ticks(self.low, self.high):
            share = (self.high - value) / ((self.high - self.low) or 1)
            self.canvas.text(
                f"{value:.4g}", (x + BAR + 6, top + height * min(share, 1)), NAMES - 2, MUTED, anchor="midleft"
            )
