"""A matrix game in pictures and in characters."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.figure import Scene
from ...rendering.palette import MUTED, REACHED, TEXT, agent_colour, mix
from ...rendering.payoff_matrix import best_cells, draw_table, number, plane, text_table
from .rules import NONE, Game, State

SIDE = 460


def draw(state: State, copy: int, game: Game) -> NDArray[np.uint8]:
    """The table, `(height, width, 3)` uint8: the last joint action framed, the best ones in gold.

    Of more than two agents it shows those parts in which all but the first two play what they played last.
    """
    values, chosen = _part(state, copy, game)
    scene = Scene(SIDE, SIDE * (0.4 if values.shape[1] == 1 else 1))
    best = best_cells(values, float(game.mean.max()))
    draw_table(scene.canvas, scene.frame, values, chosen=chosen, best=best, scale=float(np.abs(game.payoff).max()))
    scene.caption(_said(state, copy, game), _round(state, copy))
    return scene.canvas.pixels()


def text(state: State, copy: int, game: Game) -> str:
    """The table with the last joint action in brackets, and what it paid."""
    values, chosen = _part(state, copy, game)
    said = "  ".join(part for part, _ in _said(state, copy, game))
    return f"{text_table(values, chosen)}\n{said}  {_round(state, copy)}"


def _part(state: State, copy: int, game: Game):
    """The table to draw: one number a cell where all are paid alike, else one for each agent."""
    alike = bool((game.payoff == game.payoff[:, :1]).all())
    return plane(game.payoff.T[:1] if alike else game.payoff.T, game.payoff.shape[1], state.action[copy])


def _said(state: State, copy: int, game: Game):
    action = state.action[copy]
    if action[0] == NONE:
        return [("nobody has chosen yet", MUTED)]
    joint = int(action @ game.stride)
    parts = [(f"agent {i}: {a}", mix(agent_colour(i), TEXT, 0.25)) for i, a in enumerate(action[:8])]
    paid = np.unique(game.payoff[joint])
    parts.append(
        ("paid " + ", ".join(number(value) for value in (paid if len(paid) == 1 else game.payoff[joint])), TEXT)
    )
    if game.optimal[joint]:
        parts.append(("best", mix(REACHED, TEXT, 0.3)))
    return parts


def _round(state: State, copy: int) -> str:
    return f"round {state.elapsed[copy]}"
