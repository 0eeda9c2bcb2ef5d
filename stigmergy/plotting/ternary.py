"""Ternary plots: trajectories of three shares that add up to 1, in a triangle."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stigmergy.envs.core.validation import require
from stigmergy.envs.rendering.canvas import Canvas, Point
from stigmergy.envs.rendering.palette import BACKGROUND, GRID, MUTED, TEXT, Colour, agent_colour, mix

SIDE, LEFT, TOP, RIGHT = 440.0, 70.0, 66.0, 70.0
HEIGHT = SIDE * math.sqrt(3) / 2
ENTRY, ENTRY_HEIGHT = 145, 22
"""Room of a name in the legend."""
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
    """Map shares `(..., 3)` to x, y in pixels, `(..., 2)`.

    The first corner is at the top, the second left, the third right.
    """
    corners = np.array([[LEFT + SIDE / 2, TOP], [LEFT, TOP + HEIGHT], [LEFT + SIDE, TOP + HEIGHT]])
    return np.asarray(shares, np.float64) @ corners


def simplex(trajectories: Sequence[Trajectory], corners: Sequence[Corner], title: str) -> NDArray[np.uint8]:
    """Draw trajectories, `(height, width, 3)` uint8; each begins at a ring and ends at a disc.

    Raises:
        BadParameter: there are not three corners.
    """
    require("the number of corners", len(corners), len(corners) == 3, "3")
    coloured = [(own, own.colour or agent_colour(k)) for k, own in enumerate(trajectories)]
    legend = list(dict.fromkeys((own.name, colour) for own, colour in coloured))
    every_row = int((LEFT + SIDE + RIGHT - 40) // ENTRY)
    rows = -(-len(legend) // every_row)
    canvas = Canvas(LEFT + SIDE + RIGHT, TOP + HEIGHT + 62 + ENTRY_HEIGHT * (rows + 1))
    canvas.text(title, (20, 18), 19, TEXT, anchor="midleft")
    _triangle(canvas, corners)
    paths = [([(float(x), float(y)) for x, y in place(own.shares)], colour) for own, colour in coloured]
    for path, colour in paths:
        canvas.line(path, colour, width=2, alpha=0.75)
    for path, colour in paths:
        _mark_ends(canvas, path, colour)
    y = TOP + HEIGHT + 62
    _key(canvas, y)
    for k, (name, colour) in enumerate(legend):
        x, row = 20 + ENTRY * (k % every_row), y + ENTRY_HEIGHT * (1 + k // every_row)
        canvas.disc((x + 6, row), 5, colour)
        canvas.text(name, (x + 18, row), 18, TEXT, anchor="midleft")
    return canvas.pixels()


def _point(shares: Sequence[float]) -> Point:
    x, y = place(shares)
    return float(x), float(y)


def _triangle(canvas: Canvas, corners: Sequence[Corner]) -> None:
    ends = [_point(row) for row in np.eye(3).tolist()]
    canvas.polygon(ends, mix(BACKGROUND, GRID, 0.25))
    for axis in range(3):
        second, third = (axis + 1) % 3, (axis + 2) % 3
        for share in GRID_LINES:
            row = np.zeros((2, 3))
            row[:, axis] = share
            row[0, second] = row[1, third] = 1 - share
            start, end = (_point(one) for one in row.tolist())
            canvas.line([start, end], GRID, width=1)
            dx, dy, anchor = ((-6, 0, "midright"), (0, 10, "center"), (6, 0, "midleft"))[axis]
            canvas.text(f"{share:g}", (start[0] + dx, start[1] + dy), 14, corners[axis].colour, anchor=anchor)
    canvas.line([*ends, ends[0]], MUTED, width=1.5)
    centre = _point([1 / 3] * 3)
    for dx, dy in ((5, 0), (0, 5)):
        canvas.line([(centre[0] - dx, centre[1] - dy), (centre[0] + dx, centre[1] + dy)], MUTED, width=1.5)
    for corner, (x, y), away in zip(corners, ends, (-24, 24, 24)):
        canvas.disc((x, y), 7, corner.colour)
        canvas.text(corner.name, (x, y + away), 19, corner.colour)


def _mark_ends(canvas: Canvas, path: Sequence[Point], colour: Colour) -> None:
    canvas.disc(path[0], 5, BACKGROUND)
    canvas.disc(path[0], 5, colour, line=2)
    canvas.disc(path[-1], 6.5, BACKGROUND)
    canvas.disc(path[-1], 5.5, colour)


def _key(canvas: Canvas, y: float) -> None:
    """Draw the explanation of ring, disc and cross."""
    canvas.disc((26, y), 5, MUTED, line=2)
    canvas.text("start", (38, y), 18, MUTED, anchor="midleft")
    canvas.disc((96, y), 5.5, MUTED)
    canvas.text("end", (108, y), 18, MUTED, anchor="midleft")
    for dx, dy in ((5, 0), (0, 5)):
        canvas.line([(156 - dx, y - dy), (156 + dx, y + dy)], MUTED, width=1.5)
    canvas.text("equal shares", (168, y), 18, MUTED, anchor="midleft")
