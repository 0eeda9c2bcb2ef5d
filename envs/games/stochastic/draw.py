"""The stochastic game in pictures and in characters."""

import math

import numpy as np
from numpy.typing import NDArray

from ...rendering.canvas import Box
from ...rendering.figure import Scene
from ...rendering.palette import BACKGROUND, FLOOR, GRID, MUTED, TEXT, Colour, agent_colour, mix
from ...rendering.payoff_matrix import best_cells, draw_table, number, plane, text_table
from .rules import HIGHEST_REWARD, NONE, Game, State

SIDE, STRIP, GAP = 480, 90, 12
_PLACE: Colour = (51, 34, 136)


def draw(state: State, copy: int, game: Game, best_return: float) -> NDArray[np.uint8]:
    """What the last joint action was paid, and where it led, `(height, width, 3)` uint8.

    Above are the states: the present one dark, the one before it ringed. Below is the table of the state in which
    agents chose (of more than two agents, the part in which all but the first two play what they played last), the joint action framed,
    that with the highest payoff in gold. Before the first step it is the first state's table.
    """
    scene = Scene(SIDE, STRIP + GAP + SIDE, longest_label=len(str(len(game.reward) - 1)))
    frame = scene.frame
    _draw_states(scene, Box(frame.x, frame.y, SIDE, STRIP), state, copy, len(game.reward))
    values, chosen = _part(state, copy, game)
    draw_table(
        scene.canvas,
        Box(frame.x, frame.y + STRIP + GAP, SIDE, SIDE),
        values.round(1),
        chosen=chosen,
        best=best_cells(values, float(game.reward[_shown(state, copy)].max())),
        scale=HIGHEST_REWARD,
    )
    parts = [
        (f"agent {i}: {a}", mix(agent_colour(i), TEXT, 0.25)) for i, a in enumerate(state.action[copy][:6]) if a != NONE
    ]
    total = f"return {number(round(float(state.paid[copy]), 1))} of {number(round(best_return, 1))}"
    scene.caption([*parts, (total, TEXT)], f"step {state.elapsed[copy]}")
    return scene.canvas.pixels()


def text(state: State, copy: int, game: Game) -> str:
    """The table in which agents chose, the joint action in brackets, and where it led."""
    values, chosen = _part(state, copy, game)
    action = " ".join(str(a) for a in state.action[copy]) if chosen else "none yet"
    return (
        f"{text_table(values.round(1), chosen)}\nactions {action}: state {_shown(state, copy)} to {state.place[copy]}, "
        f"return {number(float(state.paid[copy]))}, step {state.elapsed[copy]}"
    )


def _shown(state: State, copy: int) -> int:
    """The state whose table is shown: where the last joint action was chosen."""
    before = int(state.before[copy])
    return int(state.place[copy]) if before == NONE else before


def _part(state: State, copy: int, game: Game):
    return plane(game.reward[_shown(state, copy)][None], len(game.stride), state.action[copy])


def _draw_states(scene: Scene, box: Box, state: State, copy: int, count: int) -> None:
    """The states as a row, or rows, of numbered discs."""
    columns = max(1, math.ceil(math.sqrt(count * box.width / box.height)))
    rows = math.ceil(count / columns)
    step = min(box.width / columns, box.height / rows)
    place, before = int(state.place[copy]), int(state.before[copy])
    for k in range(count):
        centre = (box.x + (k % columns + 0.5) * step, box.y + (k // columns + 0.5) * step)
        here = k == place
        scene.canvas.disc(centre, 0.42 * step, _PLACE if here else GRID)
        if k == before:
            scene.canvas.disc(centre, 0.49 * step, _PLACE, line=max(0.08 * step, 1.5))
        scene.label(centre, str(k), BACKGROUND if here else mix(MUTED, FLOOR, 0.2), room=0.6 * step)
