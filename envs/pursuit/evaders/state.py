"""The state of the pursuit and the constants of its kernels.

Cells are (row, column): pursuit_v5's y and x, rows downwards. Padded grids have `pad` extra cells on each side.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .config import EvadersParameters

NEVER = np.int32(-1)
STAY = 4
MOVES = np.array([(0, -1), (0, 1), (1, 0), (-1, 0), (0, 0)], np.int32)
"""left, right, down, up, stay: pursuit_v5's order."""


class State(NamedTuple):
    """n pursuers, m evaders."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    pursuer: NDArray[np.int32]  # (num_envs, n, 2) row, column
    evader: NDArray[np.int32]  # (num_envs, m, 2) row, column; where it stood when it was caught
    caught_at: NDArray[np.int32]  # (num_envs, m) number of the step that caught it, from 1, or -1
    pursuer_count: NDArray[np.uint8]  # (num_envs, padded) pursuers in each cell
    evader_count: NDArray[np.uint8]  # (num_envs, padded) evaders in each cell, those caught left out
    catching: NDArray[np.bool_]  # (num_envs, n) the pursuer took part in a catch in the last step
    tags: NDArray[np.int64]  # (num_envs,) evaders beside a pursuer, over all pursuers and steps
    earned: NDArray[np.float64]  # (num_envs,) sum of the rewards so far, mean of the pursuers


class Constants(NamedTuple):
    """What the kernels need and no step changes."""

    wall: NDArray[np.uint8]  # (padded) 1 building or outside, 0 open
    building: NDArray[np.float32]  # (rows * columns,) 1 building, 0 open: the map without padding
    pad: int  # extra cells on each side, at least 1
    radius: int  # how far a pursuer sees
    window: float  # constraint_window
    frozen: bool  # the evaders do not move
    surround: bool
    n_catch: int
    tag_reward: float
    catch_reward: float
    urgency_reward: float
    local_ratio: float


def build_constants(parameters: EvadersParameters, walls: NDArray[np.uint8]) -> Constants:
    """What the kernels need, for a map (rows, columns)."""
    radius = parameters.obs_range // 2
    pad = max(radius, 1)
    return Constants(
        wall=np.pad(walls, pad, constant_values=1),
        building=walls.astype(np.float32).reshape(-1),
        pad=pad,
        radius=radius,
        window=float(parameters.constraint_window),
        frozen=parameters.freeze_evaders,
        surround=parameters.surround,
        n_catch=parameters.n_catch,
        tag_reward=float(parameters.tag_reward),
        catch_reward=float(parameters.catch_reward),
        urgency_reward=float(parameters.urgency_reward),
        local_ratio=parameters.own_share,
    )
