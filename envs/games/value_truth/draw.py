"""value_truth in pictures and in characters."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.canvas import Box
from ...rendering.figure import Scene
from ...rendering.palette import COLLISION, FLOOR, GRID, MUTED, REACHED, TEXT, mix
from .config import ValueTruthConfig
from .state import State

WIDTH, HEIGHT, MARGIN = 480, 120, 20
MOST_COINS = 40


def draw(state: State, env: int, config: ValueTruthConfig) -> NDArray[np.uint8]:
    """Draw a line of time with a coin for each step, golden once paid, `(height, width, 3)` uint8.

    A red bar marks the end of an episode that terminates; beyond a truncation lie fading coins.
    Very long episodes have a plain bar.
    """
    scene = Scene(WIDTH, HEIGHT)
    length, elapsed = config.max_cycles, int(state.elapsed[env])
    line = Box(scene.frame.x + MARGIN, scene.frame.y + MARGIN, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN)
    scene.canvas.rectangle(scene.frame, FLOOR)
    if length <= MOST_COINS:
        step = line.width / (length + 2)
        radius = min(0.42 * step, 0.4 * line.height)
        goes_on = 0 if config.ends == "termination" else 2
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
    if config.ends == "termination":
        scene.canvas.line([(at, line.y), (at, line.y + line.height)], COLLISION, width=6)
    else:
        scene.canvas.dashes((at, line.y), (at, line.y + line.height), MUTED, width=3)
    stop = "ends here" if config.ends == "termination" else "is cut here and would go on"
    scene.caption([(f"return {_paid(elapsed, config)}", TEXT), (stop, MUTED)], f"step {elapsed} of {length}")
    return scene.canvas.pixels()


def text(state: State, env: int, config: ValueTruthConfig) -> str:
    """Time and return of the episode in words."""
    elapsed = int(state.elapsed[env])
    return f"step {elapsed} of {config.max_cycles}, return {_paid(elapsed, config)}, then {config.ends}"


def _paid(elapsed: int, config: ValueTruthConfig) -> str:
    return f"{elapsed * config.reward:g}"
