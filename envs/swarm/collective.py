"""Config and kernels of collective behaviour: descriptions of a population of any size.

A population is described to a centralized critic by its empirical measure, smoothed: each of a
fixed number of grid points gets the tents of the agents near it. A tent falls linearly from 1 at
its grid point to 0 at the neighbouring ones, so the tents over an agent add up to 1: the numbers
are those of a histogram whose bins have no sharp edges. They are scaled so that a population spread
evenly over a torus or circle gives 1 everywhere.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ..core.config import Config
from ..core.ranges import Interval, Steps
from ..core.validation import LARGEST
from ..kernels import njit

MOST_AGENTS = 100_000


@dataclass(frozen=True)
class CollectiveConfig(Config):
    """Config values that the tasks of collective behaviour share.

    Raises:
        BadParameter: a value is out of range.
    """

    num_agents: Annotated[int, Interval(ge=1, le=MOST_AGENTS)] = 100
    """Number of agents; a policy without agent ids runs with any number."""
    noise: Annotated[float, Interval(ge=0, le=LARGEST)] = 0.03
    """Standard deviation of the noise on each coordinate or angle in a step."""
    observation_noise: Annotated[float, Interval(ge=0, le=LARGEST)] = 0.03
    """Standard deviation of the noise on observed coordinates, or on the observed angle."""
    action_cost: Annotated[float, Interval(ge=0, le=LARGEST)] = 0.01
    """Cost in a step, times the mean size of the agents' actions, which is 0 to 1."""
    max_cycles: Steps = 100
    """Steps after which an episode is truncated."""


@njit(cache=True)
def spread_on_line(x, low, spacing, last):
    """Grid points around `x` and the tent of the second: `(k, k + 1, weight of k + 1)`.

    Grid points lie at `low + k * spacing` for k = 0 to `last`; coordinates beyond count to the
    outermost.
    """
    at = min(max((x - low) / spacing, 0.0), float(last))
    first = min(np.int64(at), last - 1)
    return first, first + 1, at - first


@njit(cache=True)
def spread_on_ring(x, low, spacing, points):
    """Like `spread_on_line` on a ring of `points` grid points, whose first follows on the last."""
    at = (x - low) / spacing
    first = np.int64(np.floor(at))
    return first % points, (first + 1) % points, at - first


@njit(cache=True)
def add_tents(field, row, next_row, up, column, next_column, across, amount):
    """Add `amount` to the four points around a place by their tents; `field` is (rows, columns)."""
    field[row, column] += amount * (1.0 - up) * (1.0 - across)
    field[row, next_column] += amount * (1.0 - up) * across
    field[next_row, column] += amount * up * (1.0 - across)
    field[next_row, next_column] += amount * up * across


def count_in_cells(position: NDArray[np.float64], half_side: float) -> list[str]:
    """Agents in 10 x 20 cells as characters, the highest y first: `.` 0, 1 to 9, `#` more."""
    edges = np.linspace(-half_side, half_side, 21)
    counts, _, _ = np.histogram2d(position[:, 1], position[:, 0], (edges[::2], edges))
    return ["".join(".123456789"[int(k)] if k < 10 else "#" for k in row) for row in counts[::-1]]
