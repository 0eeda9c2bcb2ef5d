"""Marks of flocking in pictures."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.grid_canvas import Board
from ...rendering.palette import REACHED, agent_colour
from ..swarmbench.state import State
from .rules import COLUMN, COST, ROW


def mark_formation(board: Board, state: State, env: int, formation: NDArray[np.int32]) -> None:
    """Outline the cells of the cheapest formation on the map, in gold once it is complete."""
    height, width = state.occupant.shape[1:]
    counters = state.env_counters[env]
    colour = REACHED if counters[COST] == 0 else agent_colour(0)
    for row, column in formation + counters[[ROW, COLUMN]]:
        if 0 <= row < height and 0 <= column < width:
            board.square((row, column), [colour], inset=0.02)
