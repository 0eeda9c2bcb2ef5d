"""Pictures of tracking: pursuers with their sensors, targets, and what is believed of these.

A target that someone sees is gold and tied to who sees it. A belief is a cross with the ellipse of one standard deviation, tied to its target.
Where there are many, sensors and crosses are left out and bodies are dots.
"""

import numpy as np
from numpy.typing import NDArray

from ...rendering.palette import FLOOR, MUTED, REACHED, TEXT, Colour, agent_colour, mix
from ...rendering.plane_canvas import Arena
from .state import Constants, State

PURSUER, TARGET, BELIEF = agent_colour(0), agent_colour(5), agent_colour(2)
MANY = 60
"""Bodies of a kind beyond which the picture gets by without details."""
_CIRCLE = np.stack([np.cos(np.linspace(0, 2 * np.pi, 33)), np.sin(np.linspace(0, 2 * np.pi, 33))])


def draw(state: State, constants: Constants, copy: int = 0, *, size: int | None = None) -> NDArray[np.uint8]:
    """A picture of one copy. `size`: pixels on a side of the world."""
    present = int(state.present[copy])
    many = max(present, state.pursuer.shape[1]) > MANY
    side = constants.side
    arena = Arena((0, 0), (side, side), size or (640 if many else 480), grid=0 if many else 10)
    seen = seen_by(state, constants, copy)
    if not many:
        angle = 2 * np.arccos(max(constants.cos_half, -1.0))
        for pursuer in state.pursuer[copy]:
            _draw_sensor(arena, pursuer, constants.sensor_range, angle, side)
    with arena.inside():
        for j in range(present):
            _draw_belief(arena, state, copy, j, side, many)
        for i, j in np.argwhere(seen):
            arena.line([state.pursuer[copy, i, :2], state.target[copy, j, :2]], mix(REACHED, TEXT, 0.15), line=1.5)
        for j in range(present):
            _draw_target(arena, state.target[copy, j, :2], bool(seen[:, j].any()), many)
        for x, y, heading in state.pursuer[copy]:
            arena.boid((x, y), heading, 5 if many else 9, mix(PURSUER, TEXT, 0.2))
    arena.caption(
        _caption(state, copy, int(seen.any(axis=0).sum())), f"beliefs off by {_errors(state, copy).mean():.2g} m"
    )
    return arena.canvas.pixels()


def seen_by(state: State, constants: Constants, copy: int) -> NDArray[np.bool_]:
    """Who saw which target in the last step, `(n, present)`; in the first picture of an episode nobody has looked yet."""
    present = state.present[copy]
    offset = state.target[copy, None, :present, :2] - state.pursuer[copy, :, None, :2]
    distance = np.hypot(offset[..., 0], offset[..., 1])
    heading = state.pursuer[copy, :, 2, None]
    ahead = offset[..., 0] * np.cos(heading) + offset[..., 1] * np.sin(heading)
    seen = (distance <= constants.sensor_range) & (ahead >= constants.cos_half * distance)
    return seen & (state.observers[copy, :present] > 0)


def text(state: State, copy: int = 0) -> str:
    """Where everyone is, in metres; targets with what is believed of them."""
    lines = ["   ".join(string for string, _ in _caption(state, copy, int((state.observers[copy] > 0).sum())))]
    for i, (x, y, heading) in enumerate(state.pursuer[copy]):
        lines.append(f"pursuer {i}: {x:.1f} {y:.1f}, heading {np.degrees(heading):.0f} degrees")
    for j in range(state.present[copy]):
        (x, y), (u, v) = state.target[copy, j, :2], state.mean[copy, j, :2]
        eyes = f", seen by {state.observers[copy, j]}" if state.observers[copy, j] else ""
        lines.append(
            f"target {j}: {x:.1f} {y:.1f}, believed {u:.1f} {v:.1f}, log det {state.log_det[copy, j]:.2f}{eyes}"
        )
    return "\n".join(lines)


def _draw_sensor(arena: Arena, pursuer: NDArray[np.float64], reach: float, angle: float, side: float) -> None:
    """The sector that the sensor covers, up to the walls."""
    place, turns = pursuer[:2], pursuer[2] + angle * np.linspace(-0.5, 0.5, 25)
    along = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    along = np.where(np.abs(along) < 1e-9, 1e-9, along)
    to_walls = (np.where(along > 0, side, 0) - place) / along
    rim = place + along * np.minimum(reach, to_walls.min(axis=1))[:, None]
    arena.canvas.polygon([arena.at(point) for point in (place, *rim)], PURSUER, alpha=0.1)


def _draw_belief(arena: Arena, state: State, copy: int, j: int, side: float, many: bool) -> None:
    mean, true = state.mean[copy, j, :2], state.target[copy, j, :2]
    variances, axes = np.linalg.eigh(state.covariance[copy, j, :2, :2])
    rim = (mean[:, None] + axes @ (np.sqrt(variances)[:, None] * _CIRCLE)).T
    if arena.scale * np.sqrt(variances[1]) > 2:  # pixels
        if not many:
            inside = np.clip(rim, 0, side)
            arena.canvas.polygon([arena.at(point) for point in inside], BELIEF, alpha=0.07)
        arena.line(list(rim), mix(BELIEF, FLOOR, 0.7 if many else 0.3), line=1 if many else 1.5)
    arena.line([mean, true], mix(BELIEF, FLOOR, 0.2), line=1)
    if not many:
        arena.cross(mean, 0, mix(BELIEF, TEXT, 0.2), line=1.8)


def _draw_target(arena: Arena, at: NDArray[np.float64], seen: bool, many: bool) -> None:
    if many:
        arena.disc(at, 0, REACHED if seen else TARGET, smallest=2.5)
    elif seen:
        arena.disc(at, 0, REACHED, smallest=6.5)
        arena.disc(at, 0, TARGET, smallest=3.5)
    else:
        arena.disc(at, 0, TARGET, smallest=4.5)


def _errors(state: State, copy: int) -> NDArray[np.float64]:
    present = state.present[copy]
    offset = state.mean[copy, :present, :2] - state.target[copy, :present, :2]
    return np.hypot(offset[:, 0], offset[:, 1])


def _caption(state: State, copy: int, seen: int) -> list[tuple[str, Colour]]:
    present = int(state.present[copy])
    mean = state.log_det[copy, :present].mean()
    return [
        (f"step {state.elapsed[copy]}", TEXT),
        (f"mean log det {mean:.2f}", TEXT),
        (f"seen {seen} of {present}", mix(REACHED, TEXT, 0.35) if seen else MUTED),
    ]
