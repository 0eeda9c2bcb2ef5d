"""A matrix game in pictures and in characters."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.figure import Scene
from ...rendering.palette import MUTED, REACHED, TEXT, agent_colour, mix
from ...rendering.payoff_matrix import best_cells, draw_table, number, plane, text_table
from .rules import NONE
from .state import Game, State

SIDE = 460


def draw(state: State, env: int, game: Game) -> NDArray[np.uint8]:
    """Draw the table, `(height, width, 3)` uint8.

    The last joint action is framed, the best ones are in gold. With more than two agents it is the
    part of the table in which all but the first two repeat their last action.
    """
    values, chosen = _part(state, env, game)
    scene = Scene(SIDE, SIDE * (0.4 if values.shape[1] == 1 else 1))
    best = best_cells(values, float(game.mean.max()))
    draw_table(scene.canvas, scene.frame, values, chosen=chosen, best=best, scale=float(np.abs(game.payoff).max()))
    scene.caption(_said(state, env, game), _round(state, env))
    return scene.canvas.pixels()


def text(state: State, env: int, game: Game) -> str:
    """The table with the last joint action in brackets, and its payoff."""
    values, chosen = _part(state, env, game)
    said = "  ".join(part for part, _ in _said(state, env, game))
    return f"{text_table(values, chosen)}\n{said}  {_round(state, env)}"


def _part(state: State, env: int, game: Game):
    """Table to draw: one number in a cell if all are paid alike, else one for each agent."""
    alike = bool((game.payoff == game.payoff[:, :1]).all())
    return plane(game.payoff.T[:1] if alike else game.payoff.T, game.payoff.shape[1], state.action[env])


def _said(state: State, env: int, game: Game):
    action = state.action[env]
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


def _round(state: State, env: int) -> str:
    return f"round {state.elapsed[env]}"
