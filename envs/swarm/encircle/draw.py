"""What a picture of encircle shows beside the agents and the prey."""

from ...rendering.grid_canvas import Board
from ...rendering.palette import REACHED
from ..swarmbench.state import GONE, State
from .rules import CAUGHT_COLUMN, CAUGHT_ROW


def mark_catch(board: Board, state: State, copy: int) -> None:
    """A golden flash where the last step caught a prey, and one where the next one appeared."""
    row, column = state.tally[copy, [CAUGHT_ROW, CAUGHT_COLUMN]]
    if row != GONE:
        board.halo((row, column), REACHED, radius=0.72, line=0.3, alpha=0.85)
        board.halo(state.position[copy, -1], REACHED, radius=0.56, line=0.1)
