"""An iterated game in pictures and in characters."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...rendering.canvas import Box
from ...rendering.figure import Scene
from ...rendering.palette import MUTED, TEXT, Colour, agent_colour, mix
from ...rendering.payoff_matrix import draw_table, number, text_table
from .rules import COOPERATE, NONE
from .state import State

SIDE, STRIP = 460, 84
TAIL = 24
"""Rounds in the strip below the table."""
NAMES = "CD"
COOPERATES: Colour = (67, 160, 71)
DEFECTS: Colour = (198, 40, 40)


def draw(
    state: State, env: int, table: NDArray[np.float64], *, trail: Sequence[State] = (), follow: int | None = None
) -> NDArray[np.uint8]:
    """Draw the table `agent 0 | agent 1`, the last round framed, `(height, width, 3)` uint8.

    Below it are the rounds of `trail` (earlier states, the oldest first) and the last one, the
    newest at the right: a row for each agent, green for cooperation and red for defection.
    """
    scene = Scene(SIDE, SIDE + STRIP)
    x, y, width, _ = scene.frame
    chosen = None if state.action[env, 0] == NONE else (int(state.action[env, 0]), int(state.action[env, 1]))
    draw_table(scene.canvas, Box(x, y, width, SIDE), table, chosen=chosen, names=NAMES)
    _draw_strip(scene, Box(x, y + SIDE + 12, width, STRIP - 12), _rounds(state, env, trail))
    scene.caption(_said(state, env, table), f"round {state.elapsed[env]}")
    return scene.canvas.pixels()


def text(state: State, env: int, table: NDArray[np.float64]) -> str:
    """The table with the last round in brackets, and its payoffs."""
    action = state.action[env]
    chosen = None if action[0] == NONE else (int(action[0]), int(action[1]))
    said = "  ".join(part for part, _ in _said(state, env, table))
    return f"{text_table(table, chosen)}\n{said}  round {state.elapsed[env]}"


def _rounds(state: State, env: int, trail: Sequence[State]) -> list[NDArray[np.int64]]:
    """The joint actions of this episode, the oldest first."""
    states = [past for past in trail if past.elapsed[env] < state.elapsed[env]]
    actions = [past.action[env] for past in [*states, state]]
    return [action for action in actions if action[0] != NONE][-TAIL:]


def _draw_strip(scene: Scene, box: Box, rounds: list[NDArray[np.int64]]) -> None:
    head = 34
    side = min((box.width - head) / TAIL, box.height / 2)
    for i in range(2):
        top = box.y + i * box.height / 2
        centre = (box.x + head / 2, top + box.height / 4)
        scene.canvas.disc(centre, 0.36 * box.height / 2, agent_colour(i))
        scene.label(centre, str(i), (255, 255, 255), room=0.6 * box.height / 2)
        for k, action in enumerate(rounds):
            cell = Box(box.x + head + k * side, top + (box.height / 2 - side) / 2, side, side)
            good = action[i] == COOPERATE
            scene.canvas.rectangle(cell.shrunk(1), COOPERATES if good else DEFECTS, corner=3)
            scene.canvas.text(NAMES[action[i]], (cell.x + side / 2, cell.y + side / 2 + 1), 0.9 * side, (255, 255, 255))


def _said(state: State, env: int, table: NDArray[np.float64]) -> list[tuple[str, Colour]]:
    action = state.action[env]
    if action[0] == NONE:
        return [("nobody has chosen yet", MUTED)]
    parts = [
        (
            f"agent {i}: {NAMES[action[i]]} paid {number(table[i, action[0], action[1]])}, in all {number(state.returns[env, i])}",
            mix(agent_colour(i), TEXT, 0.25),
        )
        for i in range(2)
    ]
    return [*parts, ("game over", TEXT)] if state.ended[env] else parts
