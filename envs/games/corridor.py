"""Moves on small grids as in ma-gym: agents move one after the other by index."""

from ..grid.moves import offsets
from ..kernels import njit

MOVES = offsets("DLUR.")
"""Row and column of each move: down, left, up, right, stay, in the order of ma-gym."""
DOWN, LEFT, UP, RIGHT, STAY = 0, 1, 2, 3, 4


@njit(cache=True)
def try_move(walls, cell, i, move):
    """Move agent i unless a wall, the edge or another agent is in its way; return True if it moved.

    Args:
        walls: (rows, columns) bool.
        cell: (agents, 2) int32 row and column of each agent.
        move: index of a row of MOVES.
    """
    if move == STAY:
        return False
    row, column = cell[i, 0] + MOVES[move, 0], cell[i, 1] + MOVES[move, 1]
    if row < 0 or row >= walls.shape[0] or column < 0 or column >= walls.shape[1] or walls[row, column]:
        return False
    for j in range(cell.shape[0]):
        if j != i and cell[j, 0] == row and cell[j, 1] == column:
            return False
    cell[i, 0], cell[i, 1] = row, column
    return True
