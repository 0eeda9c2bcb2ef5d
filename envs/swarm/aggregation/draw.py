"""Aggregation in pictures and in characters."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...rendering.palette import COLLISION, FLOOR, TEXT, agent_colour, mix
from ...rendering.plane_canvas import Arena
from ..collective import count_in_cells
from .config import HALF_SIDE
from .rules import measure_dispersion
from .state import State

TAIL = 4
"""Steps of trail behind each agent."""
_SIZE = 560
_SMALL = 300
"""Number of agents beyond which bodies are small and have no trails."""


def draw(state: State, env: int, *, trail: Sequence[State] = ()) -> NDArray[np.uint8]:
    """A picture of one env, `(height, width, 3)` uint8.

    Blue discs are agents, their trails pale into the past. The red cross is their mean position,
    and the radius of the ring around it is their mean distance to it, which rewards make small.

    Args:
        trail: earlier states, the oldest first.
    """
    position = state.position[env]
    arena = Arena((-HALF_SIDE, -HALF_SIDE), (HALF_SIDE, HALF_SIDE), _SIZE, grid=1)
    many = len(position) > _SMALL
    if not many:
        _draw_trails(arena, _this_episode(state, env, trail), position)
    colour = agent_colour(0)
    for at in position:
        arena.disc(at, 0.02 if many else 0.04, colour)
    centre, dispersion = position.mean(axis=0), measure_dispersion(position)
    arena.ring(centre, dispersion, COLLISION, line=2)
    arena.cross(centre, 0.06, COLLISION, line=3)
    arena.caption(
        [(f"step {state.elapsed[env]}", TEXT), (f"mean distance {dispersion:.3f}", COLLISION)],
        f"{len(position)} agents",
    )
    return arena.canvas.pixels()


def text(state: State, env: int) -> str:
    """Numbers of agents in 20 x 10 cells of the box, and the mean distance to the mean position."""
    rows = count_in_cells(state.position[env], HALF_SIDE)
    dispersion = measure_dispersion(state.position[env])
    return "\n".join([*rows, f"step {state.elapsed[env]}   mean distance {dispersion:.3f}"])


def _this_episode(state: State, env: int, trail: Sequence[State]) -> list[NDArray[np.float64]]:
    """Earlier positions `(n, 2)` of the present episode, the oldest first."""
    return [past.position[env] for past in trail[-TAIL:] if past.elapsed[env] < state.elapsed[env]]


def _draw_trails(arena: Arena, earlier: list[NDArray[np.float64]], position: NDArray[np.float64]) -> None:
    walk = [*earlier, position]
    for back in range(len(walk) - 1, 0, -1):
        colour = mix(agent_colour(0), FLOOR, 0.35 + 0.13 * back)
        for start, end in zip(walk[-back - 1], walk[-back]):
            arena.line([start, end], colour, line=2)
