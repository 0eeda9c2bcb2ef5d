"""The state of the tracking task, the constants of its kernels, and their work space."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .belief import WORK


class State(NamedTuple):
    """n pursuers, m targets; metres, seconds and radians in a square with its lower left corner at (0, 0)."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    present: NDArray[np.int32]  # (num_envs,) targets of this episode: the first so many; rows of the others are 0
    pursuer: NDArray[np.float64]  # (num_envs, n, 3) x, y, heading in [-pi, pi)
    motion: NDArray[np.float64]  # (num_envs, n, 2) speed (0 if the move was barred) and turn rate of the last step
    target: NDArray[np.float64]  # (num_envs, m, 4) x, y, vx, vy
    mean: NDArray[np.float64]  # (num_envs, m, 4) the same as the pursuers believe it to be
    covariance: NDArray[np.float64]  # (num_envs, m, 4, 4) of that belief
    log_det: NDArray[np.float64]  # (num_envs, m) log det of the covariance
    observers: NDArray[np.int32]  # (num_envs, m) pursuers that saw the target in the last step
    information: NDArray[np.float64]  # (num_envs,) sum over steps of the mean of -log det
    error: NDArray[np.float64]  # (num_envs,) sum over steps of the mean distance of believed and true positions
    observed: NDArray[np.int64]  # (num_envs,) sum over steps of the targets that someone saw


class Constants(NamedTuple):
    """What the kernels need and no step changes."""

    side: float
    per_side: int  # cells along the side
    rows: int  # rows of an observation
    sensor_range: float
    cos_half: float  # a target is in view where its part along the heading is at least so much of its distance
    target_noise: float
    belief_noise: float
    fewest: int  # an episode has so many targets at least


class Scratch(NamedTuple):
    """Work space of the kernels, one row a copy; means nothing between steps. For `first` and `member` see `cells.Cells`."""

    pursuer_first: NDArray[np.int32]  # (num_envs, per_side**2 + 1)
    pursuer_member: NDArray[np.int32]  # (num_envs, n)
    target_first: NDArray[np.int32]  # (num_envs, per_side**2 + 1), of the targets, later of the beliefs
    target_member: NDArray[np.int32]  # (num_envs, m)
    facing: NDArray[np.float64]  # (num_envs, n, 2) cosine and sine of the headings
    observer: NDArray[np.int32]  # (num_envs, n) who sees a target, ascending
    work: NDArray[np.float64]  # (num_envs, 4, WORK)
    nearest: NDArray[np.int32]  # (num_envs, rows)
    squared: NDArray[np.float64]  # (num_envs, rows)


def allocate_scratch(num_envs: int, n: int, m: int, constants: Constants) -> Scratch:
    """Work space for n pursuers and m targets."""
    e, cells, rows = num_envs, constants.per_side**2, constants.rows
    return Scratch(
        pursuer_first=np.zeros((e, cells + 1), np.int32),
        pursuer_member=np.zeros((e, n), np.int32),
        target_first=np.zeros((e, cells + 1), np.int32),
        target_member=np.zeros((e, m), np.int32),
        facing=np.zeros((e, n, 2)),
        observer=np.zeros((e, n), np.int32),
        work=np.zeros((e, 4, WORK)),
        nearest=np.zeros((e, rows), np.int32),
        squared=np.zeros((e, rows)),
    )
