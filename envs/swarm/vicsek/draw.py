"""The Vicsek task in pictures and in characters."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.palette import FLOOR, FOCUS, MUTED, mix
from ...rendering.plane_canvas import Arena
from ..headings.draw import caption_parts, directions_in_cells, order_of, places_across_edges, shade
from ..headings.state import Constants, State

_SIZE = 560


def draw(state: State, env: int, constants: Constants) -> NDArray[np.uint8]:
    """A picture of one env, `(height, width, 3)` uint8.

    Flyers are darts coloured by their heading. The pale arrow behind them is the mean of their unit
    vectors: it reaches halfway to the edge if all agree. The ring is the radius of the first flyer,
    the dark one.
    """
    side = constants.side
    arena = Arena((-side / 2, -side / 2), (side / 2, side / 2), _SIZE)
    position, angle = state.position[env], state.angle[env]
    size = float(np.clip(130 / np.sqrt(len(position)), 4, 14))
    x, y = order_of(state, env).vector
    arena.arrow((0, 0), (x * side / 4, y * side / 4), mix(FLOOR, MUTED, 0.3), line=12)
    with arena.inside():
        if not constants.everyone:
            for at in places_across_edges(position[0], side, constants.radius):
                arena.ring(at, constants.radius, FOCUS, line=1.5)
        for i in range(len(position) - 1, -1, -1):
            for at in places_across_edges(position[i], side, size / arena.scale):
                arena.boid(at, angle[i], size if i else 1.3 * size, shade(angle[i]) if i else FOCUS)
    arena.caption(caption_parts(state, env), f"{len(position)} flyers")
    return arena.canvas.pixels()


def text(state: State, env: int, constants: Constants) -> str:
    """Mean headings over the torus in characters; see `directions_in_cells`."""
    return directions_in_cells(state, env, constants.side)
