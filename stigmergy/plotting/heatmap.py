"""Heatmaps: a cell for each pair of a row and a column, coloured by its value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stigmergy.envs.core.validation import require
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.rendering.palette import BACKGROUND, BEAM, GRID, TEXT, Colour, ink_on, mix
from stigmergy.plotting.figures import load_matplotlib, new_figure, rgb

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_NUMBERED = 16
"""The most rows or columns whose cells have numbers in them; more are too small to read."""
MOST_NAMED = 40
"""The most rows or columns that are all named; of more every second, third, ... is."""
CELL, ACROSS = 0.4, 5.0
"""Largest side of a cell, and the room for all cells of a side, in inches."""
TITLE_LETTER = 0.095
"""Width of a letter of the title, in inches."""
EMPTY = mix(BACKGROUND, GRID, 0.6)
"""Colour of a cell without a value."""


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
) -> "Figure":
    """Draw a matrix; up to 16 rows and columns, cells have numbers.

    Args:
        values: `(rows, columns)`; NaN is a cell without a value. Colour goes from white at the
            smallest (or 0) to `colour` at the largest (or 0).
        rows, columns: names.

    Raises:
        BadParameter: the shape does not fit the names, or nothing is there.
        UserError: matplotlib is not installed.
    """
    matrix = np.asarray(values, np.float64)
    require("the shape of values", matrix.shape, matrix.shape == (len(rows), len(columns)),
            f"{(len(rows), len(columns))}, a row and a column for each name")  # fmt: skip
    require("the number of values", matrix.size, matrix.size > 0, "1 or more")
    if np.isinf(matrix).any():
        raise BadParameter("values has an infinite number in it; allowed are finite ones, and NaN where there is none")
    side = min(CELL, ACROSS / max(matrix.shape))
    width = max(side * len(columns) + 2.2, TITLE_LETTER * len(axes.title) + 0.3)
    figure, plot = new_figure(width, max(side * len(rows) + 1.6, 2.4))
    known = matrix[~np.isnan(matrix)]
    low, high = min(known.min(initial=0.0), 0.0), max(known.max(initial=0.0), 0.0)
    ends = [rgb(BACKGROUND), rgb(colour)]
    shades = load_matplotlib().colors.LinearSegmentedColormap.from_list("shades", ends).with_extremes(bad=rgb(EMPTY))
    image = plot.imshow(matrix, cmap=shades, vmin=low, vmax=high if high > low else low + 1)
    figure.colorbar(image, ax=plot, shrink=0.9)
    plot.grid(visible=False)
    for spine in plot.spines.values():
        spine.set_visible(True)
    figure.suptitle(axes.title, x=0.02, horizontalalignment="left", color=rgb(TEXT))
    plot.set_ylabel(axes.rows)
    plot.set_xlabel(axes.columns)
    plot.xaxis.set_label_position("top")
    plot.xaxis.tick_top()
    turned = max(len(name) for name in columns) > 3
    every = -(-max(matrix.shape) // MOST_NAMED)
    plot.set_xticks(range(0, len(columns), every), columns[::every], rotation=90 if turned else 0)
    plot.set_yticks(range(0, len(rows), every), rows[::every])
    if max(matrix.shape) <= MOST_NUMBERED:
        for (row, column), value in np.ndenumerate(matrix):
            if not np.isnan(value):
                shade = mix(BACKGROUND, colour, (value - low) / ((high - low) or 1))
                plot.text(column, row, number(value, known), ha="center", va="center", size=8, color=rgb(ink_on(shade)))
    return figure


def number(value: float, values: NDArray[np.float64]) -> str:
    """Text of a value, with as many decimals as the largest of `values` has use for; 0 for 0."""
    largest = np.abs(values).max(initial=0.0)
    if value == 0 or bool((values % 1 == 0).all()):
        return f"{value:.0f}"
    return f"{value:.{0 if largest >= 100 else 1 if largest >= 10 else 2}f}"
