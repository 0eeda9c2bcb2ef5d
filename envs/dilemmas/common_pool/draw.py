"""The common pool in pictures and in characters."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.palette import BEAM, MUTED, TEXT, Colour, mix
from ...rendering.payoff_matrix import number
from ..drawing_ring import Ring
from .config import CommonPoolParameters
from .rules import COOPERATIVE, Constants, State

WATER: Colour = (92, 158, 173)


def draw(
    state: State, copy: int, parameters: CommonPoolParameters, constants: Constants, *, follow: int | None = None
) -> NDArray[np.uint8]:
    """The resource, `(height, width, 3)` uint8: a pond as large as what there is, of its capacity; the ring in it is half of that.

    Around it are the agents, each with a gauge of its effort; red rings mark those above the cooperative effort, arrows are fines
    for the step before. `follow` marks an agent.
    """
    ring = Ring(parameters.num_agents)
    ring.shared(state.stock[copy, 0] / parameters.capacity, WATER, marks=(0.5,))
    for i, level in enumerate(state.level[copy]):
        effort = constants.effort[level]
        label = "" if state.elapsed[copy] == 0 else f"{effort:.3g}"
        ring.agent(i, effort / constants.effort[-1], label, guilty=bool(level > COOPERATIVE), followed=i == follow)
    ring.sanctions(state.fined[copy])
    ring.arena.caption(_said(state, copy, constants), f"step {state.elapsed[copy]}")
    return ring.arena.canvas.pixels()


def text(state: State, copy: int, parameters: CommonPoolParameters, constants: Constants) -> str:
    """The resource as a bar, and a line for each agent: its effort, the fines that it gave and got in the last step, and its return."""
    width = round(40 * state.stock[copy, 0] / parameters.capacity)
    lines = [f"[{'~' * width:<40}]", f"{'agent':>5} {'effort':>8} {'fines out':>9} {'fines in':>8} {'in all':>8}"]
    for i, level in enumerate(state.level[copy]):
        out, into = state.fined[copy, i].sum(), state.fined[copy, :, i].sum()
        effort, total = f"{constants.effort[level]:.3g}", number(state.returns[copy, i])
        lines.append(f"{i:5} {effort:>8} {out:9} {into:8} {total:>8}")
    said = "  ".join(part for part, _ in _said(state, copy, constants))
    return "\n".join([*lines, f"{said}  step {state.elapsed[copy]}"])


def _said(state: State, copy: int, constants: Constants) -> list[tuple[str, Colour]]:
    parts = [(f"resource {state.stock[copy, 0]:.3g}", mix(WATER, TEXT, 0.35))]
    if state.elapsed[copy] == 0:
        return [*parts, ("nobody has harvested yet", MUTED)]
    parts.append((f"effort {constants.effort[state.level[copy]].sum():.3g}", TEXT))
    fines = int(state.fined[copy].sum())
    if fines:
        parts.append((f"{fines} fine{'s' if fines > 1 else ''}", mix(BEAM, TEXT, 0.2)))
    return [*parts, (f"mean return {number(state.returns[copy].mean())}", TEXT)]
