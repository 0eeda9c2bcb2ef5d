"""How matrix games on a grid look: resources by their strategy, what agents carry, and who waits with whom."""

from ...board import Board
from ...palette import TEXT, Colour, mix
from ..looks import FLOOR_LOOK, SAND, WALL_LOOK, Look
from ..layout import FLOOR, WALL
from ..state import State
from .rules import FIRST, PARTNER, TIMER, standing

STRATEGY_COLOURS: tuple[Colour, ...] = (
    (60, 150, 75),
    (200, 60, 50),
    (50, 90, 200),
    (150, 110, 40),
    (120, 60, 160),
    (40, 150, 160),
    (200, 110, 160),
    (90, 90, 90),
)
_SHAPES = ("disc", "diamond", "square")
_GATHERING: Colour = (196, 194, 188)
_READY: Colour = (38, 42, 50)
_PAID: tuple[Colour, ...] = ((170, 30, 30), (253, 184, 1), (20, 130, 50), (2, 71, 254), (127, 0, 255))
RINGS: tuple[Colour, ...] = (_GATHERING, _READY, *_PAID) * 2
"""Around agents: pale while they have nothing, dark when they are ready, from red over green to violet while they wait for a payoff from low to high."""


def looks_of(strategies: int, health: int) -> dict[int, Look]:
    """Standing resources by strategy, paler the more beams have hit them; where one is gone, a trace."""
    looks = {FLOOR: FLOOR_LOOK, WALL: WALL_LOOK}
    for k in range(strategies):
        colour, thing = STRATEGY_COLOURS[k], _SHAPES[k % len(_SHAPES)]
        for left in range(1, health + 1):
            shade = mix(colour, SAND, 0.6 * (health - left) / max(health - 1, 1))
            code = standing(k, left, health)
            looks[code] = Look(SAND, thing, shade, str(k), str(k))
            looks[code + strategies * health] = Look(SAND, "", SAND, "·")
    return looks


def mark_agents(board: Board, state: State, copy: int, strategies: int) -> None:
    """A bar below each agent with the shares of its inventory, and a line between two who interact."""
    cell = board.cell
    for i in range(state.facing.shape[1]):
        if state.out[copy, i] > 0:
            continue
        x, y = board.centre(state.position[copy, i])
        j = state.tally[copy, i, PARTNER] - 1
        if j > i and state.tally[copy, i, TIMER] > 0 and state.out[copy, j] == 0:
            board.canvas.line([(x, y), board.centre(state.position[copy, j])], TEXT, width=max(0.08 * cell, 1.5))
