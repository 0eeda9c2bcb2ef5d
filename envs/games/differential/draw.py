"""The differential game in pictures and in characters."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.palette import BACKGROUND, MUTED, REACHED, TEXT, Colour, agent_colour, mix
from ...rendering.plane_canvas import Arena
from .rules import HIGHEST, HILL, WIDE_HILL, payoff
from .state import State

TILES = 60
_DEEP: Colour = (49, 54, 82)
_FLAT: Colour = (160, 205, 222)
_HIGH: Colour = (252, 249, 224)


def draw(state: State, env: int, action_range: float) -> NDArray[np.uint8]:
    """Draw the landscape, light where it is high, `(height, width, 3)` uint8.

    The action of agent 0 grows to the right, that of agent 1 upwards. A golden ring marks the top
    of the narrow hill, a grey one that of the wide hill. The choice is a disc where two lines in
    the colours of the agents meet.
    """
    arena = Arena((-action_range, -action_range), (action_range, action_range))
    size = 2 * action_range / TILES
    middles = -action_range + size * (np.arange(TILES) + 0.5)
    # Depth below the highest top, on a scale that tells both hills and the far slopes apart.
    depth = np.log1p(HIGHEST - payoff(middles[:, None], middles[None, :]))
    deepest = np.log1p(HIGHEST - payoff(np.array(action_range), np.array(-action_range)))
    height = 1 - depth / deepest
    with arena.inside():
        for i, x in enumerate(middles):
            for j, y in enumerate(middles):
                h = float(np.clip(height[i, j], 0, 1))
                colour = mix(_DEEP, _FLAT, 2 * h) if h < 0.5 else mix(_FLAT, _HIGH, 2 * h - 1)
                arena.rectangle((x - size / 2, y - size / 2), (x + size / 2, y + size / 2), colour)
    for top, colour, label in ((HILL, mix(REACHED, TEXT, 0.15), "10"), (WIDE_HILL, mix(MUTED, TEXT, 0.4), "0")):
        arena.ring((top, top), 0, colour, line=10)
        x, y = arena.at((top, top))
        outwards = np.sign(top)  # so that the labels stay apart where the hills are close
        arena.canvas.text(label, (x + 13 * outwards, y), 20, TEXT, anchor="midleft" if outwards > 0 else "midright")
    parts = [("nobody has chosen yet", MUTED)]
    if state.elapsed[env]:
        u1, u2 = (float(u) for u in state.action[env])
        arena.line([(u1, -action_range), (u1, action_range)], agent_colour(0), line=2)
        arena.line([(-action_range, u2), (action_range, u2)], agent_colour(1), line=2)
        arena.canvas.disc(arena.at((u1, u2)), 9, BACKGROUND)
        arena.canvas.disc(arena.at((u1, u2)), 7, TEXT)
        parts = [(f"agent {i}: {u:.4g}", mix(agent_colour(i), TEXT, 0.25)) for i, u in enumerate((u1, u2))]
        parts.append((f"paid {state.paid[env]:.4g}", TEXT))
    arena.caption(parts, f"-{action_range:g} to {action_range:g}")
    return arena.canvas.pixels()


def text(state: State, env: int) -> str:
    """Actions and reward in words."""
    if not state.elapsed[env]:
        return "nobody has chosen yet"
    u1, u2 = state.action[env]
    return f"agent 0: {u1:.6g}  agent 1: {u2:.6g}  paid {state.paid[env]:.6g}"
