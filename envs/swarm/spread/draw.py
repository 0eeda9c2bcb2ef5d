"""Pictures of spread: numbered agents, landmarks as crosses in rings, golden when covered.

Touches flash in red.
"""

import numpy as np
from numpy.typing import NDArray

from ...errors import BadParameter
from ...rendering.palette import COLLISION, FLOOR, REACHED, TEXT, agent_colour, mix
from ...rendering.particles import moving_body, square_arena
from .rules import COVERED, RADIUS, nearest_distances
from .state import State


def draw(state: State, env: int) -> NDArray[np.uint8]:
    """A picture of one env, `(height, width, 3)` uint8.

    The middle of an agent that covers a landmark lies in the circle around it. Arrows end where
    bodies would be in three steps.

    Raises:
        BadParameter: there is no env of that number.
    """
    _check(state, env)
    position, landmark = state.position[env], state.landmark[env]
    covered = _covered(state, env)
    arena = square_arena(np.concatenate([position, landmark]), RADIUS, len(str(len(position) - 1)))
    touches = touching(state, env) & (state.elapsed[env] > 0)
    with arena.inside():
        for place in landmark:
            arena.cross(place, 0.04, TEXT)
        for i in np.flatnonzero(touches.any(axis=1)):
            arena.disc(position[i], 1.2 * RADIUS, COLLISION)
        for i in range(len(position)):
            moving_body(arena, position[i], state.velocity[env, i], RADIUS, mix(agent_colour(0), FLOOR, 0.35), str(i))
        for place, has_agent in zip(landmark, covered):
            arena.ring(place, COVERED, REACHED if has_agent else TEXT, line=4 if has_agent else 1.5)
    arena.caption(
        [
            (f"covered {covered.sum()} of {len(covered)}", TEXT),
            (f"collisions {state.collisions[env]}", COLLISION if touches.any() else TEXT),
        ],
        f"step {state.elapsed[env]}",
    )
    return arena.canvas.pixels()


def text(state: State, env: int) -> str:
    """Lines of agents with position, velocity and touches, then of landmarks, and a summary."""
    _check(state, env)
    touches, covered = touching(state, env) & (state.elapsed[env] > 0), _covered(state, env)
    lines = []
    for i, ((x, y), (vx, vy)) in enumerate(zip(state.position[env], state.velocity[env])):
        note = f"  touches {', '.join(map(str, np.flatnonzero(touches[i])))}" if touches[i].any() else ""
        lines.append(f"{f'agent {i}':<12} at ({x:+.2f}, {y:+.2f})  moves ({vx:+.2f}, {vy:+.2f}){note}")
    for j, (x, y) in enumerate(state.landmark[env]):
        lines.append(f"{f'landmark {j}':<12} at ({x:+.2f}, {y:+.2f}){'  covered' if covered[j] else ''}")
    summary = f"step {state.elapsed[env]}   covered {covered.sum()} of {len(covered)}"
    return "\n".join([*lines, f"{summary}   collisions {state.collisions[env]}"])


def touching(state: State, env: int) -> NDArray[np.bool_]:
    """Pairs of agents that touch each other in one env, `(n, n)`."""
    position = state.position[env]
    distance = np.sqrt(((position[:, None] - position[None]) ** 2).sum(axis=2))
    return (distance < 2 * RADIUS) & ~np.eye(len(position), dtype=bool)


def _covered(state: State, env: int) -> NDArray[np.bool_]:
    one = state._replace(position=state.position[env : env + 1], landmark=state.landmark[env : env + 1])
    return nearest_distances(one)[0] < COVERED


def _check(state: State, env: int) -> None:
    if not 0 <= env < len(state.over):
        raise BadParameter(f"copy is {env}; allowed is 0 to {len(state.over) - 1}")
