"""Grid dilemmas in pictures and in characters."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ...errors import BadParameter
from ...rendering.grid_canvas import Board
from ...rendering.palette import BACKGROUND, COLLISION, FLOOR, FOCUS, TEXT, Colour, agent_colour, mix
from .appearance import FLOOR_LOOK, ICE, SAND, Look
from .avatars import AHEAD, EAST
from .maps import WALL
from .observation import ViewConstants
from .state import State

FACING_GLYPHS = "^>v<"


def draw(
    state: State,
    env: int,
    looks: Mapping[int, Look],
    beam_colours: Mapping[int, Colour],
    agent_rings: Sequence[Colour],
    caption: str,
    mark: Callable[[Board], None],
    *,
    view: ViewConstants,
    torus: bool = False,
    follow: int | None = None,
    cell: int | None = None,
) -> NDArray[np.uint8]:
    """Picture of one env, `(height, width, 3)` uint8.

    Agents are numbered discs with a tip in the direction that they face. A red ring with an
    exclamation mark is the mark of a first sanction; ice and a broken outline are a frozen agent. A
    cross in an agent's pale colour is where it went off the map. Beams of the last step shine over
    the cells that they passed.

    Args:
        looks: looks of cells by code.
        beam_colours: colours by the beam's bit in `State.beam`.
        agent_rings: a colour for each value of `State.colour`; none if it means nothing.
        caption: left part of the line below.
        mark: function that draws the task's own signs above the agents.
        follow: an agent whose view to frame.
        cell: pixels on a side of a cell; chosen by the size of the map if left out.

    Raises:
        BadParameter: there is no env or agent of that number, or `cell` is below 1.
    """
    _check(state, env, follow, cell)
    n = state.facing.shape[1]
    board = Board(state.cell[env] == WALL, longest_label=len(str(n - 1)), cell=cell)
    _draw_cells(board, state.cell[env], looks)
    for bit, colour in beam_colours.items():
        for at in np.argwhere(state.beam[env] >> bit & 1):
            board.canvas.rectangle(board.box(at), colour, alpha=0.55)
    away = [i for i in range(n) if state.out[env, i] > 0]
    for i in away:
        _draw_absent(board, state, env, i)
    for i in range(n):
        if i not in away:
            _draw_agent(board, state, env, i, agent_rings)
    mark(board)
    if follow is not None and state.out[env, follow] == 0:
        _frame_view(board, state, env, follow, view, torus)
    absent = "off the map: " + " ".join(str(i) for i in away) if away else ""
    board.caption([(caption, TEXT)], absent)
    return board.canvas.pixels()


def _check(state: State, env: int, follow: int | None, cell: int | None) -> None:
    num_envs, n = state.facing.shape
    if not 0 <= env < num_envs:
        raise BadParameter(f"copy is {env}; allowed is 0 to {num_envs - 1}")
    if follow is not None and not 0 <= follow < n:
        raise BadParameter(f"follow is {follow}; allowed is an agent from 0 to {n - 1}, or nobody")
    if cell is not None and cell < 1:
        raise BadParameter(f"cell is {cell}; allowed is 1 pixel or more")


def _draw_cells(board: Board, cells: NDArray[np.uint8], looks: Mapping[int, Look]) -> None:
    for code in np.unique(cells):
        look = looks.get(int(code), FLOOR_LOOK)
        if look.ground == SAND and not look.thing:
            continue
        for at in np.argwhere(cells == code):
            if look.ground != SAND:
                board.canvas.rectangle(board.box(at), look.ground)
            if look.thing:
                _draw_thing(board, at, look)


def _draw_thing(board: Board, at: NDArray[np.integer], look: Look) -> None:
    (x, y), size, colour = board.centre(at), 0.34 * board.cell, look.colour
    rim = mix(colour, TEXT, 0.3)
    if look.thing == "disc":
        board.canvas.disc((x, y), size, rim)
        board.canvas.disc((x, y), 0.84 * size, colour)
    elif look.thing == "ring":
        board.canvas.disc((x, y), 0.62 * size, colour, line=max(0.2 * size, 1.2))
    elif look.thing == "dots":
        for dx, dy in ((-0.5, -0.4), (0.5, -0.1), (-0.2, 0.55)):
            board.canvas.disc((x + dx * size, y + dy * size), 0.36 * size, colour)
    elif look.thing == "diamond":
        points = [(x, y - size), (x + size, y), (x, y + size), (x - size, y)]
        board.canvas.polygon(points, rim)
        board.canvas.polygon([(x + 0.8 * (a - x), y + 0.8 * (b - y)) for a, b in points], colour)
    else:
        board.canvas.rectangle(board.box(at, 0.18), rim, corner=0.1 * board.cell)
        board.canvas.rectangle(board.box(at, 0.23), colour, corner=0.08 * board.cell)
    if look.letter:
        board.label((x, y), look.letter, BACKGROUND, room=1.3 * size)


def _draw_agent(board: Board, state: State, env: int, i: int, rings: Sequence[Colour]) -> None:
    at, way, colour = state.position[env, i], int(state.facing[env, i]), agent_colour(i)
    frozen, (x, y) = state.frozen[env, i] > 0, board.centre(state.position[env, i])
    if frozen:
        board.canvas.rectangle(board.box(at, 0.02), ICE, alpha=0.75, corner=0.15 * board.cell)
        colour = mix(colour, ICE, 0.45)
    i_, j_ = int(AHEAD[way, 0]), int(AHEAD[way, 1])
    reach, side = 0.5 * board.cell, 0.24 * board.cell
    base = x + 0.24 * j_ * board.cell, y + 0.24 * i_ * board.cell
    tip = [
        (x + j_ * reach, y + i_ * reach),
        (base[0] + i_ * side, base[1] + j_ * side),
        (base[0] - i_ * side, base[1] - j_ * side),
    ]
    board.canvas.polygon(tip, mix(colour, TEXT, 0.55))
    if rings:
        ring = rings[min(int(state.colour[env, i]), len(rings) - 1)]
        board.canvas.disc((x, y), 0.42 * board.cell, mix(ring, TEXT, 0.35))
        board.canvas.disc((x, y), 0.39 * board.cell, ring)
        board.disc(at, FLOOR, str(i), radius=0.27)
    else:
        board.disc(at, colour, str(i), radius=0.38)
    if state.mark[env, i] > 0:
        board.halo(at, COLLISION, radius=0.47, line=0.1)
        corner = x + 0.34 * board.cell, y - 0.34 * board.cell
        board.canvas.disc(corner, 0.17 * board.cell, COLLISION)
        board.label(corner, "!", BACKGROUND, room=0.3 * board.cell)


def _draw_absent(board: Board, state: State, env: int, i: int) -> None:
    (x, y), size, colour = (
        board.centre(state.position[env, i]),
        0.28 * board.cell,
        mix(agent_colour(i), FLOOR, 0.45),
    )
    for sign in (1, -1):
        ends = [(x - size, y - sign * size), (x + size, y + sign * size)]
        board.canvas.line(ends, colour, width=max(0.1 * board.cell, 1.5))


def _frame_view(board: Board, state: State, env: int, i: int, v: ViewConstants, torus: bool) -> None:
    """Draw a frame around the view of an agent, cut off at the edges of the map."""
    at, way = state.position[env, i].astype(int), int(state.facing[env, i])
    ahead, right = AHEAD[way], AHEAD[(way + EAST) % 4]
    near = at - (v.height - 1 - v.forward) * ahead - v.left * right
    far = at + v.forward * ahead + (v.width - 1 - v.left) * right
    first, last = np.minimum(near, far), np.maximum(near, far)
    board.canvas.rectangle(board.region(first, last).shrunk(-2), FOCUS, line=2, corner=3)


def text(state: State, env: int, looks: Mapping[int, Look], caption: str) -> str:
    """One env in characters: cells by glyphs, agents as `^ > v <`, their positions below."""
    glyphs = [[looks.get(int(code), FLOOR_LOOK).glyph for code in row] for row in state.cell[env]]
    places = []
    for i in range(state.facing.shape[1]):
        row, column = state.position[env, i]
        if state.out[env, i] > 0:
            places.append(f"{i} off the map")
            continue
        glyphs[row][column] = FACING_GLYPHS[state.facing[env, i]]
        extra = (" frozen" if state.frozen[env, i] > 0 else "") + (" marked" if state.mark[env, i] > 0 else "")
        places.append(f"{i} at {row},{column}{extra}")
    return "\n".join(["".join(row) for row in glyphs] + [caption, "; ".join(places)])
