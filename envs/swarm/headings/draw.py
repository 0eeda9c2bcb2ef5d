"""Parts of the pictures of Kuramoto's and Vicsek's tasks."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...rendering.palette import TEXT, Colour, angle_colour
from .rules import measure_order
from .state import State

SHADES = 64
"""Number of colours on the wheel; more could not be distinguished."""
_WHEEL = [angle_colour(2 * math.pi * k / SHADES) for k in range(SHADES)]
_ARROWS = "→↗↑↖←↙↓↘"


def shade(angle: float) -> Colour:
    """The nearest colour of the wheel."""
    return _WHEEL[round(angle / (2 * math.pi) * SHADES) % SHADES]


class Order(NamedTuple):
    """Agreement of a population."""

    length: float
    """Order, 0 to 1."""
    angle: float
    """Mean angle in radians."""

    @property
    def vector(self) -> tuple[float, float]:
        """The mean unit vector."""
        return self.length * math.cos(self.angle), self.length * math.sin(self.angle)


def order_of(state: State, env: int) -> Order:
    """The order of one env."""
    return Order(*measure_order(state.angle[env]))


def caption_parts(state: State, env: int) -> list[tuple[str, Colour]]:
    """Step and order, for the line below a picture."""
    return [(f"step {state.elapsed[env]}", TEXT), (f"order {order_of(state, env).length:.3f}", TEXT)]


def places_across_edges(position: NDArray[np.float64], side: float, reach: float) -> list[tuple[float, float]]:
    """Places at which a body on a torus shows: its own, and one beyond each edge that it touches.

    `reach` is the size of the body.
    """
    x, y = float(position[0]), float(position[1])
    shifts = [[0.0] + [-math.copysign(side, at)] * (abs(at) > side / 2 - reach) for at in (x, y)]
    return [(x + dx, y + dy) for dx in shifts[0] for dy in shifts[1]]


def directions_in_cells(state: State, env: int, side: float) -> str:
    """Mean directions in ten rows of twenty cells, the highest y first.

    An arrow is the mean direction of the agents there, `o` stands for none and `.` for no agent.
    """
    angle, at = state.angle[env], state.position[env]
    row = np.clip((at[:, 1] / side + 0.5) * 10, 0, 9).astype(int)
    column = np.clip((at[:, 0] / side + 0.5) * 20, 0, 19).astype(int)
    total, count = np.zeros((10, 20), complex), np.zeros((10, 20), int)
    np.add.at(total, (row, column), np.exp(1j * angle))
    np.add.at(count, (row, column), 1)
    rows = ["".join(_arrow(total[r, q], count[r, q]) for q in range(20)) for r in range(9, -1, -1)]
    return "\n".join([*rows, f"step {state.elapsed[env]}   order {order_of(state, env).length:.3f}"])


def _arrow(total: complex, count: int) -> str:
    if count == 0:
        return "."
    if abs(total) < 0.3 * count:
        return "o"
    return _ARROWS[round(math.atan2(total.imag, total.real) / (math.pi / 4)) % 8]
