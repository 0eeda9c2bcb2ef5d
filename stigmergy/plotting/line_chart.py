"""Line charts with intervals, such as Schelling diagrams and learning curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stigmergy.envs.rendering.palette import TEXT, Colour, agent_colour
from stigmergy.plotting.figures import load_matplotlib, new_figure, rgb

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 5.8, 3.8
IN_A_ROW = 3
"""Names in a row of the legend."""


@dataclass(frozen=True)
class Line:
    """Line of points, with the ends of the interval of each (NaN where there is none)."""

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


def line_chart(lines: Sequence[Line], labels: Labels, bars: bool = False, whole_numbers: bool = False) -> "Figure":
    """Draw lines over common axes.

    Args:
        bars: draw intervals as bars at marked points; otherwise they are bands.
        whole_numbers: put only whole numbers on the horizontal axis.

    Raises:
        UserError: matplotlib is not installed.
    """
    figure, axes = new_figure(WIDTH, HEIGHT)
    for k, line in enumerate(lines):
        draw_line(axes, line, rgb(line.colour or agent_colour(k)), bars)
    ticker = load_matplotlib().ticker
    axes.xaxis.set_major_formatter(ticker.EngFormatter(sep=""))
    if whole_numbers:
        axes.xaxis.set_major_locator(ticker.MaxNLocator(integer=True))
    axes.set_xlabel(labels.below)
    axes.set_title(labels.title, loc="left", color=rgb(TEXT))
    figure.legend(loc="outside lower center", ncols=IN_A_ROW, frameon=False, labelcolor="linecolor")
    return figure


def draw_line(axes: "Axes", line: Line, colour: str, bars: bool = False) -> None:
    """Draw one line with its intervals, as `line_chart` does."""
    x, y, low, high = (np.asarray(part, np.float64) for part in (line.x, line.y, line.low, line.high))
    drawn, ends = np.isfinite(y), np.isfinite(low)
    bars = bars or drawn.sum() == 1  # of a single point there is neither a line nor a band
    axes.plot(
        x[drawn], y[drawn], color=colour, label=line.name, linewidth=1.8, marker="o" if bars else "", markersize=4
    )
    if bars:
        axes.vlines(x[ends], low[ends], high[ends], color=colour, linewidth=1.2)
    else:
        axes.fill_between(x[ends], low[ends], high[ends], color=colour, alpha=0.15, linewidth=0)
