"""value_truth in pictures and in characters."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.canvas import Box
from ...rendering.figure import Scene
from ...rendering.palette import COLLISION, FLOOR, GRID, MUTED, REACHED, TEXT, mix
from .rules import State, ValueTruthParameters

WIDTH, HEIGHT, MARGIN = 480, 120, 20
MOST_COINS = 40


def draw(state: State, copy: int, parameters: ValueTruthParameters) -> NDArray[np.uint8]:
    """A line of time with a coin for each step, golden once paid, `(height, width, 3)` uint8.

    A red bar is where the episode ends; where it is only cut, fading coins go on beyond. Very long episodes get a plain bar.
    """
    scene = Scene(WIDTH, HEIGHT)
    length, elapsed = parameters.max_cycles, int(state.elapsed[copy])
    line = Box(scene.frame.x + MARGIN, scene.frame.y + MARGIN, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN)
    scene.canvas.rectangle(scene.frame, FLOOR)
    if length <= MOST_COINS:
        step = line.width / (length + 2)
        radius = min(0.42 * step, 0.4 * line.height)
        goes_on = 0 if parameters.ends == "termination" else 2
        for k in range(length + goes_on):
            centre = (line.x + (k + 0.5) * step, line.y + line.height / 2)
            paid = k < elapsed
            beyond = k >= length
            scene.canvas.disc(centre, radius, mix(REACHED, TEXT, 0.3) if paid else MUTED, alpha=0.3 if beyond else 1)
            if not beyond:
                scene.canvas.disc(centre, radius - 2, REACHED if paid else GRID)
        at = line.x + length * step
    else:
        at = line.x + line.width * 0.9
        scene.canvas.rectangle(Box(line.x, line.y, 0.9 * line.width, line.height), GRID)
        scene.canvas.rectangle(Box(line.x, line.y, 0.9 * line.width * elapsed / length, line.height), REACHED)
    if parameters.ends == "termination":
        scene.canvas.line([(at, line.y), (at, line.y + line.height)], COLLISION, width=6)
    else:
        scene.canvas.dashes((at, line.y), (at, line.y + line.height), MUTED, width=3)
    stop = "ends here" if parameters.ends == "termination" else "is cut here and would go on"
    scene.caption([(f"return {_paid(elapsed, parameters)}", TEXT), (stop, MUTED)], f"step {elapsed} of {length}")
    return scene.canvas.pixels()


def text(state: State, copy: int, parameters: ValueTruthParameters) -> str:
    """How far the episode is, and what it has paid."""
    elapsed = int(state.elapsed[copy])
    return f"step {elapsed} of {parameters.max_cycles}, return {_paid(elapsed, parameters)}, then {parameters.ends}"


def _paid(elapsed: int, parameters: ValueTruthParameters) -> str:
    return f"{elapsed * parameters.reward:g}"
