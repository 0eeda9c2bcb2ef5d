"""Hallway in pictures and in characters."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.grid_canvas import Board
from ...rendering.palette import COLLISION, FLOOR, MUTED, REACHED, TEXT, agent_colour, mix
from .rules import FAILED, PLAYING, WON
from .state import Constants, State

HEIGHT, LARGEST_CELL = 560, 48


def draw(state: State, env: int, k: Constants) -> NDArray[np.uint8]:
    """Draw a row for each corridor, its end at the left in gold, `(height, width, 3)` uint8.

    Members of a group have one colour and lie together. A golden ring surrounds the members of a
    group that has won, a red one those of a group that arrived with another in this step and was
    put back; a group that has failed is grey.
    """
    groups, longest = len(k.first) - 1, int(k.longest)
    rows = [i + g for g in range(groups) for i in range(k.first[g], k.first[g + 1])]  # a wall between groups
    walls = np.ones((rows[-1] + 1, longest + 1), np.bool_)
    for row, length in zip(rows, k.length):
        walls[row, : length + 1] = False
    cell = max(6, min(LARGEST_CELL, HEIGHT // len(walls), 900 // (longest + 1)))
    board = Board(walls, longest_label=len(str(len(rows) - 1)), cell=cell)
    for row in rows:
        board.canvas.rectangle(board.box((row, 0), 0.04), mix(REACHED, FLOOR, 0.55))
    for g in range(groups):
        status = state.group[env, g]
        for i in range(k.first[g], k.first[g + 1]):
            at = (rows[i], int(state.place[env, i]))
            board.disc(at, mix(MUTED, FLOOR, 0.4) if status == FAILED else agent_colour(g), str(i), radius=0.4)
            if status == WON or state.clashed[env, g]:
                board.halo(at, REACHED if status == WON else COLLISION)
    status = state.group[env]
    parts = [
        (f"{(status == WON).sum()} of {groups} groups through", TEXT),
        (f"{(status == FAILED).sum()} failed", MUTED),
        (f"{state.clashes[env]} clashes", COLLISION if state.clashed[env].any() else MUTED),
    ]
    board.caption(parts, f"step {state.elapsed[env]}")
    return board.canvas.pixels()


def text(state: State, env: int, k: Constants) -> str:
    """A line for each corridor, `|` its end, `.` its places and `o` the agent, then its outcome."""
    words = {PLAYING: "", WON: " through", FAILED: " failed"}
    lines = []
    for g in range(len(k.first) - 1):
        for i in range(k.first[g], k.first[g + 1]):
            cells = ["|", *"." * int(k.length[i])]
            cells[int(state.place[env, i])] = "o"
            lines.append("".join(cells) + words[int(state.group[env, g])] + (" clash" if state.clashed[env, g] else ""))
    return "\n".join([*lines, f"step {state.elapsed[env]}"])
