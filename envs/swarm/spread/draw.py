"""Pictures of spread: numbered agents, landmarks as crosses with a ring that turns gold when covered, touches flashed in red."""

import numpy as np
from numpy.typing import NDArray

from ...errors import BadParameter
from ...rendering.palette import COLLISION, FLOOR, REACHED, TEXT, agent_colour, mix
from ...rendering.particles import moving_body, square_arena
from .rules import COVERED, RADIUS, State, nearest_distances


def draw(state: State, copy: int) -> NDArray[np.uint8]:
    """A picture of one copy, `(height, width, 3)` uint8.

    The circle around a landmark is as near as an agent's middle has to be. Arrows show where bodies would be three steps on.

    Raises:
        BadParameter: there is no copy of that number.
    """
    _check(state, copy)
    position, landmark = state.position[copy], state.landmark[copy]
    covered = _covered(state, copy)
    arena = square_arena(np.concatenate([position, landmark]), RADIUS, len(str(len(position) - 1)))
    touches = touching(state, copy) & (state.elapsed[copy] > 0)
    with arena.inside():
        for place in landmark:
            arena.cross(place, 0.04, TEXT)
        for i in np.flatnonzero(touches.any(axis=1)):
            arena.disc(position[i], 1.2 * RADIUS, COLLISION)
        for i in range(len(position)):
            moving_body(arena, position[i], state.velocity[copy, i], RADIUS, mix(agent_colour(0), FLOOR, 0.35), str(i))
        for place, has_agent in zip(landmark, covered):
            arena.ring(place, COVERED, REACHED if has_agent else TEXT, line=4 if has_agent else 1.5)
    arena.caption(
        [
            (f"covered {covered.sum()} of {len(covered)}", TEXT),
            (f"collisions {state.collisions[copy]}", COLLISION if touches.any() else TEXT),
        ],
        f"step {state.elapsed[copy]}",
    )
    return arena.canvas.pixels()


def text(state: State, copy: int) -> str:
    """One line an agent: position, velocity, whom it touches; then the landmarks, and a summary."""
    _check(state, copy)
    touches, covered = touching(state, copy) & (state.elapsed[copy] > 0), _covered(state, copy)
    lines = []
    for i, ((x, y), (vx, vy)) in enumerate(zip(state.position[copy], state.velocity[copy])):
        note = f"  touches {', '.join(map(str, np.flatnonzero(touches[i])))}" if touches[i].any() else ""
        lines.append(f"{f'agent {i}':<12} at ({x:+.2f}, {y:+.2f})  moves ({vx:+.2f}, {vy:+.2f}){note}")
    for j, (x, y) in enumerate(state.landmark[copy]):
        lines.append(f"{f'landmark {j}':<12} at ({x:+.2f}, {y:+.2f}){'  covered' if covered[j] else ''}")
    summary = f"step {state.elapsed[copy]}   covered {covered.sum()} of {len(covered)}"
    return "\n".join([*lines, f"{summary}   collisions {state.collisions[copy]}"])


def touching(state: State, copy: int) -> NDArray[np.bool_]:
    """Which agents touch each other in one copy, `(n, n)`."""
    position = state.position[copy]
    distance = np.sqrt(((position[:, None] - position[None]) ** 2).sum(axis=2))
    return (distance < 2 * RADIUS) & ~np.eye(len(position), dtype=bool)


def _covered(state: State, copy: int) -> NDArray[np.bool_]:
    one = state._replace(position=state.position[copy : copy + 1], landmark=state.landmark[copy : copy + 1])
    return nearest_distances(one)[0] < COVERED


def _check(state: State, copy: int) -> None:
    if not 0 <= copy < len(state.over):
        raise BadParameter(f"copy is {copy}; allowed is 0 to {len(state.over) - 1}")
