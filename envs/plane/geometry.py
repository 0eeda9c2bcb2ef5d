"""Angles and offsets in the plane, for kernels.

Angles are radians from the x axis, anticlockwise.
"""

import numpy as np

from ..kernels import njit

_TURN = 2 * np.pi


@njit(cache=True, inline="always")
def wrap_angle(angle):
    """The same direction in [-pi, pi)."""
    return angle - _TURN * np.floor((angle + np.pi) / _TURN)


@njit(cache=True, inline="always")
def wrap_offset(offset, side):
    """The shortest offset on a ring of length `side`, in [-side / 2, side / 2)."""
    return offset - side * np.floor(offset / side + 0.5)
