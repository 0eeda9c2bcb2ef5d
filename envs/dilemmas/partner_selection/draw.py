"""Partner selection in pictures and in characters."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.palette import BEAM, COLLISION, GRID, REACHED, TEXT, Colour, agent_colour, mix
from ...rendering.payoff_matrix import number
from ..drawing_ring import Ring
from .config import PartnerSelectionParameters
from .state import DEFECT, NOBODY, PUNISH, SELECT, State

PHASES = ("choose partners", "play", "punish")
MOVES = "CD-"


def draw(
    state: State, copy: int, parameters: PartnerSelectionParameters, *, follow: int | None = None
) -> NDArray[np.uint8]:
    """The agents in a ring, `(height, width, 3)` uint8.

    Each has a gauge of its reputation and a C or D, what it did last; a red ring if it defected. Thin arrows are the choices of this season,
    the thick arrow is the pair that plays; arrows in magenta are punishments in the last step. `follow` marks an agent.
    """
    ring = Ring(parameters.num_agents)
    thought, playing = _thought(state, copy), _playing(state, copy)
    if playing is None:
        choices = []
    else:
        choices = [(i, int(j)) for i, j in enumerate(state.partner[copy]) if i >= state.pair[copy]]
    for i, j in choices:
        _arrow(ring, i, j, mix(agent_colour(i), GRID, 0.45), 2)
    if playing is not None:
        _arrow(ring, *playing, TEXT, 6)
    for i, last in enumerate(state.last[copy]):
        share = 0.5 + 0.5 * thought[i] / (abs(thought[i]) + parameters.reputation_scale)
        known = parameters.reputation != "none"
        label = f"{MOVES[last]} {number(thought[i])}" if known else MOVES[last]
        ring.agent(i, share if known else 0, label, guilty=bool(last == DEFECT), followed=i == follow)
    ring.sanctions(state.punished[copy].astype(np.int64))
    ring.arena.caption(_said(state, copy), _when(state, copy))
    return ring.arena.canvas.pixels()


def text(state: State, copy: int, parameters: PartnerSelectionParameters) -> str:
    """A line for each agent: partner, last move, reputation, whom it punished in the last step, and its return."""
    lines = [f"{'agent':>5} {'partner':>7} {'last':>4} {'reputation':>10} {'punished':>8} {'in all':>8}"]
    thought = _thought(state, copy)
    for i in range(parameters.num_agents):
        partner = state.partner[copy, i]
        chosen = "-" if partner == NOBODY else str(partner)
        punished = ",".join(str(j) for j in np.flatnonzero(state.punished[copy, i])) or "-"
        said = number(thought[i]) if parameters.reputation != "none" else "-"
        lines.append(
            f"{i:5} {chosen:>7} {MOVES[state.last[copy, i]]:>4} {said:>10} {punished:>8} {number(state.returns[copy, i]):>8}"
        )
    parts = "  ".join(part for part, _ in _said(state, copy))
    return "\n".join([*lines, f"{parts}  {_when(state, copy)}"])


def _thought(state: State, copy: int) -> NDArray[np.float64]:
    """The reputation of each, `(n,)`; private ones in the mean of all others."""
    views = state.reputation[copy]
    return views[0] if len(views) == 1 else views.sum(axis=0) / (len(views) - 1)


def _playing(state: State, copy: int) -> tuple[int, int] | None:
    """The pair whose turn it is, or None while partners are chosen."""
    if state.phase[copy] == SELECT:
        return None
    first = int(state.pair[copy])
    return first, int(state.partner[copy, first])


def _arrow(ring: Ring, i: int, j: int, colour: Colour, line: float) -> None:
    a, b = np.array(ring.place(i)), np.array(ring.place(j))
    along = (b - a) / np.linalg.norm(b - a) * ring.body * 1.3
    ring.arena.arrow(a + along, b - a - 2 * along, colour, line=line)


def _said(state: State, copy: int) -> list[tuple[str, Colour]]:
    playing = _playing(state, copy)
    if playing is None:
        parts: list[tuple[str, Colour]] = [("all choose partners", TEXT)]
    else:
        first, second = playing
        moved = state.phase[copy] == PUNISH
        did = f": {_moves(state, copy, playing)}" if moved else ""
        parts = [(f"{first} with {second}{did}, {PHASES[state.phase[copy]]}", TEXT)]
    punished = int(state.punished[copy].sum())
    if punished:
        parts.append((f"{punished} punished", mix(BEAM, TEXT, 0.2)))
    played = int(state.moves[copy].sum())
    if played:
        share = state.cooperated[copy].sum() / played
        parts.append((f"cooperation {share:.0%}", mix(REACHED if share >= 0.5 else COLLISION, TEXT, 0.4)))
    return parts


def _moves(state: State, copy: int, playing: tuple[int, int]) -> str:
    return " ".join(MOVES[state.last[copy, i]] for i in playing)


def _when(state: State, copy: int) -> str:
    return f"season {state.season[copy]}, round {state.round[copy]}, step {state.elapsed[copy]}"
