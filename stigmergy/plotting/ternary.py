"""Ternary plots: trajectories of three shares that add up to 1, in a triangle."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stigmergy.envs.core.validation import require
from stigmergy.envs.rendering.palette import BACKGROUND, GRID, MUTED, TEXT, Colour, agent_colour, mix
from stigmergy.plotting.figures import new_figure, rgb

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CORNERS = np.array([[0.5, math.sqrt(3) / 2], [0.0, 0.0], [1.0, 0.0]])
"""Corners of the triangle, `(corner, xy)`: at the top, left, and right."""
IN_A_ROW = 3
"""Names in a row of the legend."""
TOLERANCE = 1e-3
"""Tolerance of the sum of three shares, which files may hold rounded."""
GRID_LINES = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Corner:
    """Corner of the triangle, where one share is 1."""

    name: str
    colour: Colour


@dataclass(frozen=True)
class Trajectory:
    """Trajectory through the triangle.

    Trajectories of one name and colour have one entry in the legend.

    Raises:
        BadParameter: the shares are no `(steps, 3)` numbers from 0 to 1 that add up to 1.
    """

    name: str
    shares: ArrayLike
    """`(steps, 3)`, in the order of the corners."""
    colour: Colour | None = None

    def __post_init__(self):
        check_shares(f"the shares of '{self.name}'", self.shares)


def check_shares(name: str, shares: ArrayLike) -> NDArray[np.float64]:
    """Return the shares as an array `(steps, 3)`.

    Raises:
        BadParameter: the shape is another, or they are not from 0 to 1 with a sum of 1.
    """
    array = np.asarray(shares, np.float64)
    require(f"the shape of {name}", array.shape, array.ndim == 2 and array.shape[1:] == (3,) and len(array) > 0,
            "(steps, 3), with one step or more")  # fmt: skip
    good = (
        np.isfinite(array).all(axis=1)
        & (array >= -TOLERANCE).all(axis=1)
        & (np.abs(array.sum(axis=1) - 1) <= TOLERANCE)
    )
    if not good.all():
        step = int(np.argmin(good))
        require(f"row {step} of {name}", array[step].tolist(), False, "three shares from 0 to 1 that add up to 1")
    return array


def place(shares: ArrayLike) -> NDArray[np.float64]:
    """Map shares `(..., 3)` to x, y `(..., 2)` in a triangle of side 1."""
    return np.asarray(shares, np.float64) @ CORNERS


def simplex(trajectories: Sequence[Trajectory], corners: Sequence[Corner], title: str) -> "Figure":
    """Draw trajectories; each begins at a ring and ends at a disc.

    Raises:
        BadParameter: there are not three corners.
        UserError: matplotlib is not installed.
    """
    require("the number of corners", len(corners), len(corners) == 3, "3")
    figure, axes = new_figure(5.2, 5.2)
    axes.set_axis_off()
    axes.set_aspect("equal")
    figure.suptitle(title, x=0.02, horizontalalignment="left", color=rgb(TEXT))
    _draw_triangle(axes, corners)
    handles = {}
    for k, own in enumerate(trajectories):
        colour = rgb(own.colour or agent_colour(k))
        x, y = place(own.shares).T
        (line,) = axes.plot(x, y, color=colour, linewidth=1.5, alpha=0.75, zorder=2)
        axes.plot(x[:1], y[:1], "o", color=colour, markerfacecolor=rgb(BACKGROUND), markersize=6, zorder=3)
        axes.plot(x[-1:], y[-1:], "o", color=colour, markeredgecolor=rgb(BACKGROUND), markersize=8, zorder=3)
        handles.setdefault((own.name, colour), line)
    names = [name for name, _ in handles]
    note = "from a ring to a disc; the cross marks equal shares"
    figure.legend(handles.values(), names, loc="outside lower center", ncols=IN_A_ROW, frameon=False, title=note)
    return figure


def _draw_triangle(axes: "Axes", corners: Sequence[Corner]) -> None:
    """Draw the triangle with its corners' names, and lines of equal shares."""
    axes.fill(*CORNERS.T, facecolor=rgb(mix(BACKGROUND, GRID, 0.25)), edgecolor=rgb(MUTED), linewidth=1, zorder=0)
    for axis, corner in enumerate(corners):
        second, third = (axis + 1) % 3, (axis + 2) % 3
        for share in GRID_LINES:
            ends = np.zeros((2, 3))
            ends[:, axis] = share
            ends[0, second] = ends[1, third] = 1 - share
            line = place(ends)
            axes.plot(*line.T, color=rgb(GRID), linewidth=0.8, zorder=1)
            dx, dy, ha, va = ((-4, 0, "right", "center"), (0, -4, "center", "top"), (4, 0, "left", "center"))[axis]
            axes.annotate(f"{share:g}", line[0], (dx, dy), textcoords="offset points", ha=ha, va=va, size=8, color=rgb(corner.colour))  # fmt: skip
        x, y = CORNERS[axis]
        axes.plot([x], [y], "o", color=rgb(corner.colour), markersize=9, zorder=3, clip_on=False)
        above = axis == 0
        axes.annotate(corner.name, (x, y), (0, 9 if above else -9), textcoords="offset points", ha="center",
                      va="bottom" if above else "top", color=rgb(corner.colour))  # fmt: skip
    x, y = place([1 / 3] * 3)
    axes.plot([x], [y], "+", color=rgb(MUTED), markersize=9, zorder=1)
