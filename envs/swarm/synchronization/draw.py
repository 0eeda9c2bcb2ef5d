"""Marks of synchronization in pictures."""

from ...rendering.grid_canvas import Board
from ...rendering.palette import REACHED
from ..swarmbench.state import State
from .rules import SCORED


def mark_point(board: Board, state: State, env: int) -> None:
    """Draw a golden frame within the walls after a step that scored."""
    if state.env_counters[env, SCORED]:
        room = board.region((1, 1), (board.rows - 2, board.columns - 2))
        board.canvas.rectangle(room.shrunk(0.06 * board.cell), REACHED, line=0.12 * board.cell)
