"""The common pool in pictures and in characters."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.palette import BEAM, MUTED, TEXT, Colour, mix
from ...rendering.payoff_matrix import number
from ..drawing_ring import Ring
from .config import CommonPoolConfig
from .rules import COOPERATIVE
from .state import Constants, State

WATER: Colour = (92, 158, 173)


def draw(
    state: State, env: int, config: CommonPoolConfig, constants: Constants, *, follow: int | None = None
) -> NDArray[np.uint8]:
    """Draw the resource, `(height, width, 3)` uint8: a pond by its share of the capacity.

    The ring in it is half of the capacity. Around it are the agents, each with a gauge of its
    effort; red rings mark those above the cooperative effort, arrows are fines for the step before.
    `follow` marks an agent.
    """
    ring = Ring(config.num_agents)
    ring.shared(state.stock[env, 0] / config.capacity, WATER, marks=(0.5,))
    for i, level in enumerate(state.level[env]):
        effort = constants.effort[level]
        label = "" if state.elapsed[env] == 0 else f"{effort:.3g}"
        ring.agent(i, effort / constants.effort[-1], label, guilty=bool(level > COOPERATIVE), followed=i == follow)
    ring.sanctions(state.fined[env])
    ring.arena.caption(_said(state, env, constants), f"step {state.elapsed[env]}")
    return ring.arena.canvas.pixels()


def text(state: State, env: int, config: CommonPoolConfig, constants: Constants) -> str:
    """The resource as a bar, and a line for each agent: effort, fines in the last step, return."""
    width = round(40 * state.stock[env, 0] / config.capacity)
    lines = [f"[{'~' * width:<40}]", f"{'agent':>5} {'effort':>8} {'fines out':>9} {'fines in':>8} {'in all':>8}"]
    for i, level in enumerate(state.level[env]):
        out, into = state.fined[env, i].sum(), state.fined[env, :, i].sum()
        effort, total = f"{constants.effort[level]:.3g}", number(state.returns[env, i])
        lines.append(f"{i:5} {effort:>8} {out:9} {into:8} {total:>8}")
    said = "  ".join(part for part, _ in _said(state, env, constants))
    return "\n".join([*lines, f"{said}  step {state.elapsed[env]}"])


def _said(state: State, env: int, constants: Constants) -> list[tuple[str, Colour]]:
    parts = [(f"resource {state.stock[env, 0]:.3g}", mix(WATER, TEXT, 0.35))]
    if state.elapsed[env] == 0:
        return [*parts, ("nobody has harvested yet", MUTED)]
    parts.append((f"effort {constants.effort[state.level[env]].sum():.3g}", TEXT))
    fines = int(state.fined[env].sum())
    if fines:
        parts.append((f"{fines} fine{'s' if fines > 1 else ''}", mix(BEAM, TEXT, 0.2)))
    return [*parts, (f"mean return {number(state.returns[env].mean())}", TEXT)]
