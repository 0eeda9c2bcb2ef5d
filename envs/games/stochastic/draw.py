"""The stochastic game in pictures and in characters."""

import math

import numpy as np
from numpy.typing import NDArray

from ...rendering.canvas import Box
from ...rendering.figure import Scene
from ...rendering.palette import BACKGROUND, FLOOR, GRID, MUTED, TEXT, Colour, agent_colour, mix
from ...rendering.payoff_matrix import best_cells, draw_table, number, plane, text_table
from .rules import HIGHEST_REWARD, NONE
from .state import Game, State

SIDE, STRIP, GAP = 480, 90, 12
_PLACE: Colour = (51, 34, 136)


def draw(state: State, env: int, game: Game, best_return: float) -> NDArray[np.uint8]:
    """Draw the states and the table of the last choice, `(height, width, 3)` uint8.

    Above are the states: the present one dark, the one before it ringed. Below is the table of the
    state in which agents chose, the joint action framed, that with the highest payoff in gold. With
    more than two agents it is the part in which all but the first two repeat their last action.
    Before the first step it is the table of the first state.
    """
    scene = Scene(SIDE, STRIP + GAP + SIDE, longest_label=len(str(len(game.reward) - 1)))
    frame = scene.frame
    _draw_states(scene, Box(frame.x, frame.y, SIDE, STRIP), state, env, len(game.reward))
    values, chosen = _part(state, env, game)
    draw_table(
        scene.canvas,
        Box(frame.x, frame.y + STRIP + GAP, SIDE, SIDE),
        values.round(1),
        chosen=chosen,
        best=best_cells(values, float(game.reward[_shown(state, env)].max())),
        scale=HIGHEST_REWARD,
    )
    parts = [
        (f"agent {i}: {a}", mix(agent_colour(i), TEXT, 0.25)) for i, a in enumerate(state.action[env][:6]) if a != NONE
    ]
    total = f"return {number(round(float(state.paid[env]), 1))} of {number(round(best_return, 1))}"
    scene.caption([*parts, (total, TEXT)], f"step {state.elapsed[env]}")
    return scene.canvas.pixels()


def text(state: State, env: int, game: Game) -> str:
    """The table of the last choice, the joint action in brackets, and the next state."""
    values, chosen = _part(state, env, game)
    action = " ".join(str(a) for a in state.action[env]) if chosen else "none yet"
    return (
        f"{text_table(values.round(1), chosen)}\nactions {action}: state {_shown(state, env)} to {state.place[env]}, "
        f"return {number(float(state.paid[env]))}, step {state.elapsed[env]}"
    )


def _shown(state: State, env: int) -> int:
    """State whose table is shown: that in which the last joint action was chosen."""
    before = int(state.before[env])
    return int(state.place[env]) if before == NONE else before


def _part(state: State, env: int, game: Game):
    return plane(game.reward[_shown(state, env)][None], len(game.stride), state.action[env])


def _draw_states(scene: Scene, box: Box, state: State, env: int, count: int) -> None:
    """Draw the states as rows of numbered discs."""
    columns = max(1, math.ceil(math.sqrt(count * box.width / box.height)))
    rows = math.ceil(count / columns)
    step = min(box.width / columns, box.height / rows)
    place, before = int(state.place[env]), int(state.before[env])
    for k in range(count):
        centre = (box.x + (k % columns + 0.5) * step, box.y + (k // columns + 0.5) * step)
        here = k == place
        scene.canvas.disc(centre, 0.42 * step, _PLACE if here else GRID)
        if k == before:
            scene.canvas.disc(centre, 0.49 * step, _PLACE, line=max(0.08 * step, 1.5))
        scene.label(centre, str(k), BACKGROUND if here else mix(MUTED, FLOOR, 0.2), room=0.6 * step)
