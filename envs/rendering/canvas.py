"""Canvas for the pictures of tasks: smooth shapes and text on an off-screen pygame surface.

Coordinates are (x, y) in pixels of the finished picture, and may be fractions. Everything is
painted larger and scaled down at the end, which is what makes edges smooth. pygame is imported when
the first canvas is made, not before.
"""

import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .palette import BACKGROUND, TEXT, Colour

Point = tuple[float, float]
MAX_SUPERSAMPLED = 4_500_000
"""Pixels that a surface may have while it is painted.

Beyond, edges are smoothed less, which is hard to see and twice as fast.
"""

DUMMY = "dummy"
"""The video driver of SDL that draws and shows nothing."""
_stand_in = False  # it was chosen here, for want of a display
_RGBX = (0xFF, 0xFF00, 0xFF0000, 0)  # masks of a pixel's bytes in the order that Pillow reads without copying


def has_display() -> bool:
    """Tell if there is a display. Only Linux says it beforehand."""
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def can_show_windows() -> bool:
    """Tell whether there is a display, or a video driver of the user's choice that needs none."""
    return has_display() or ("SDL_VIDEODRIVER" in os.environ and not _stand_in)


def load_pygame() -> Any:
    """Import pygame, silently; where there is no display its dummy video driver is chosen first."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    global _stand_in
    if not has_display() and "SDL_VIDEODRIVER" not in os.environ:
        os.environ["SDL_VIDEODRIVER"] = DUMMY
        _stand_in = True
    import pygame  # heavy, and needed by nobody who only trains

    return pygame


@lru_cache(maxsize=64)
def load_font(size: int) -> Any:
    """The font that comes with pygame, `size` pixels high."""
    pygame = load_pygame()
    if not pygame.font.get_init():
        pygame.font.init()
    pygame.register_quit(load_font.cache_clear)  # other people's environments quit pygame, and fonts die with it
    return pygame.font.Font(None, size)


class Box(NamedTuple):
    """A rectangle in pixels."""

    x: float
    y: float
    width: float
    height: float

    def shrunk(self, by: float) -> "Box":
        """The box with `by` pixels less on every side; more if negative."""
        return Box(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)


class Canvas:
    """A picture in the making.

    `alpha` is the opacity of a shape, from 0 to 1.

    Args:
        width, height: pixels of the finished picture; made even, as video codecs want them.
    """

    def __init__(self, width: float, height: float, background: Colour = BACKGROUND):
        self._pygame = load_pygame()
        self.width, self.height = _even(width), _even(height)
        fits = (scale for scale in (3, 2) if self.width * self.height * scale * scale <= MAX_SUPERSAMPLED)
        self._scale = next(fits, 1)
        size = (self.width * self._scale, self.height * self._scale)
        self._surface = self._pygame.Surface(size, 0, 32, masks=_RGBX)
        self._surface.fill(background)

    def rectangle(self, box: Box, colour: Colour, *, alpha: float = 1, corner: float = 0, line: float = 0) -> None:
        """A filled rectangle, or with `line` pixels an outline inside it.

        `corner` is the radius of its corners.
        """
        draw, rounding, thickness = self._pygame.draw, self._up(corner), self._thickness(line)
        self._paint(
            box, alpha, lambda on, at: draw.rect(on, colour, self._rect(box, at), thickness, border_radius=rounding)
        )

    def disc(self, centre: Point, radius: float, colour: Colour, *, alpha: float = 1, line: float = 0) -> None:
        """A filled disc, or with `line` pixels a ring inside its edge."""
        draw, thickness = self._pygame.draw, self._thickness(line)
        around = Box(centre[0] - radius, centre[1] - radius, 2 * radius, 2 * radius)

        def paint(on: Any, at: Point) -> None:
            draw.circle(on, colour, self._shifted(centre, at), max(1, self._up(radius)), thickness)

        self._paint(around, alpha, paint)

    def line(self, points: Sequence[Point], colour: Colour, *, width: float = 2, alpha: float = 1) -> None:
        """A line through the points, with round joints and ends."""
        if not points:
            return
        draw, thickness = self._pygame.draw, max(1, self._up(width))

        def paint(on: Any, at: Point) -> None:
            shifted = [self._shifted(point, at) for point in points]
            for start, end in pairwise(shifted):
                draw.polygon(on, colour, _ribbon(start, end, thickness))
            for point in shifted:
                draw.circle(on, colour, point, thickness / 2)

        self._paint(_bounds(points, width), alpha, paint)

    def polygon(self, points: Sequence[Point], colour: Colour, *, alpha: float = 1) -> None:
        """A filled polygon."""
        draw = self._pygame.draw

        def paint(on: Any, at: Point) -> None:
            draw.polygon(on, colour, [self._shifted(point, at) for point in points])

        self._paint(_bounds(points, 0), alpha, paint)

    def dashes(
        self, start: Point, end: Point, colour: Colour, *, width: float = 2, dash: float = 6, alpha: float = 1
    ) -> None:
        """A dashed straight line; `dash` is the length of a dash and of a gap."""
        a, b = np.array(start, float), np.array(end, float)
        count = max(1, int(np.hypot(*(b - a)) / (2 * dash)))
        for k in range(count):
            first, last = a + (b - a) * k / count, a + (b - a) * (k + 0.5) / count
            self.line([(first[0], first[1]), (last[0], last[1])], colour, width=width, alpha=alpha)

    def text(
        self,
        string: str,
        at: Point,
        size: float,
        colour: Colour = TEXT,
        *,
        anchor: str = "center",
        alpha: float = 1,
    ) -> None:
        """One line of text.

        `at` is where the `anchor` of what is drawn lies (pygame's names: `center`, `midleft`, ...).
        """
        image = load_font(max(1, self._up(size))).render(string, True, colour)
        image.set_alpha(round(255 * alpha))
        self._surface.blit(image, image.get_rect(**{anchor: self._shifted(at, (0, 0))}))

    def text_width(self, string: str, size: float) -> float:
        """Pixels that `text` would take across."""
        return load_font(max(1, self._up(size))).size(string)[0] / self._scale

    @contextmanager
    def only_within(self, box: Box) -> Iterator[None]:
        """Inside `with`, what is drawn (without alpha) shows in `box` alone."""
        self._surface.set_clip(self._rect(box, (0, 0)))
        try:
            yield
        finally:
            self._surface.set_clip(None)

    def shade_around(self, outer: Box, inner: Box, colour: Colour, *, alpha: float) -> None:
        """Lay `colour` over all of `outer` but `inner`, which lies inside it."""
        below, right = inner.y + inner.height, inner.x + inner.width
        self.rectangle(Box(outer.x, outer.y, outer.width, inner.y - outer.y), colour, alpha=alpha)
        self.rectangle(Box(outer.x, below, outer.width, outer.y + outer.height - below), colour, alpha=alpha)
        self.rectangle(Box(outer.x, inner.y, inner.x - outer.x, inner.height), colour, alpha=alpha)
        self.rectangle(Box(right, inner.y, outer.x + outer.width - right, inner.height), colour, alpha=alpha)

    def pixels(self) -> NDArray[np.uint8]:
        """The finished picture, `(height, width, 3)` uint8."""
        # pygame's own smoothscale is a shade too dark, also where all is of one colour.
        large = Image.frombuffer("RGBX", self._surface.get_size(), self._surface.get_buffer().raw, "raw", "RGBX", 0, 1)
        return np.ascontiguousarray(np.asarray(large.reduce(self._scale))[:, :, :3])

    def _up(self, length: float) -> int:
        return round(length * self._scale)

    def _thickness(self, line: float) -> int:
        return max(1, self._up(line)) if line else 0

    def _shifted(self, point: Point, origin: Point) -> Point:
        return point[0] * self._scale - origin[0], point[1] * self._scale - origin[1]

    def _rect(self, box: Box, origin: Point) -> Any:
        # Edges are rounded, not sizes, so that boxes that touch still touch in pixels.
        left, top = self._up(box.x), self._up(box.y)
        right, bottom = self._up(box.x + box.width), self._up(box.y + box.height)
        return self._pygame.Rect(left - origin[0], top - origin[1], right - left, bottom - top)

    def _paint(self, around: Box, alpha: float, paint: Callable[[Any, Point], None]) -> None:
        """Call `paint(surface, origin)` on the picture or, if translucent, on a sheet over it."""
        if alpha >= 1:
            return paint(self._surface, (0, 0))
        whole = self._surface.get_rect()
        part = self._rect(around.shrunk(-1), (0, 0)).clip(whole)
        if part.width == 0 or part.height == 0:
            return None
        sheet = self._pygame.Surface(part.size, self._pygame.SRCALPHA, 32)
        paint(sheet, part.topleft)
        sheet.set_alpha(round(255 * alpha))
        self._surface.blit(sheet, part)
        return None


def _even(length: float) -> int:
    return 2 * math.ceil(length / 2)


def _bounds(points: Sequence[Point], width: float) -> Box:
    low, high = np.min(points, axis=0), np.max(points, axis=0)
    return Box(low[0], low[1], high[0] - low[0], high[1] - low[1]).shrunk(-width)


def _ribbon(start: Point, end: Point, thickness: float) -> list[Point]:
    """The corners of a straight stroke.

    Pygame's own thick lines end askew where they are not level.
    """
    dx, dy = end[0] - start[0], end[1] - start[1]
    half = thickness / 2 / (np.hypot(dx, dy) or 1)
    nx, ny = -dy * half, dx * half
    return [
        (start[0] + nx, start[1] + ny),
        (end[0] + nx, end[1] + ny),
        (end[0] - nx, end[1] - ny),
        (start[0] - nx, start[1] - ny),
    ]
