"""The switch task in pictures and in characters."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.grid_canvas import Board
from ...rendering.palette import COLLISION, MUTED, REACHED, TEXT, agent_colour, mix
from .rules import GOALS, STARTS, WALLS
from .state import State


def draw(state: State, env: int) -> NDArray[np.uint8]:
    """Draw the rooms and the corridor, `(height, width, 3)` uint8.

    Agents are numbered discs, their goals squares in the same colour, their starts small dots. A
    golden ring surrounds an agent that has arrived, a red one an agent that a wall or another agent
    blocked in this step.
    """
    n = state.cell.shape[1]
    board = Board(WALLS, cell=72)
    for i in range(n):
        board.square(GOALS[i], [agent_colour(i)], [str(i)])
        board.canvas.disc(board.centre(STARTS[i]), 6, mix(agent_colour(i), (255, 255, 255), 0.3))
    for i in range(n):
        board.disc(state.cell[env, i], agent_colour(i), str(i))
        if state.arrived[env, i]:
            board.halo(state.cell[env, i], REACHED)
        elif state.bumped[env, i]:
            board.halo(state.cell[env, i], COLLISION)
    arrived = int((state.arrived[env] > 0).sum())
    parts = [(f"{arrived} of {n} have arrived", TEXT)]
    if state.blocked[env]:
        parts.append((f"blocked {state.blocked[env]}", COLLISION if state.bumped[env].any() else MUTED))
    board.caption(parts, f"step {state.elapsed[env]}")
    return board.canvas.pixels()


def text(state: State, env: int) -> str:
    """The grid: `#` wall, `.` floor, digits agents, letters goals.

    `a` is the goal of agent 0, `b` that of agent 1; an agent on a goal hides it.
    """
    grid = np.where(WALLS, "#", ".")
    for i in range(state.cell.shape[1]):
        grid[tuple(GOALS[i])] = "abcd"[i]
    for i, cell in enumerate(state.cell[env]):
        grid[tuple(cell)] = str(i)
    return "\n".join("".join(row) for row in grid) + f"\nstep {state.elapsed[env]}"
