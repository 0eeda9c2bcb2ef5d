"""Figure with a frame for the env and a caption line below."""

import math
from collections.abc import Sequence

from .canvas import Box, Canvas, Point
from .palette import MUTED, Colour

SMALLEST_DIGIT = 3.8
"""Pixels across, below which a digit cannot be read and labels are left out."""
_MARGIN = 10
_CAPTION = 34
_CAPTION_SIZE = 19
_NARROWEST = 420


class Scene:
    """A canvas with a frame of `width` x `height` pixels, and room for one line of text below it.

    Args:
        longest_label: characters of the longest label; all labels get the size at which it fits.
    """

    def __init__(self, width: float, height: float, longest_label: int = 1):
        self._longest = longest_label
        self.canvas = Canvas(max(width, _NARROWEST) + 2 * _MARGIN, height + _MARGIN + _CAPTION)
        self.frame = Box((self.canvas.width - width) // 2, _MARGIN, width, height)

    def caption(self, parts: Sequence[tuple[str, Colour]], right: str = "") -> None:
        """The line below the frame: coloured parts from the left, `right` in grey at the right."""
        y, edge = self.canvas.height - _CAPTION / 2, self.canvas.width - _MARGIN
        needed = self.canvas.text_width("   ".join([*(string for string, _ in parts), right]), _CAPTION_SIZE)
        size = _CAPTION_SIZE * min(1, (edge - _MARGIN) / needed)
        x: float = _MARGIN
        for string, colour in parts:
            self.canvas.text(string, (x, y), size, colour, anchor="midleft")
            x += self.canvas.text_width(string + "   ", size)
        if right:
            self.canvas.text(right, (edge, y), size, MUTED, anchor="midright")

    def label(self, at: Point, string: str, colour: Colour, *, room: float) -> bool:
        """Draw text around a point; False if it would be too small to read.

        It is as large as a diagonal of `room` pixels allows; all labels have one size.
        """
        if not string:
            return False
        digit = self.canvas.text_width("0", 100) / 100  # width of a digit, whose height is 1.3 times that
        size = room / (digit * math.hypot(max(len(string), self._longest), 1.3))
        if digit * size < SMALLEST_DIGIT:
            return False
        self.canvas.text(string, (at[0], at[1] + 0.1 * digit * size), size, colour)
        return True
