"""Pictures of particles: the square around them, and a particle with its velocity."""

import math

import numpy as np
from numpy.typing import NDArray

from ..plane.particles import TIME_STEP
from .palette import GRID, TEXT, Colour, mix
from .plane_canvas import Arena, Position

ARROW_STEPS = 3
"""An arrow ends where the body would be after so many steps at its present velocity."""
_SMALLEST_VIEW = 1.25
_ZOOM = 0.25


def square_arena(positions: NDArray[np.float64], margin: float, longest_label: int = 1) -> Arena:
    """An arena that shows the square from -1 to 1 and all `positions` (rows, 2).

    It grows in steps of a quarter, so that films rarely zoom.
    """
    farthest = float(np.abs(positions).max()) + margin
    side = max(_SMALLEST_VIEW, _ZOOM * math.ceil(farthest / _ZOOM))
    arena = Arena((-side, -side), (side, side), size=560, longest_label=longest_label)
    for k in range(-3, 4):
        arena.line([(k / 4, -1), (k / 4, 1)], GRID, line=1)
        arena.line([(-1, k / 4), (1, k / 4)], GRID, line=1)
    arena.rectangle((-1, -1), (1, 1), mix(GRID, TEXT, 0.3), line=1.5)
    return arena


def moving_body(
    arena: Arena, position: Position, velocity: Position, radius: float, colour: Colour, label: str
) -> None:
    """A numbered body, and from its rim an arrow along its velocity."""
    arena.disc(position, radius, colour, label)
    speed = math.hypot(velocity[0], velocity[1])
    if speed > 0:
        x, y = velocity[0] / speed, velocity[1] / speed
        length = ARROW_STEPS * TIME_STEP * speed
        arena.arrow(
            (position[0] + radius * x, position[1] + radius * y), (length * x, length * y), mix(colour, TEXT, 0.35)
        )
