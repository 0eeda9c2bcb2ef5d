"""A picture of the plane: a frame with coordinates (x, y), y upwards, and a caption line."""

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager

import numpy as np
from numpy.typing import NDArray

from .canvas import Box, Point
from .figure import Scene
from .palette import FLOOR, GRID, TEXT, WALL, Colour, ink_on, mix

Position = Sequence[float] | NDArray[np.floating]
_SMALLEST = 1.5  # pixels


class Arena(Scene):
    """Canvas for bodies, headings and sensors at their positions in the plane.

    Lengths are those of the plane unless said otherwise.

    Args:
        low, high: the corners of what is shown, each (x, y).
        size: pixels on the longer side.
        longest_label: characters of the longest label.
        grid: distance of thin lines across the floor, or 0 for none.
    """

    def __init__(self, low: Position, high: Position, size: int = 480, longest_label: int = 1, grid: float = 0):
        self._low = (float(low[0]), float(low[1]))
        across, up = float(high[0]) - self._low[0], float(high[1]) - self._low[1]
        self.scale = size / max(across, up)
        """Pixels of one unit of length."""
        super().__init__(round(across * self.scale), round(up * self.scale), longest_label)
        self.canvas.rectangle(self.frame.shrunk(-3), WALL)
        self.canvas.rectangle(self.frame, FLOOR)
        for axis, extent in enumerate((across, up)):
            for k in range(1, math.ceil(extent / grid) if grid else 0):
                self._grid_line(axis, k * grid)

    def inside(self) -> AbstractContextManager[None]:
        """Inside `with`, what is drawn opaque shows within the frame alone."""
        return self.canvas.only_within(self.frame)

    def at(self, position: Position) -> Point:
        """A position in pixels."""
        x, y = self.frame.x, self.frame.y + self.frame.height
        return (
            x + (float(position[0]) - self._low[0]) * self.scale,
            y - (float(position[1]) - self._low[1]) * self.scale,
        )

    def disc(
        self,
        position: Position,
        radius: float,
        colour: Colour,
        label: str = "",
        *,
        alpha: float = 1,
        smallest: float = 2,
    ) -> None:
        """A body: a disc with a darker rim and a label.

        Never below `smallest` pixels across its radius.
        """
        size = max(radius * self.scale, smallest)
        inner = size - max(0.1 * size, 0.7)
        self.canvas.disc(self.at(position), size, mix(colour, TEXT, 0.35), alpha=alpha)
        self.canvas.disc(self.at(position), inner, colour, alpha=alpha)
        self.label(self.at(position), label, ink_on(colour), room=2 * inner)

    def ring(self, position: Position, radius: float, colour: Colour, *, line: float = 2, alpha: float = 1) -> None:
        """A circle; `line` in pixels."""
        self.canvas.disc(self.at(position), max(radius * self.scale, line), colour, line=line, alpha=alpha)

    def cross(self, position: Position, radius: float, colour: Colour, *, line: float = 2.5) -> None:
        """An x: a place to go to, or where something is believed to be. `line` in pixels."""
        x, y = self.at(position)
        size = max(radius * self.scale, 3)
        for sign in (-1, 1):
            self.canvas.line([(x - size, y - sign * size), (x + size, y + sign * size)], colour, width=line)

    def arrow(self, position: Position, vector: Position, colour: Colour, *, line: float = 2) -> None:
        """An arrow from a position along a vector; `line` in pixels."""
        x, y = self.at(position)
        dx, dy = float(vector[0]) * self.scale, -float(vector[1]) * self.scale
        length = math.hypot(dx, dy)
        if length < _SMALLEST:
            return
        head, tip = min(4 * line, length), (x + dx, y + dy)
        self.canvas.line([(x, y), (x + dx * (1 - head / length), y + dy * (1 - head / length))], colour, width=line)
        back = (tip[0] - dx / length * head, tip[1] - dy / length * head)
        side = (-dy / length * head * 0.5, dx / length * head * 0.5)
        self.canvas.polygon(
            [tip, (back[0] + side[0], back[1] + side[1]), (back[0] - side[0], back[1] - side[1])], colour
        )

    def boid(self, position: Position, heading: float, size: float, colour: Colour) -> None:
        """A slim triangle along its heading (radians from the x axis).

        `size` is the distance in pixels from the middle to the tip.
        """
        x, y = self.at(position)
        corners = [(size, 0.0), (size, 2.5), (0.35 * size, math.pi), (size, -2.5)]
        self.canvas.polygon(
            [(x + r * math.cos(heading + turn), y - r * math.sin(heading + turn)) for r, turn in corners], colour
        )

    def fan(
        self, position: Position, heading: float, radius: float, angle: float, colour: Colour, *, alpha: float = 0.15
    ) -> None:
        """Field of view of a sensor: a sector of `angle` radians around the heading."""
        x, y = self.at(position)
        size, parts = radius * self.scale, max(2, round(angle * 8))
        turns = [heading - angle / 2 + angle * k / parts for k in range(parts + 1)]
        rim = [(x + size * math.cos(turn), y - size * math.sin(turn)) for turn in turns]
        self.canvas.polygon([(x, y), *rim], colour, alpha=alpha)

    def line(self, positions: Sequence[Position], colour: Colour, *, line: float = 2, alpha: float = 1) -> None:
        """A line through positions; `line` in pixels."""
        self.canvas.line([self.at(position) for position in positions], colour, width=line, alpha=alpha)

    def rectangle(self, low: Position, high: Position, colour: Colour, *, alpha: float = 1, line: float = 0) -> None:
        """A rectangle between two corners, filled, or an outline of `line` pixels."""
        left, bottom = self.at(low)
        right, top = self.at(high)
        self.canvas.rectangle(Box(left, top, right - left, bottom - top), colour, alpha=alpha, line=line)

    def _grid_line(self, axis: int, offset: float) -> None:
        along = offset * self.scale
        x, y, width, height = self.frame
        box = Box(x + along - 0.5, y, 1, height) if axis == 0 else Box(x, y + height - along - 0.5, width, 1)
        self.canvas.rectangle(box, GRID)
