"""Pictures of the grids."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ...errors import BadParameter
from ...rendering.grid_canvas import Board
from ...rendering.palette import BACKGROUND, COLLISION, FLOOR, FOCUS, MUTED, REACHED, TEXT, Colour, agent_colour, mix
from .pushing import COLUMN, ROW
from .state import GONE, Constants, State
from .symbols import BOX, FOOD, NEST, PREY, STAY, WALL

WOOD: Colour = (190, 145, 92)
LEAF: Colour = (60, 150, 75)
STRAW: Colour = (214, 170, 60)


def draw(
    state: State,
    k: Constants,
    env: int,
    more: Sequence[str] = (),
    mark: Callable[[Board], None] | None = None,
    *,
    follow: int | None = None,
    cell: int | None = None,
) -> NDArray[np.uint8]:
    """A picture of one env, `(height, width, 3)` uint8.

    Agents are numbered discs with a tip in the direction of their last move, even where they could
    not follow it. In tasks with lights those that are on have a golden ring and those that are off
    are pale. A message is a small white disc with its number at the upper right of the agent. The
    box is brown, food green, the nest straw-coloured, a prey red.

    Args:
        more: texts that the task adds to the caption.
        mark: draws the task's own marks, above things and below agents.
        follow: an agent whose view to frame.
        cell: pixels on a side of a cell; by the size of the map where left out.

    Raises:
        BadParameter: there is no env or agent of that number, or `cell` is below 1.
    """
    _check(state, env, follow, cell)
    height, width = state.occupant.shape[1:]
    n = state.on.shape[1]
    symbol = state.symbol[env, k.radius : k.radius + height, k.radius : k.radius + width]
    board = Board(symbol == WALL, longest_label=len(str(n - 1)), cell=cell)
    _draw_things(board, symbol)
    if mark is not None:
        mark(board)
    if follow is not None and state.position[env, follow, 0] != GONE:
        at = state.position[env, follow]
        board.canvas.rectangle(board.region(at - k.radius, at + k.radius).shrunk(-2), FOCUS, line=2, corner=3)
    for agent in np.flatnonzero(state.position[env, :n, 0] != GONE):
        _draw_agent(board, state, k, env, int(agent))
    for agent in np.flatnonzero((state.position[env, :n, 0] != GONE) & (state.said[env] > 0)):
        _draw_message(board, state, env, int(agent))
    board.caption([(f"round {state.elapsed[env]}   score {state.score[env]:.4g}", TEXT)], "   ".join(more))
    return board.canvas.pixels()


def _check(state: State, env: int, follow: int | None, cell: int | None) -> None:
    num_envs, n = state.on.shape
    if not 0 <= env < num_envs:
        raise BadParameter(f"copy is {env}; allowed is 0 to {num_envs - 1}")
    if follow is not None and not 0 <= follow < n:
        raise BadParameter(f"follow is {follow}; allowed is an agent from 0 to {n - 1}, or nobody")
    if cell is not None and cell < 1:
        raise BadParameter(f"cell is {cell}; allowed is 1 pixel or more")


def _draw_things(board: Board, symbol: NDArray[np.uint8]) -> None:
    """Draw boxes, food, nests and prey. Cells of a box run into each other within a rim."""
    for r, q in np.argwhere(symbol == BOX):
        board.canvas.rectangle(board.box((r, q)), WOOD)
    for r, q in np.argwhere(symbol == BOX):
        _rim(board, symbol, int(r), int(q))
    for kind, colour, letter in ((FOOD, LEAF, "F"), (NEST, STRAW, "N")):
        for at in np.argwhere(symbol == kind):
            board.canvas.rectangle(board.box(at, 0.03), colour, corner=0.1 * board.cell)
            board.label(board.centre(at), letter, BACKGROUND, room=0.55 * board.cell)
    for at in np.argwhere(symbol == PREY):
        x, y = board.centre(at)
        size = 0.46 * board.cell
        board.canvas.polygon([(x, y - size), (x + size, y), (x, y + size), (x - size, y)], mix(COLLISION, TEXT, 0.35))
        size *= 0.85
        board.canvas.polygon([(x, y - size), (x + size, y), (x, y + size), (x - size, y)], COLLISION)
        board.label((x, y), "P", BACKGROUND, room=0.6 * board.cell)


def _rim(board: Board, symbol: NDArray[np.uint8], row: int, column: int) -> None:
    (x, y), half = board.centre((row, column)), board.cell / 2
    for d in range(4):
        r, q = row + int(ROW[d]), column + int(COLUMN[d])
        if 0 <= r < board.rows and 0 <= q < board.columns and symbol[r, q] == BOX:
            continue
        middle = x + COLUMN[d] * half, y + ROW[d] * half
        along = abs(int(ROW[d])) * half, abs(int(COLUMN[d])) * half
        ends = [(middle[0] - along[0], middle[1] - along[1]), (middle[0] + along[0], middle[1] + along[1])]
        board.canvas.line(ends, mix(WOOD, TEXT, 0.5), width=max(0.07 * board.cell, 1.5))


def _draw_agent(board: Board, state: State, k: Constants, env: int, agent: int) -> None:
    at, colour = state.position[env, agent], agent_colour(agent)
    on, move = bool(state.on[env, agent]), int(state.moved[env, agent])
    if k.lights and not on:
        colour = mix(colour, FLOOR, 0.62)
    if k.lights and on:
        board.halo(at, REACHED, radius=0.46, line=0.12)
    x, y = board.centre(at)
    if move < STAY:  # a tip that the disc covers but for its point
        i, j, reach, side = int(ROW[move]), int(COLUMN[move]), 0.5 * board.cell, 0.24 * board.cell
        base = x + 0.26 * j * board.cell, y + 0.26 * i * board.cell
        tip = [
            (x + j * reach, y + i * reach),
            (base[0] + i * side, base[1] + j * side),
            (base[0] - i * side, base[1] - j * side),
        ]
        board.canvas.polygon(tip, mix(colour, TEXT, 0.45))
    board.disc(at, colour, str(agent), radius=0.38)


def _draw_message(board: Board, state: State, env: int, agent: int) -> None:
    x, y = board.centre(state.position[env, agent])
    at, radius = (x + 0.34 * board.cell, y - 0.34 * board.cell), max(0.19 * board.cell, 4)
    board.canvas.disc(at, radius, MUTED)
    board.canvas.disc(at, 0.86 * radius, BACKGROUND)
    board.label(at, str(int(state.said[env, agent])), TEXT, room=1.7 * radius)
