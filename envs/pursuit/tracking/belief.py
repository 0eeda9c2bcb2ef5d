"""The belief of a target: a Kalman filter over (x, y, vx, vy), linearised where it is used.

The little linear algebra is written out, on a mean (4,) and a covariance (4, 4) that stays
symmetric to the bit. The model of a target moves by its velocity and is pushed by white noise of
power q: x' = A x + N(0, W), with A = [[I, t I], [0, I]] and
W = q [[t^3/3 I, t^2/2 I], [t^2/2 I, t I]].
"""

import numpy as np

from ...kernels import njit
from ...plane.geometry import wrap_angle

TIME_STEP = 0.5
"""Seconds."""
RANGE_ERROR, BEARING_ERROR = 0.2, 0.01
"""Standard deviations of a measurement, in metres and radians."""
SPEED_LIMIT = 2.0
"""Beliefs hold each component of a target's velocity within this, in metres per second."""
CLOSEST = 0.1
"""Metres: lesser ranges count as this where a bearing is differentiated.

Else the derivative would grow without bound.
"""
WORK = 4
"""Columns (of 4) that `observe_belief` needs as work space."""


@njit(cache=True)
def predict_belief(mean, covariance, q, side):
    """Predict the belief one time step ahead."""
    t = TIME_STEP
    p = covariance
    for a in range(2):
        mean[a] += t * mean[a + 2]
        for b in range(2):
            p[a, b] += t * (p[a, b + 2] + p[a + 2, b]) + t * t * p[a + 2, b + 2]
    for a in range(2):
        for b in range(2):
            p[a, b + 2] += t * p[a + 2, b + 2]
        p[a, a] += q * t * t * t / 3
        p[a, a + 2] += q * t * t / 2
        p[a + 2, a + 2] += q * t
    _mirror(p)
    hold_belief(mean, side)


@njit(cache=True, inline="always")
def hold_belief(mean, side):
    """Keep the believed position in the area and the believed velocity within its limit."""
    for a in range(2):
        mean[a] = min(max(mean[a], 0.0), side)
        mean[a + 2] = min(max(mean[a + 2], -SPEED_LIMIT), SPEED_LIMIT)


@njit(cache=True, inline="always")
def _mirror(p):
    for a in range(1, 4):
        for b in range(a):
            p[a, b] = p[b, a]


@njit(cache=True)
def observe_belief(mean, covariance, work, x, y, heading, measured_range, measured_bearing, side):
    """Correct the belief by a range and a bearing measured from (x, y, heading), in Joseph's form.

    With gain K and C = I - K H the covariance becomes C P C' + K R K', which stays positive
    whatever the rounding does to K. H has no velocity columns, so only the first two columns of C
    differ from the identity.

    Args:
        work: (4, WORK) scratch.
    """
    p = covariance
    dx, dy = mean[0] - x, mean[1] - y
    r = np.sqrt(dx * dx + dy * dy)
    # Rows of H: the radial unit vector, and the tangential one over the range.
    divisor = max(r, CLOSEST)
    hx, hy = dx / divisor, dy / divisor
    gx, gy = -hy / divisor, hx / divisor
    # S = H P H' + R, and its inverse.
    s00 = hx * hx * p[0, 0] + 2 * hx * hy * p[0, 1] + hy * hy * p[1, 1] + RANGE_ERROR * RANGE_ERROR
    s11 = gx * gx * p[0, 0] + 2 * gx * gy * p[0, 1] + gy * gy * p[1, 1] + BEARING_ERROR * BEARING_ERROR
    s01 = hx * gx * p[0, 0] + (hx * gy + hy * gx) * p[0, 1] + hy * gy * p[1, 1]
    determinant = s00 * s11 - s01 * s01
    off_range = measured_range - r
    off_bearing = wrap_angle(measured_bearing - (np.arctan2(dy, dx) - heading))
    for a in range(4):  # K = P H' / S in the first two columns of `work`, K H in the others
        u, v = p[a, 0] * hx + p[a, 1] * hy, p[a, 0] * gx + p[a, 1] * gy
        k0, k1 = (u * s11 - v * s01) / determinant, (v * s00 - u * s01) / determinant
        work[a, 0], work[a, 1] = k0, k1
        work[a, 2], work[a, 3] = k0 * hx + k1 * gx, k0 * hy + k1 * gy
    for a in range(4):
        mean[a] += work[a, 0] * off_range + work[a, 1] * off_bearing
    _joseph(p, work)
    hold_belief(mean, side)


@njit(cache=True)
def _joseph(p, work):
    """Replace P by C P C' + K R K'; `work` holds K and K H as `observe_belief` leaves them."""
    for b in range(4):  # C P, column by column
        top, next_ = p[0, b], p[1, b]
        for a in range(4):
            p[a, b] -= work[a, 2] * top + work[a, 3] * next_
    for a in range(4):  # (C P) C', row by row, and the noise that comes with the measurement
        left, right = p[a, 0], p[a, 1]
        u, v = work[a, 0] * RANGE_ERROR * RANGE_ERROR, work[a, 1] * BEARING_ERROR * BEARING_ERROR
        for b in range(a, 4):
            p[a, b] += u * work[b, 0] + v * work[b, 1] - left * work[b, 2] - right * work[b, 3]
    _mirror(p)


@njit(cache=True)
def log_determinant(p):
    """log det of a positive (4, 4) matrix, by the pivots of its Cholesky factor in scalars."""
    d0 = p[0, 0]
    a, b, c = p[1, 0] / d0, p[2, 0] / d0, p[3, 0] / d0
    d1 = p[1, 1] - a * p[1, 0]
    m21, m31 = p[2, 1] - b * p[1, 0], p[3, 1] - c * p[1, 0]
    e, f = m21 / d1, m31 / d1
    d2 = p[2, 2] - b * p[2, 0] - e * m21
    m32 = p[3, 2] - c * p[2, 0] - f * m21
    d3 = p[3, 3] - c * p[3, 0] - f * m31 - m32 * m32 / d2
    return np.log(d0 * d1) + np.log(d2 * d3)


def highest_log_determinant(initial: float, q: float, steps: int) -> float:
    """log det after `steps` steps without a measurement; none makes it larger."""
    t = TIME_STEP * steps
    axis = initial * initial + initial * q * t * (1 + t * t / 3) + (q * t * t) ** 2 / 12
    return float(2 * np.log(axis))


def lowest_log_determinant(q: float, observers: int) -> float:
    """Lower bound of log det after any step in which `observers` measure at once.

    The prediction leaves at least W, and a measurement adds at most `information` to the inverse
    along each axis of the position.
    """
    information = observers * max(RANGE_ERROR**-2, (BEARING_ERROR * CLOSEST) ** -2)
    t = TIME_STEP
    return float(2 * (np.log(q * q * t**4 / 12) - np.log1p(information * q * t**3 / 3)))
