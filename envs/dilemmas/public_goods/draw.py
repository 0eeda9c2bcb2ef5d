"""The public goods game in pictures and in characters."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.palette import BEAM, MUTED, REACHED, TEXT, Colour, mix
from ...rendering.payoff_matrix import number
from ..drawing_ring import Ring
from .rules import NONE, PublicGoodsParameters, State


def draw(state: State, copy: int, parameters: PublicGoodsParameters, *, follow: int | None = None) -> NDArray[np.uint8]:
    """The pot, `(height, width, 3)` uint8: gold as large as what was given, of all that could be.

    Around it are the agents, each with a gauge of what it gave; red rings mark those who gave less than the mean, arrows are points
    assigned in the last step. `follow` marks an agent.
    """
    ring = Ring(parameters.num_agents)
    given = np.maximum(state.contribution[copy], 0)
    full = parameters.levels - 1
    ring.shared(given.mean() / full, REACHED)
    for i, level in enumerate(given):
        label = "" if state.contribution[copy, i] == NONE else number(parameters.unit * level)
        ring.agent(i, level / full, label, guilty=bool(level < given.mean()), followed=i == follow)
    ring.sanctions(state.points[copy])
    ring.arena.caption(_said(state, copy, parameters), _when(state, copy, parameters))
    return ring.arena.canvas.pixels()


def text(state: State, copy: int, parameters: PublicGoodsParameters) -> str:
    """A line for each agent: what it gave last, the points that it gave and got in the last step, and its return."""
    lines = [f"{'agent':>5} {'gave':>6} {'points out':>10} {'points in':>9} {'in all':>8}"]
    for i, level in enumerate(state.contribution[copy]):
        gave = "-" if level == NONE else number(parameters.unit * level)
        out, into = state.points[copy, i].sum(), state.points[copy, :, i].sum()
        lines.append(f"{i:5} {gave:>6} {out:10} {into:9} {number(state.returns[copy, i]):>8}")
    said = "  ".join(part for part, _ in _said(state, copy, parameters))
    return "\n".join([*lines, f"{said}  {_when(state, copy, parameters)}"])


def _said(state: State, copy: int, parameters: PublicGoodsParameters) -> list[tuple[str, Colour]]:
    if state.contribution[copy, 0] == NONE:
        return [("nobody has given yet", MUTED)]
    given = parameters.unit * int(state.contribution[copy].sum())
    parts = [(f"in the pot {number(given)}", mix(REACHED, TEXT, 0.4))]
    points = int(state.points[copy].sum())
    if points:
        parts.append((f"{points} point{'s' if points > 1 else ''}", mix(BEAM, TEXT, 0.2)))
    return [*parts, (f"mean return {number(state.returns[copy].mean())}", TEXT)]


def _when(state: State, copy: int, parameters: PublicGoodsParameters) -> str:
    """Which round and stage has just been played."""
    elapsed = int(state.elapsed[copy])
    if not parameters.punishment:
        return f"round {elapsed}"
    stage = ("start", "contributions", "points")[0 if elapsed == 0 else 2 - elapsed % 2]
    return f"round {(elapsed + 1) // 2}, {stage}"
