"""The Kuramoto task in pictures and in characters."""

import math

import numpy as np
from numpy.typing import NDArray

from ...plane.geometry import wrap_offset
from ...rendering.canvas import Box
from ...rendering.palette import BACKGROUND, GRID, MUTED, TEXT, mix
from ...rendering.plane_canvas import Arena
from ..headings.draw import caption_parts, directions_in_cells, order_of, shade
from ..headings.state import Constants, State

_SIZE = 640
_PANEL = 0.6
"""Width of the dial's panel, in sides of the torus."""
_BARS = 36
_MOST_LINKED = 200
"""Number of oscillators beyond which links between them would only blur the picture."""


def draw(state: State, env: int, constants: Constants) -> NDArray[np.uint8]:
    """A picture of one env, `(height, width, 3)` uint8.

    On the left the oscillators at their places, coloured by phase, with a hand that shows it, and
    lines between those that see each other (if they are few). On the right the dial: a histogram of
    the phases, and as an arrow the mean of their unit vectors, which reaches the dial's rim if all
    agree.
    """
    side = constants.side
    arena = Arena((-side / 2, -side / 2), ((0.5 + _PANEL) * side, side / 2), _SIZE)
    position, angle = state.position[env], state.angle[env]
    radius = float(np.clip(0.25 / np.sqrt(len(position)), 0.008, 0.03)) * side
    with arena.inside():
        if len(position) <= _MOST_LINKED and not constants.everyone:
            _draw_links(arena, position, side, constants.radius)
        for at, phase in zip(position, angle):
            arena.disc(at, radius, shade(phase))
            if radius * arena.scale > 5:
                tip = (at[0] + 0.8 * radius * math.cos(phase), at[1] + 0.8 * radius * math.sin(phase))
                arena.line([at, tip], TEXT, line=1.6)
    _draw_dial(arena, state, env, side)
    arena.caption(caption_parts(state, env), f"{len(position)} oscillators")
    return arena.canvas.pixels()


def text(state: State, env: int, constants: Constants) -> str:
    """Mean phases over the torus in characters; see `directions_in_cells`."""
    return directions_in_cells(state, env, constants.side)


def _draw_links(arena: Arena, position: NDArray[np.float64], side: float, radius: float) -> None:
    """Draw lines between those that see each other; across an edge they are drawn on both sides."""
    for i, at in enumerate(position):
        for other in position[:i]:
            way = [wrap_offset(other[axis] - at[axis], side) for axis in range(2)]
            if math.hypot(*way) <= radius:
                arena.line([at, (at[0] + way[0], at[1] + way[1])], GRID, line=1)
                if abs(at[0] + way[0]) > side / 2 or abs(at[1] + way[1]) > side / 2:
                    arena.line([other, (other[0] - way[0], other[1] - way[1])], GRID, line=1)


def _draw_dial(arena: Arena, state: State, env: int, side: float) -> None:
    left, top = arena.at((side / 2, side / 2))
    canvas = arena.canvas
    canvas.rectangle(Box(left, top, _PANEL * side * arena.scale, side * arena.scale), BACKGROUND)
    canvas.line([(left, top), (left, top + side * arena.scale)], mix(GRID, MUTED, 0.5), width=2)
    centre, rim = ((0.5 + _PANEL / 2) * side, 0.0), 0.16 * side
    turn = 2 * math.pi / _BARS
    bars = np.bincount(np.floor(state.angle[env] / turn).astype(int) % _BARS, minlength=_BARS)
    for k, count in enumerate(bars):
        if count:
            # By area, not by length: a bar that is twice as full covers twice as much.
            outer = math.sqrt(rim**2 + ((0.28 * side) ** 2 - rim**2) * count / bars.max())
            _draw_bar(arena, centre, rim, outer, k * turn, turn)
    arena.ring(centre, rim, TEXT, line=1.5)
    order = order_of(state, env)
    arena.arrow(centre, (order.vector[0] * rim, order.vector[1] * rim), TEXT, line=3)


def _draw_bar(arena: Arena, centre: tuple[float, float], inner: float, outer: float, angle: float, turn: float) -> None:
    corners = [(inner, angle), (outer, angle), (outer, angle + turn), (inner, angle + turn)]
    points = [arena.at((centre[0] + r * math.cos(a), centre[1] + r * math.sin(a))) for r, a in corners]
    arena.canvas.polygon(points, shade(angle + turn / 2))
