"""The two-step game in pictures and in characters."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.canvas import Box, Point
from ...rendering.figure import Scene
from ...rendering.palette import BACKGROUND, FOCUS, MUTED, TEXT, agent_colour, mix
from ...rendering.payoff_matrix import Cell, draw_table, number, text_table
from .rules import END, NONE, RISKY, SAFE, START
from .state import State

NAMES = ("start: agent 0 chooses", "2A", "2B")
SIDE, GAP, TITLE, FIRST = 230, 60, 34, 96


def draw(state: State, env: int, table: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Draw the choice of agent 0 above, the two tables below, `(height, width, 3)` uint8.

    The present state is framed, and a line leads to the table that was chosen; joint actions are
    framed in their tables.
    """
    scene = Scene(2 * SIDE + GAP, FIRST + GAP + TITLE + SIDE)
    first = int(state.action[env, 0, 0])
    for k in range(2):
        _draw_choice(scene, k, chosen=None if first == NONE else first)
        _draw_second(scene, state, env, table, SAFE + k, ahead=first in (NONE, k))
    if state.place[env] == START:
        (left, y), (right, _) = _door(scene, 0), _door(scene, 1)
        scene.canvas.rectangle(Box(left - 40, y - 40, right - left + 80, 80), FOCUS, line=2, corner=6)
        scene.canvas.text("agent 0 chooses", ((left + right) / 2, y), 22, mix(agent_colour(0), TEXT, 0.25))
    scene.caption([(_said(state, env), TEXT)], f"step {state.elapsed[env]}")
    return scene.canvas.pixels()


def _door(scene: Scene, k: int) -> Point:
    """Position of action k of agent 0 in the picture."""
    return scene.frame.x + SIDE * (0.5 + k) + GAP * k, scene.frame.y + FIRST / 2


def _draw_choice(scene: Scene, k: int, chosen: int | None) -> None:
    """Draw action k of agent 0, and the line from it to its table."""
    door = _door(scene, k)
    below = (door[0], scene.frame.y + FIRST + GAP)
    line = agent_colour(0) if chosen == k else mix(MUTED, BACKGROUND, 0.6)
    scene.canvas.line([door, below], line, width=5 if chosen == k else 2)
    scene.canvas.disc(door, 26, mix(agent_colour(0), BACKGROUND, 0 if chosen in (None, k) else 0.7))
    scene.canvas.text(str(k), door, 30, BACKGROUND)


def _draw_second(scene: Scene, state: State, env: int, table: NDArray[np.float64], place: int, *, ahead: bool) -> None:
    """Draw the table of the state `place` of the second step, faded unless it is `ahead`."""
    box = Box(_door(scene, place - SAFE)[0] - SIDE / 2, scene.frame.y + FIRST + GAP + TITLE, SIDE, SIDE)
    title = Box(box.x, box.y - TITLE, SIDE, TITLE)
    if state.place[env] == place:
        scene.canvas.rectangle(Box(box.x, title.y, SIDE, SIDE + TITLE).shrunk(-6), FOCUS, line=2, corner=6)
    scene.canvas.rectangle(title, BACKGROUND)
    scene.canvas.text(NAMES[place], (title.x + SIDE / 2, title.y + TITLE / 2), 24, TEXT if ahead else MUTED)
    draw_table(
        scene.canvas,
        box,
        table[place][None],
        chosen=_chosen(state, env, place),
        best=[(int(r), int(c)) for r, c in np.argwhere(table[place] == table[SAFE:END].max())],
        scale=float(np.abs(table).max()) or 1.0,
        faded=not ahead,
    )


def _chosen(state: State, env: int, place: int) -> Cell | None:
    """The joint action that was chosen in the state `place` of the second step, if any."""
    first, second = state.action[env]
    return (int(second[0]), int(second[1])) if SAFE + first[0] == place and second[0] != NONE else None


def text(state: State, env: int, table: NDArray[np.float64]) -> str:
    """Both tables with the joint action in brackets, and the present state."""
    lines = []
    for place in (SAFE, RISKY):
        lines += [NAMES[place], text_table(table[place][None], _chosen(state, env, place))]
    return "\n".join([*lines, f"{_said(state, env)}, step {state.elapsed[env]}"])


def _said(state: State, env: int) -> str:
    place = int(state.place[env])
    if place == END:
        return f"paid {number(state.paid[env])}"
    return NAMES[START] if place == START else f"in {NAMES[place]}"
