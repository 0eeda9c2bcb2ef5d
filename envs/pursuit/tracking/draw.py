"""Pictures of tracking: pursuers with their sensors, targets, and the beliefs of these.

A target that is seen is gold and has a line to each pursuer that sees it. A belief is a cross with
the ellipse of one standard deviation, with a line to its target. Where there are many, sensors and
crosses are left out and bodies are dots.
"""

import numpy as np
from numpy.typing import NDArray

from ...rendering.palette import FLOOR, MUTED, REACHED, TEXT, Colour, agent_colour, mix
from ...rendering.plane_canvas import Arena
from .state import Constants, State

PURSUER, TARGET, BELIEF = agent_colour(0), agent_colour(5), agent_colour(2)
MANY = 60
"""Bodies of a kind beyond which the picture leaves details out."""
_CIRCLE = np.stack([np.cos(np.linspace(0, 2 * np.pi, 33)), np.sin(np.linspace(0, 2 * np.pi, 33))])


def draw(state: State, constants: Constants, env: int = 0, *, size: int | None = None) -> NDArray[np.uint8]:
    """Draw one env. `size`: pixels on a side of the area."""
    present = int(state.present[env])
    many = max(present, state.pursuer.shape[1]) > MANY
    side = constants.side
    arena = Arena((0, 0), (side, side), size or (640 if many else 480), grid=0 if many else 10)
    seen = seen_by(state, constants, env)
    if not many:
        angle = 2 * np.arccos(max(constants.cos_half, -1.0))
        for pursuer in state.pursuer[env]:
            _draw_sensor(arena, pursuer, constants.sensor_range, angle, side)
    with arena.inside():
        for j in range(present):
            _draw_belief(arena, state, env, j, side, many)
        for i, j in np.argwhere(seen):
            arena.line([state.pursuer[env, i, :2], state.target[env, j, :2]], mix(REACHED, TEXT, 0.15), line=1.5)
        for j in range(present):
            _draw_target(arena, state.target[env, j, :2], bool(seen[:, j].any()), many)
        for x, y, heading in state.pursuer[env]:
            arena.boid((x, y), heading, 5 if many else 9, mix(PURSUER, TEXT, 0.2))
    arena.caption(
        _caption(state, env, int(seen.any(axis=0).sum())), f"beliefs off by {_errors(state, env).mean():.2g} m"
    )
    return arena.canvas.pixels()


def seen_by(state: State, constants: Constants, env: int) -> NDArray[np.bool_]:
    """Pairs of pursuer and target that it saw in the last step, `(pursuers, present)`.

    At the start of an episode there are none.
    """
    present = state.present[env]
    offset = state.target[env, None, :present, :2] - state.pursuer[env, :, None, :2]
    distance = np.hypot(offset[..., 0], offset[..., 1])
    heading = state.pursuer[env, :, 2, None]
    ahead = offset[..., 0] * np.cos(heading) + offset[..., 1] * np.sin(heading)
    seen = (distance <= constants.sensor_range) & (ahead >= constants.cos_half * distance)
    return seen & (state.observers[env, :present] > 0)


def text(state: State, env: int = 0) -> str:
    """Write all positions in metres; those of targets beside the believed ones."""
    lines = ["   ".join(string for string, _ in _caption(state, env, int((state.observers[env] > 0).sum())))]
    for i, (x, y, heading) in enumerate(state.pursuer[env]):
        lines.append(f"pursuer {i}: {x:.1f} {y:.1f}, heading {np.degrees(heading):.0f} degrees")
    for j in range(state.present[env]):
        (x, y), (u, v) = state.target[env, j, :2], state.mean[env, j, :2]
        eyes = f", seen by {state.observers[env, j]}" if state.observers[env, j] else ""
        lines.append(
            f"target {j}: {x:.1f} {y:.1f}, believed {u:.1f} {v:.1f}, log det {state.log_det[env, j]:.2f}{eyes}"
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


def _draw_belief(arena: Arena, state: State, env: int, j: int, side: float, many: bool) -> None:
    mean, true = state.mean[env, j, :2], state.target[env, j, :2]
    variances, axes = np.linalg.eigh(state.covariance[env, j, :2, :2])
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


def _errors(state: State, env: int) -> NDArray[np.float64]:
    present = state.present[env]
    offset = state.mean[env, :present, :2] - state.target[env, :present, :2]
    return np.hypot(offset[:, 0], offset[:, 1])


def _caption(state: State, env: int, seen: int) -> list[tuple[str, Colour]]:
    present = int(state.present[env])
    mean = state.log_det[env, :present].mean()
    return [
        (f"step {state.elapsed[env]}", TEXT),
        (f"mean log det {mean:.2f}", TEXT),
        (f"seen {seen} of {present}", mix(REACHED, TEXT, 0.35) if seen else MUTED),
    ]
