"""Hallway in pictures and in characters."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.grid_canvas import Board
from ...rendering.palette import COLLISION, FLOOR, MUTED, REACHED, TEXT, agent_colour, mix
from .rules import FAILED, PLAYING, WON, Constants, State

HEIGHT, LARGEST_CELL = 560, 48


def draw(state: State, copy: int, k: Constants) -> NDArray[np.uint8]:
    """A row for each corridor, its end at the left in gold, `(height, width, 3)` uint8.

    Members of a group have one colour and lie together. A golden ring surrounds a group that is through, a red one a group that arrived with
    another in this step and was put back; a group that has failed is grey.
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
        status = state.group[copy, g]
        for i in range(k.first[g], k.first[g + 1]):
            at = (rows[i], int(state.place[copy, i]))
            board.disc(at, mix(MUTED, FLOOR, 0.4) if status == FAILED else agent_colour(g), str(i), radius=0.4)
            if status == WON or state.clashed[copy, g]:
                board.halo(at, REACHED if status == WON else COLLISION)
    status = state.group[copy]
    parts = [
        (f"{(status == WON).sum()} of {groups} groups through", TEXT),
        (f"{(status == FAILED).sum()} failed", MUTED),
        (f"{state.clashes[copy]} clashes", COLLISION if state.clashed[copy].any() else MUTED),
    ]
    board.caption(parts, f"step {state.elapsed[copy]}")
    return board.canvas.pixels()


def text(state: State, copy: int, k: Constants) -> str:
    """A line for each corridor, `|` its end, `.` its places and `o` the agent, and after each group what became of it."""
    words = {PLAYING: "", WON: " through", FAILED: " failed"}
    lines = []
    for g in range(len(k.first) - 1):
        for i in range(k.first[g], k.first[g + 1]):
            cells = ["|", *"." * int(k.length[i])]
            cells[int(state.place[copy, i])] = "o"
            lines.append(
                "".join(cells) + words[int(state.group[copy, g])] + (" clash" if state.clashed[copy, g] else "")
            )
    return "\n".join([*lines, f"step {state.elapsed[copy]}"])
