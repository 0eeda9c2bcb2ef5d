"""Partner selection in pictures and in characters."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.palette import BEAM, COLLISION, GRID, REACHED, TEXT, Colour, agent_colour, mix
from ...rendering.payoff_matrix import number
from ..drawing_ring import Ring
from .config import PartnerSelectionConfig
from .state import DEFECT, NOBODY, PUNISH, SELECT, State

PHASES = ("choose partners", "play", "punish")
MOVES = "CD-"


def draw(state: State, env: int, config: PartnerSelectionConfig, *, follow: int | None = None) -> NDArray[np.uint8]:
    """Draw the agents in a ring, `(height, width, 3)` uint8.

    Each has a gauge of its reputation and a C or D, its last move; a red ring if it defected. Thin
    arrows are the choices of this season, the thick arrow is the pair that plays; arrows in magenta
    are punishments in the last step. `follow` marks an agent.
    """
    ring = Ring(config.num_agents)
    thought, playing = _thought(state, env), _playing(state, env)
    if playing is None:
        choices = []
    else:
        choices = [(i, int(j)) for i, j in enumerate(state.partner[env]) if i >= state.pair[env]]
    for i, j in choices:
        _arrow(ring, i, j, mix(agent_colour(i), GRID, 0.45), 2)
    if playing is not None:
        _arrow(ring, *playing, TEXT, 6)
    for i, last in enumerate(state.last[env]):
        share = 0.5 + 0.5 * thought[i] / (abs(thought[i]) + config.reputation_scale)
        known = config.reputation != "none"
        label = f"{MOVES[last]} {number(thought[i])}" if known else MOVES[last]
        ring.agent(i, share if known else 0, label, guilty=bool(last == DEFECT), followed=i == follow)
    ring.sanctions(state.punished[env].astype(np.int64))
    ring.arena.caption(_said(state, env), _when(state, env))
    return ring.arena.canvas.pixels()


def text(state: State, env: int, config: PartnerSelectionConfig) -> str:
    """A line for each agent: partner, last move, reputation, last punishments, return."""
    lines = [f"{'agent':>5} {'partner':>7} {'last':>4} {'reputation':>10} {'punished':>8} {'in all':>8}"]
    thought = _thought(state, env)
    for i in range(config.num_agents):
        partner = state.partner[env, i]
        chosen = "-" if partner == NOBODY else str(partner)
        punished = ",".join(str(j) for j in np.flatnonzero(state.punished[env, i])) or "-"
        said = number(thought[i]) if config.reputation != "none" else "-"
        lines.append(
            f"{i:5} {chosen:>7} {MOVES[state.last[env, i]]:>4} {said:>10} {punished:>8} {number(state.returns[env, i]):>8}"
        )
    parts = "  ".join(part for part, _ in _said(state, env))
    return "\n".join([*lines, f"{parts}  {_when(state, env)}"])


def _thought(state: State, env: int) -> NDArray[np.float64]:
    """The reputation of each agent, `(n,)`; private ones in the mean of all others."""
    views = state.reputation[env]
    return views[0] if len(views) == 1 else views.sum(axis=0) / (len(views) - 1)


def _playing(state: State, env: int) -> tuple[int, int] | None:
    """The pair that plays, or None while partners are chosen."""
    if state.phase[env] == SELECT:
        return None
    first = int(state.pair[env])
    return first, int(state.partner[env, first])


def _arrow(ring: Ring, i: int, j: int, colour: Colour, line: float) -> None:
    a, b = np.array(ring.place(i)), np.array(ring.place(j))
    along = (b - a) / np.linalg.norm(b - a) * ring.body * 1.3
    ring.arena.arrow(a + along, b - a - 2 * along, colour, line=line)


def _said(state: State, env: int) -> list[tuple[str, Colour]]:
    playing = _playing(state, env)
    if playing is None:
        parts: list[tuple[str, Colour]] = [("all choose partners", TEXT)]
    else:
        first, second = playing
        moved = state.phase[env] == PUNISH
        did = f": {_moves(state, env, playing)}" if moved else ""
        parts = [(f"{first} with {second}{did}, {PHASES[state.phase[env]]}", TEXT)]
    punished = int(state.punished[env].sum())
    if punished:
        parts.append((f"{punished} punished", mix(BEAM, TEXT, 0.2)))
    played = int(state.moves[env].sum())
    if played:
        share = state.cooperated[env].sum() / played
        parts.append((f"cooperation {share:.0%}", mix(REACHED if share >= 0.5 else COLLISION, TEXT, 0.4)))
    return parts


def _moves(state: State, env: int, playing: tuple[int, int]) -> str:
    return " ".join(MOVES[state.last[env, i]] for i in playing)


def _when(state: State, env: int) -> str:
    return f"season {state.season[env]}, round {state.round[env]}, step {state.elapsed[env]}"
