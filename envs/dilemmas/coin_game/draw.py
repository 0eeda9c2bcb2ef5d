"""The coin game in pictures and in characters."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...rendering.canvas import Point
from ...rendering.grid_canvas import Board
from ...rendering.palette import COLLISION, REACHED, TEXT, Colour, agent_colour, mix
from .rules import ABSENT, OTHERS, OWN, PLAYERS
from .state import Constants, State

PLAYER_COLOURS: tuple[Colour, Colour] = (agent_colour(5), agent_colour(0))
"""Red and blue, as the players are called in the literature."""
NAMES = ("red", "blue")


def draw(state: State, env: int, k: Constants) -> NDArray[np.uint8]:
    """Draw the torus, `(height, width, 3)` uint8.

    Players are numbered discs, coins smaller ones with a golden rim in the colour of their owner.
    A golden ring surrounds a player that has just taken its own coin, a red one a player that has
    taken the other's.
    """
    board = Board(np.zeros((k.height, k.width), np.bool_), cell=160 if max(k.height, k.width) <= 3 else None)
    together = (state.player[env, 0] == state.player[env, 1]).all()
    for i in range(PLAYERS):
        _player(board, state, env, i, together)
    for i in range(PLAYERS):
        if state.coin[env, i, 0] != ABSENT:
            x, y = board.centre(state.coin[env, i])
            # Left or right of the middle, below the numbers, so that all in a cell is visible.
            _coin(board, (x + (0.5 * i - 0.25) * board.cell, y + 0.28 * board.cell), PLAYER_COLOURS[i])
    parts: list[tuple[str, Colour]] = []
    for i in range(PLAYERS):
        own, others = int(state.own[env, i]), int(state.others[env, i])
        said = f"{NAMES[i]} {state.returns[env, i]:g}: took {own} own, {others} of the other's"
        parts.append((said, mix(PLAYER_COLOURS[i], TEXT, 0.2)))
    board.caption(parts, f"step {state.elapsed[env]}")
    return board.canvas.pixels()


def _player(board: Board, state: State, env: int, i: int, together: Any) -> None:
    row, column = state.player[env, i].tolist()
    cell = np.array((row, column + 0.2 * (2 * i - 1) * together))
    board.disc(cell, PLAYER_COLOURS[i], str(i), radius=0.24 if together else 0.32)
    taken = int(state.taken[env, i])
    radius = 0.28 if together else 0.38
    if taken & OWN:
        board.halo(cell, REACHED, radius=radius + (0.06 if taken & OTHERS else 0.0), line=0.05)
    if taken & OTHERS:
        board.halo(cell, COLLISION, radius=radius, line=0.05)


def _coin(board: Board, centre: Point, colour: Colour) -> None:
    size = max(0.16 * board.cell, 2.5)
    board.canvas.disc(centre, size, mix(REACHED, TEXT, 0.25))
    board.canvas.disc(centre, 0.88 * size, REACHED)
    board.canvas.disc(centre, 0.66 * size, colour)


def text(state: State, env: int, k: Constants) -> str:
    """Rows of cells: `R`, `B` the players, `r`, `b` their coins, `.` where there is neither."""
    things = [["" for _ in range(k.width)] for _ in range(k.height)]
    for i in range(PLAYERS):
        row, column = state.player[env, i]
        things[row][column] += "RB"[i]
    for i in range(PLAYERS):
        row, column = state.coin[env, i]
        if row != ABSENT:
            things[row][column] += "rb"[i]
    wide = max(len(thing) for row in things for thing in row)
    lines = [" ".join((thing or ".").ljust(wide) for thing in row).rstrip() for row in things]
    returns = state.returns[env]
    return "\n".join(lines) + f"\nred {returns[0]:g}  blue {returns[1]:g}  step {state.elapsed[env]}"
