"""The pursuit in pictures and in characters."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from ...errors import BadParameter
from ...rendering.grid_canvas import Board
from ...rendering.palette import FLOOR, FOCUS, REACHED, TEXT, agent_colour, ink_on, mix
from .state import NEVER, Constants, State

PURSUER, EVADER = agent_colour(0), agent_colour(5)
Cell = tuple[int, int]
Counts = Counter[Cell]


def draw(
    state: State, env: int, k: Constants, *, follow: int | None = None, cell: int | None = None
) -> NDArray[np.uint8]:
    """Draw one env, `(height, width, 3)` uint8.

    Pursuers are blue discs, evaders red diamonds, with their number where several share a cell. A
    catch in the last step is a golden cell with a pale diamond, and a golden ring around the
    pursuers that took part.

    Args:
        follow: a pursuer; the cells that it sees are framed, and the rest is veiled.
        cell: pixels on a side of a cell; chosen by the size of the map if left out.

    Raises:
        BadParameter: there is no env or pursuer of that number, or `cell` is below 1.
    """
    _check(state, env, follow, cell)
    board = Board(k.wall[k.pad : -k.pad, k.pad : -k.pad], longest_label=2, cell=cell)
    pursuers, evaders = _present(state, env)
    for at in just_caught(state, env):
        board.canvas.rectangle(board.box(at), REACHED)
        _diamond(board, board.centre(at), mix(REACHED, FLOOR, 0.75), "", 0.4)
    for at in _cells(state.pursuer[env][state.catching[env]]):
        board.halo(at, REACHED, radius=0.6, line=0.2)
    for at in {**pursuers, **evaders}:
        shared = at in pursuers and at in evaders  # the two stand side by side then
        x, y = board.centre(at)
        aside, size = (0.22 * board.cell, 0.28) if shared else (0, 0.42)
        if at in evaders:
            _diamond(board, (x + aside, y + aside), EVADER, _number(evaders[at]), size)
        if at in pursuers:
            _disc(board, (x - aside, y - aside), PURSUER, _number(pursuers[at]), min(size, 0.4))
    if follow is not None:
        here = state.pursuer[env, follow]
        seen = board.region(here - k.radius, here + k.radius)
        board.canvas.shade_around(board.frame, seen, FLOOR, alpha=0.5)
        board.canvas.rectangle(seen.shrunk(-2), FOCUS, line=2, corner=3)
        board.halo(here, FOCUS, radius=0.54)
    caught = len(just_caught(state, env))
    event = [(f"caught {caught}", mix(REACHED, TEXT, 0.45))] if caught else []
    board.caption([(_summary(state, env), TEXT), *event], f"return {state.earned[env]:.2f}")
    return board.canvas.pixels()


def text(state: State, env: int, k: Constants) -> str:
    """Write one env in characters, two for a cell: pursuers, then evaders.

    `2.` two pursuers, `.1` an evader, `+` ten or more, `##` building. The last line gives step,
    evaders left, return.
    """
    pursuers, evaders = _present(state, env)
    walls = k.wall[k.pad : -k.pad, k.pad : -k.pad]
    lines = []
    for r, row in enumerate(walls):
        marks = ["##" if wall else _mark(pursuers[r, q]) + _mark(evaders[r, q]) for q, wall in enumerate(row)]
        lines.append(" ".join(marks))
    return "\n".join([*lines, f"{_summary(state, env)}   return {state.earned[env]:.2f}"])


def just_caught(state: State, env: int) -> list[Cell]:
    """Cells of the evaders that were caught in the step that led here."""
    return _cells(state.evader[env][state.caught_at[env] == state.elapsed[env]])


def _present(state: State, env: int) -> tuple[Counts, Counts]:
    """Pursuers and evaders in each cell where there are any."""
    return Counter(_cells(state.pursuer[env])), Counter(_cells(state.evader[env][state.caught_at[env] == NEVER]))


def _cells(positions: NDArray[np.int32]) -> list[Cell]:
    return [(int(r), int(q)) for r, q in positions]


def _summary(state: State, env: int) -> str:
    left = int((state.caught_at[env] == NEVER).sum())
    return f"step {state.elapsed[env]}   evaders left {left} of {state.evader.shape[1]}"


def _number(count: int) -> str:
    return str(count) if count > 1 else ""


def _mark(count: int) -> str:
    return "." if count == 0 else str(count) if count < 10 else "+"


def _disc(board: Board, centre: tuple[float, float], colour, label: str, size: float) -> None:
    radius = max(size * board.cell, 1.5)
    board.canvas.disc(centre, radius, mix(colour, TEXT, 0.35))
    board.canvas.disc(centre, radius - max(0.05 * board.cell, 0.6), colour)
    board.label(centre, label, ink_on(colour), room=1.9 * radius)


def _diamond(board: Board, centre: tuple[float, float], colour, label: str, size: float) -> None:
    x, y = centre
    for reach, paint in (
        (max(size * board.cell, 1.5), mix(colour, TEXT, 0.35)),
        (max(size * board.cell, 1.5) - max(0.07 * board.cell, 0.6), colour),
    ):
        board.canvas.polygon([(x - reach, y), (x, y - reach), (x + reach, y), (x, y + reach)], paint)
    board.label(centre, label, ink_on(colour), room=1.5 * size * board.cell)


def _check(state: State, env: int, follow: int | None, cell: int | None) -> None:
    num_envs, agents = state.pursuer.shape[:2]
    if not 0 <= env < num_envs:
        raise BadParameter(f"copy is {env}; allowed is 0 to {num_envs - 1}")
    if follow is not None and not 0 <= follow < agents:
        raise BadParameter(f"follow is {follow}; allowed is a pursuer from 0 to {agents - 1}, or nobody")
    if cell is not None and cell < 1:
        raise BadParameter(f"cell is {cell}; allowed is 1 pixel or more")
