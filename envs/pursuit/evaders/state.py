"""The state of the pursuit, the constants of its kernels, and their work space.

Cells are (row, column): pursuit_v5's y and x, rows downwards. Padded grids have `pad` extra cells
on each side.
"""

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...grid.moves import offsets
from ...kernels.arrays import Bool, Float32, Float64, Int32, Int64, UInt8, UInt64
from .config import EvadersConfig

NEVER = np.int32(-1)
STAY = 4
MOVES = offsets("LRDU.")
"""Offsets of left, right, down, up, stay: pursuit_v5's order."""


class State(NamedTuple):
    """Arrays of all envs."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream of the env."""
    elapsed: Annotated[Int32, "envs"]
    """Steps since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    pursuer: Annotated[Int32, "envs pursuers 2"]
    """Row and column."""
    evader: Annotated[Int32, "envs evaders 2"]
    """Row and column; those where it was caught for an evader that is gone."""
    caught_at: Annotated[Int32, "envs evaders"]
    """Number of the step that caught the evader, from 1, or NEVER."""
    pursuer_count: Annotated[UInt8, "envs padded_rows padded_columns"]
    """Pursuers in each cell."""
    evader_count: Annotated[UInt8, "envs padded_rows padded_columns"]
    """Evaders in each cell, those caught left out."""
    catching: Annotated[Bool, "envs pursuers"]
    """True if the pursuer took part in a catch in the last step."""
    tags: Annotated[Int64, "envs"]
    """Evaders beside a pursuer, over all pursuers and steps."""
    earned: Annotated[Float64, "envs"]
    """Sum over steps of the mean reward of the pursuers."""


class Scratch(NamedTuple):
    """Work space of the kernels, a row for each env; means nothing between calls."""

    taken: Annotated[UInt8, "envs padded_rows padded_columns"]
    """1 where no further agent of a kind may begin, while its episode is begun."""


class Constants(NamedTuple):
    """Values that the kernels read and no step changes."""

    wall: Annotated[UInt8, "padded_rows padded_columns"]
    """1 building or outside, 0 open."""
    building: Annotated[Float32, "cells"]
    """1 building, 0 open: the cells of the map without padding, row by row."""
    pad: int
    """Extra cells on each side, at least 1."""
    radius: int
    """Cells that a pursuer sees on each side of its own."""
    window: float
    """The parameter `constraint_window`."""
    frozen: bool
    """True if the evaders do not move."""
    surround: bool
    n_catch: int
    tag_reward: float
    catch_reward: float
    urgency_reward: float
    local_ratio: float


def build_constants(config: EvadersConfig, walls: NDArray[np.uint8]) -> Constants:
    """The constants for a config and its map `(rows, columns)`."""
    radius = config.obs_range // 2
    pad = max(radius, 1)
    return Constants(
        wall=np.pad(walls, pad, constant_values=1),
        building=walls.astype(np.float32).reshape(-1),
        pad=pad,
        radius=radius,
        window=float(config.constraint_window),
        frozen=config.freeze_evaders,
        surround=config.surround,
        n_catch=config.n_catch,
        tag_reward=float(config.tag_reward),
        catch_reward=float(config.catch_reward),
        urgency_reward=float(config.urgency_reward),
        local_ratio=config.own_share,
    )
