"""Pictures of tag: predators and prey by colour, obstacles in grey, touches flashed in gold."""

import numpy as np
from numpy.typing import NDArray

from ...errors import BadParameter
from ...rendering.palette import REACHED, TEXT, WALL, agent_colour, mix
from ...rendering.particles import moving_body, square_arena
from .rules import LANDMARK_RADIUS, PREDATOR_RADIUS, PREY_RADIUS, touching
from .state import State

PREDATOR_COLOUR, PREY_COLOUR = agent_colour(5), agent_colour(2)
_STONE = mix(WALL, (255, 255, 255), 0.35)


def draw(state: State, env: int, predators: int) -> NDArray[np.uint8]:
    """Draw one env, `(height, width, 3)` uint8.

    Arrows show where bodies would be three steps on.

    Raises:
        BadParameter: there is no env of that number.
    """
    _check(state, env)
    position, velocity = state.position[env], state.velocity[env]
    everything = np.concatenate([position, state.landmark[env]])
    arena = square_arena(everything, PREDATOR_RADIUS, len(str(max(predators, len(position) - predators) - 1)))
    touches = _touches(state, env, predators)
    with arena.inside():
        for place in state.landmark[env]:
            arena.disc(place, LANDMARK_RADIUS, _STONE)
        for j in np.flatnonzero(touches.any(axis=0)):
            arena.disc(position[predators + j], 2.2 * PREY_RADIUS, REACHED)
        for i in np.flatnonzero(touches.any(axis=1)):
            arena.disc(position[i], 1.35 * PREDATOR_RADIUS, REACHED)
        for i in range(len(position)):
            hunts = i < predators
            radius, colour = (PREDATOR_RADIUS, PREDATOR_COLOUR) if hunts else (PREY_RADIUS, PREY_COLOUR)
            moving_body(arena, position[i], velocity[i], radius, colour, str(i if hunts else i - predators))
    prey = len(position) - predators
    arena.caption(
        [
            (f"{predators} {'predator' if predators == 1 else 'predators'}", PREDATOR_COLOUR),
            (f"{prey} prey", PREY_COLOUR),
            (f"touches {state.touches[env]}", TEXT),
        ],
        f"step {state.elapsed[env]}",
    )
    return arena.canvas.pixels()


def text(state: State, env: int, predators: int) -> str:
    """Write a line for each agent with its touches, the landmarks, and a summary."""
    _check(state, env)
    touches = _touches(state, env, predators)
    lines = []
    for i, ((x, y), (vx, vy)) in enumerate(zip(state.position[env], state.velocity[env])):
        hunts = i < predators
        name = f"predator {i}" if hunts else f"prey {i - predators}"
        touched = np.flatnonzero(touches[i] if hunts else touches[:, i - predators])
        note = f"  touches {', '.join(map(str, touched))}" if len(touched) else ""
        lines.append(f"{name:<12} at ({x:+.2f}, {y:+.2f})  moves ({vx:+.2f}, {vy:+.2f}){note}")
    lines += [f"{f'landmark {j}':<12} at ({x:+.2f}, {y:+.2f})" for j, (x, y) in enumerate(state.landmark[env])]
    return "\n".join([*lines, f"step {state.elapsed[env]}   touches {state.touches[env]}"])


def _touches(state: State, env: int, predators: int) -> NDArray[np.bool_]:
    """Touching pairs of the last step; none at the beginning, when touches are not paid for."""
    return touching(state, env, predators) & (state.elapsed[env] > 0)


def _check(state: State, env: int) -> None:
    if not 0 <= env < len(state.over):
        raise BadParameter(f"copy is {env}; allowed is 0 to {len(state.over) - 1}")
