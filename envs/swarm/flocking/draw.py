"""What a picture of flocking shows beside the agents."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.grid_canvas import Board
from ...rendering.palette import REACHED, agent_colour
from ..swarmbench.state import State
from .rules import COLUMN, COST, ROW


def mark_formation(board: Board, state: State, copy: int, formation: NDArray[np.int32]) -> None:
    """Outline the cells of the cheapest formation as it stands on the map, in gold once it is complete."""
    height, width = state.occupant.shape[1:]
    tally = state.tally[copy]
    colour = REACHED if tally[COST] == 0 else agent_colour(0)
    for row, column in formation + tally[[ROW, COLUMN]]:
        if 0 <= row < height and 0 <= column < width:
            board.square((row, column), [colour], inset=0.02)
