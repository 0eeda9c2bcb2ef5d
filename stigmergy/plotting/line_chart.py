"""Line charts with intervals, such as Schelling diagrams and learning curves."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stigmergy.envs.rendering.canvas import Box, Canvas, Point
from stigmergy.envs.rendering.palette import GRID, MUTED, TEXT, Colour, agent_colour

LEFT, TOP, WIDTH, HEIGHT, RIGHT = 84, 30, 470, 300, 26
ENTRY = 130
"""Width of a name in the legend."""
MARGIN = 0.06
"""Room above and below the lines, as a share of their height."""


@dataclass(frozen=True)
class Line:
    """One line: points, and the ends of each one's interval (NaN where there is none)."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    colour: Colour | None = None


@dataclass(frozen=True)
class Labels:
    """Title and label of the horizontal axis."""

    title: str
    below: str


def line_chart(
    lines: Sequence[Line], labels: Labels, bars: bool = False, whole_numbers: bool = False
) -> NDArray[np.uint8]:
    """Lines over common axes, `(height, width, 3)`.

    Args:
        bars: draw intervals as bars at marked points; otherwise they are bands.
        whole_numbers: put only whole numbers on the horizontal axis.
    """
    every_row = max(1, (WIDTH + RIGHT) // ENTRY)
    rows = -(-len(lines) // every_row)
    canvas = Canvas(LEFT + WIDTH + RIGHT, TOP + HEIGHT + 74 + 22 * rows)
    values = [v for line in lines for part in (line.y, line.low, line.high) for v in part if np.isfinite(v)]
    low, high = min(values, default=0.0), max(values, default=1.0)
    margin = MARGIN * (high - low) or 1.0
    low, high = low - margin, high + margin
    first = min(min(line.x) for line in lines)
    last = max(max(line.x) for line in lines)

    def at(x: float, y: float) -> Point:
        return LEFT + WIDTH * (x - first) / ((last - first) or 1), TOP + HEIGHT * (high - y) / (high - low)

    _axes(canvas, labels, at, (first, last, low, high), whole_numbers)
    for k, line in enumerate(lines):
        colour = line.colour or agent_colour(k)
        _draw(canvas, line, colour, at, bars)
        place = LEFT + 12 + ENTRY * (k % every_row), TOP + HEIGHT + 78 + 22 * (k // every_row)
        canvas.text(line.name, place, 19, colour, anchor="midleft")
    return canvas.pixels()


def _draw(canvas: Canvas, line: Line, colour: Colour, at: Callable[[float, float], Point], bars: bool) -> None:
    points = [at(x, y) for x, y in zip(line.x, line.y) if np.isfinite(y)]
    ends = [(x, low, high) for x, low, high in zip(line.x, line.low, line.high) if np.isfinite(low)]
    if bars or len(points) == 1:  # of a single point there is neither a line nor a band
        for x, low, high in ends:
            canvas.line([at(x, low), at(x, high)], colour, width=1.5)
        for point in points:
            canvas.disc(point, 4, colour)
    elif len(ends) > 1:
        around = [at(x, high) for x, _, high in ends] + [at(x, low) for x, low, _ in reversed(ends)]
        canvas.polygon(around, colour, alpha=0.15)
    if len(points) > 1:
        canvas.line(points, colour, width=2.5)


def _axes(
    canvas: Canvas,
    labels: Labels,
    at: Callable[[float, float], Point],
    ends: tuple[float, float, float, float],
    whole_numbers: bool,
) -> None:
    first, last, low, high = ends
    for value in ticks(low, high):
        _, y = at(first, value)
        canvas.rectangle(Box(LEFT, y, WIDTH, 1), GRID)
        canvas.text(_short(value), (LEFT - 8, y), 17, MUTED, anchor="midright")
    across = range(int(first), int(last) + 1, max(1, int(last - first) // 10)) if whole_numbers else ticks(first, last)
    for value in across:
        x, y = at(value, low)
        canvas.text(_short(value), (x, y + 14), 17, MUTED)
    canvas.text(labels.below, (LEFT + WIDTH / 2, TOP + HEIGHT + 42), 19, TEXT)
    canvas.text(labels.title, (LEFT, 14), 19, TEXT, anchor="midleft")


def ticks(low: float, high: float) -> list[float]:
    """Three to six round values between two others; the one value where they are the same."""
    if high <= low:
        return [low]
    power = 10.0 ** math.floor(math.log10((high - low) / 3))
    every = next(power * k for k in (10, 5, 2, 1) if (high - low) / (power * k) >= 3)
    return [k * every for k in range(math.ceil(low / every), math.floor(high / every) + 1)]


def _short(value: float) -> str:
    """Thousands and millions by a letter."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= 10 * size or (abs(value) >= size and letter == "M"):
            return f"{value / size:.4g}{letter}"
    return f"{value:.4g}"
