"""Marks of encircle in pictures."""

from ...rendering.grid_canvas import Board
from ...rendering.palette import REACHED
from ..swarmbench.state import GONE, State
from .rules import CAUGHT_COLUMN, CAUGHT_ROW


def mark_catch(board: Board, state: State, env: int) -> None:
    """Draw golden flashes where the last step caught a prey and where the next one appeared."""
    row, column = state.env_counters[env, [CAUGHT_ROW, CAUGHT_COLUMN]]
    if row != GONE:
        board.halo((row, column), REACHED, radius=0.72, line=0.3, alpha=0.85)
        board.halo(state.position[env, -1], REACHED, radius=0.56, line=0.1)
