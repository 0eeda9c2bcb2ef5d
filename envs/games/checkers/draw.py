"""The checkers task in pictures and in characters."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.grid_canvas import Board
from ...rendering.palette import COLLISION, REACHED, TEXT, Colour, agent_colour, mix
from .rules import APPLE, COLUMNS, LEMON, NOTHING, PLAIN, ROWS, SENSITIVE
from .state import State

LEMON_COLOUR: Colour = (232, 211, 50)
APPLE_COLOUR: Colour = (200, 48, 60)
LEAF: Colour = (62, 130, 60)
NAMES = {SENSITIVE: "sensitive", PLAIN: "plain"}
MARKS = {NOTHING: ".", LEMON: "y", APPLE: "o"}


def draw(state: State, env: int) -> NDArray[np.uint8]:
    """Draw the board, `(height, width, 3)` uint8: red apples, yellow lemons, numbered agents.

    A golden ring surrounds an agent that ate an apple in this step, a red one an agent that ate a
    lemon.
    """
    board = Board(np.zeros((ROWS, COLUMNS), np.uint8), cell=70)
    for row in range(ROWS):
        for column in range(COLUMNS):
            _draw_food(board, (row, column), int(state.food[env, row, column]))
    parts = []
    for i in range(2):
        board.disc(state.cell[env, i], agent_colour(i), str(i))
        if state.bite[env, i] != NOTHING:
            board.halo(state.cell[env, i], REACHED if state.bite[env, i] == APPLE else COLLISION)
        eaten = state.eaten[env, i]
        parts.append(
            (f"{i} ({NAMES[i]}): {eaten[APPLE]} apples, {eaten[LEMON]} lemons", mix(agent_colour(i), TEXT, 0.25))
        )
    board.caption(parts, f"step {state.elapsed[env]}")
    return board.canvas.pixels()


def text(state: State, env: int) -> str:
    """The board: `o` apple, `y` lemon, `.` nothing, digits agents."""
    grid = [[MARKS[int(kind)] for kind in row] for row in state.food[env]]
    for i, (row, column) in enumerate(state.cell[env]):
        grid[row][column] = str(i)
    return "\n".join("".join(row) for row in grid) + f"\nstep {state.elapsed[env]}"


def _draw_food(board: Board, cell: tuple[int, int], kind: int) -> None:
    x, y = board.centre(cell)
    size = 0.26 * board.cell
    if kind == APPLE:
        board.canvas.disc((x, y + 2), size, mix(APPLE_COLOUR, TEXT, 0.3))
        board.canvas.disc((x, y + 2), size - 2, APPLE_COLOUR)
        board.canvas.line([(x, y - size + 4), (x + 3, y - size - 5)], mix(LEAF, TEXT, 0.4), width=3)
        board.canvas.line([(x + 4, y - size - 2), (x + 12, y - size - 6)], LEAF, width=6)
    elif kind == LEMON:
        for dx in (-size - 2, size + 2):
            board.canvas.disc((x + dx, y), 5, mix(LEMON_COLOUR, TEXT, 0.3))
        board.canvas.disc((x, y), size, mix(LEMON_COLOUR, TEXT, 0.3))
        board.canvas.disc((x, y), size - 2, LEMON_COLOUR)
