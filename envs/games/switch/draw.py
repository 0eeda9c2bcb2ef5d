"""The switch task in pictures and in characters."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.grid_canvas import Board
from ...rendering.palette import COLLISION, MUTED, REACHED, TEXT, agent_colour, mix
from .rules import GOALS, STARTS, WALLS
from .state import State


def draw(state: State, copy: int) -> NDArray[np.uint8]:
    """The rooms and the corridor, `(height, width, 3)` uint8.

    Agents are numbered discs, their goals squares in the same colour, their starts small dots. A golden ring surrounds an agent that has
    arrived, a red one an agent that a wall or another agent kept from moving in this step.
    """
    n = state.cell.shape[1]
    board = Board(WALLS, cell=72)
    for i in range(n):
        board.square(GOALS[i], [agent_colour(i)], [str(i)])
        board.canvas.disc(board.centre(STARTS[i]), 6, mix(agent_colour(i), (255, 255, 255), 0.3))
    for i in range(n):
        board.disc(state.cell[copy, i], agent_colour(i), str(i))
        if state.arrived[copy, i]:
            board.halo(state.cell[copy, i], REACHED)
        elif state.bumped[copy, i]:
            board.halo(state.cell[copy, i], COLLISION)
    arrived = int((state.arrived[copy] > 0).sum())
    parts = [(f"{arrived} of {n} have arrived", TEXT)]
    if state.blocked[copy]:
        parts.append((f"blocked {state.blocked[copy]}", COLLISION if state.bumped[copy].any() else MUTED))
    board.caption(parts, f"step {state.elapsed[copy]}")
    return board.canvas.pixels()


def text(state: State, copy: int) -> str:
    """The grid: `#` wall, `.` floor, digits agents, letters `a`, `b`, ... the goals of agents 0, 1, ... that are not there yet."""
    grid = np.where(WALLS, "#", ".")
    for i in range(state.cell.shape[1]):
        grid[tuple(GOALS[i])] = "abcd"[i]
    for i, cell in enumerate(state.cell[copy]):
        grid[tuple(cell)] = str(i)
    return "\n".join("".join(row) for row in grid) + f"\nstep {state.elapsed[copy]}"
