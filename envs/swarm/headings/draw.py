"""What the pictures of Kuramoto's and Vicsek's tasks share."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...rendering.palette import TEXT, Colour, angle_colour
from .rules import State, measure_order

SHADES = 64
"""Colours on the wheel; more could not be told apart."""
_WHEEL = [angle_colour(2 * math.pi * k / SHADES) for k in range(SHADES)]
_ARROWS = "→↗↑↖←↙↓↘"


def shade(angle: float) -> Colour:
    """The nearest colour of the wheel."""
    return _WHEEL[round(angle / (2 * math.pi) * SHADES) % SHADES]


class Order(NamedTuple):
    """How far a population agrees."""

    length: float  # 0 to 1
    angle: float  # mean angle in radians

    @property
    def vector(self) -> tuple[float, float]:
        """The mean unit vector."""
        return self.length * math.cos(self.angle), self.length * math.sin(self.angle)


def order_of(state: State, copy: int) -> Order:
    """The order of one copy."""
    return Order(*measure_order(state.angle[copy]))


def caption_parts(state: State, copy: int) -> list[tuple[str, Colour]]:
    """Step and order, for the line below a picture."""
    return [(f"step {state.elapsed[copy]}", TEXT), (f"order {order_of(state, copy).length:.3f}", TEXT)]


def copies_across_edges(position: NDArray[np.float64], side: float, reach: float) -> list[tuple[float, float]]:
    """Where a body of size `reach` on a torus shows in the picture: at its place, and beyond the edges that it touches."""
    x, y = float(position[0]), float(position[1])
    shifts = [[0.0] + [-math.copysign(side, at)] * (abs(at) > side / 2 - reach) for at in (x, y)]
    return [(x + dx, y + dy) for dx in shifts[0] for dy in shifts[1]]


def directions_in_cells(state: State, copy: int, side: float) -> str:
    """Ten rows of twenty cells, the highest y first: the mean direction of the agents there as an arrow, `o` if they have none, `.` for nobody."""
    angle, at = state.angle[copy], state.position[copy]
    row = np.clip((at[:, 1] / side + 0.5) * 10, 0, 9).astype(int)
    column = np.clip((at[:, 0] / side + 0.5) * 20, 0, 19).astype(int)
    total, count = np.zeros((10, 20), complex), np.zeros((10, 20), int)
    np.add.at(total, (row, column), np.exp(1j * angle))
    np.add.at(count, (row, column), 1)
    rows = ["".join(_arrow(total[r, q], count[r, q]) for q in range(20)) for r in range(9, -1, -1)]
    return "\n".join([*rows, f"step {state.elapsed[copy]}   order {order_of(state, copy).length:.3f}"])


def _arrow(total: complex, count: int) -> str:
    if count == 0:
        return "."
    if abs(total) < 0.3 * count:
        return "o"
    return _ARROWS[round(math.atan2(total.imag, total.real) / (math.pi / 4)) % 8]
