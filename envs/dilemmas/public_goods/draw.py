"""The public goods game in pictures and in characters."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.palette import BEAM, MUTED, REACHED, TEXT, Colour, mix
from ...rendering.payoff_matrix import number
from ..drawing_ring import Ring
from .config import PublicGoodsConfig
from .rules import NONE
from .state import State


def draw(state: State, env: int, config: PublicGoodsConfig, *, follow: int | None = None) -> NDArray[np.uint8]:
    """Draw the pot, `(height, width, 3)` uint8: gold by the share of endowments that was given.

    Around it are the agents, each with a gauge of its contribution; red rings mark contributions
    below the mean, arrows are points assigned in the last step. `follow` marks an agent.
    """
    ring = Ring(config.num_agents)
    given = np.maximum(state.contribution[env], 0)
    full = config.levels - 1
    ring.shared(given.mean() / full, REACHED)
    for i, level in enumerate(given):
        label = "" if state.contribution[env, i] == NONE else number(config.unit * level)
        ring.agent(i, level / full, label, guilty=bool(level < given.mean()), followed=i == follow)
    ring.sanctions(state.points[env])
    ring.arena.caption(_said(state, env, config), _when(state, env, config))
    return ring.arena.canvas.pixels()


def text(state: State, env: int, config: PublicGoodsConfig) -> str:
    """A line for each agent: contribution, points given and received in the last step, return."""
    lines = [f"{'agent':>5} {'gave':>6} {'points out':>10} {'points in':>9} {'in all':>8}"]
    for i, level in enumerate(state.contribution[env]):
        gave = "-" if level == NONE else number(config.unit * level)
        out, into = state.points[env, i].sum(), state.points[env, :, i].sum()
        lines.append(f"{i:5} {gave:>6} {out:10} {into:9} {number(state.returns[env, i]):>8}")
    said = "  ".join(part for part, _ in _said(state, env, config))
    return "\n".join([*lines, f"{said}  {_when(state, env, config)}"])


def _said(state: State, env: int, config: PublicGoodsConfig) -> list[tuple[str, Colour]]:
    if state.contribution[env, 0] == NONE:
        return [("nobody has given yet", MUTED)]
    given = config.unit * int(state.contribution[env].sum())
    parts = [(f"in the pot {number(given)}", mix(REACHED, TEXT, 0.4))]
    points = int(state.points[env].sum())
    if points:
        parts.append((f"{points} point{'s' if points > 1 else ''}", mix(BEAM, TEXT, 0.2)))
    return [*parts, (f"mean return {number(state.returns[env].mean())}", TEXT)]


def _when(state: State, env: int, config: PublicGoodsConfig) -> str:
    """Round and stage that has just been played."""
    elapsed = int(state.elapsed[env])
    if not config.punishment:
        return f"round {elapsed}"
    stage = ("start", "contributions", "points")[0 if elapsed == 0 else 2 - elapsed % 2]
    return f"round {(elapsed + 1) // 2}, {stage}"
