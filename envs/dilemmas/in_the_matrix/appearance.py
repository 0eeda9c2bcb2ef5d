"""Looks of matrix games on a grid: resources, inventories, and agents that interact."""

import numpy as np
from numpy.typing import NDArray

from ...rendering.canvas import Box
from ...rendering.grid_canvas import Board
from ...rendering.palette import BACKGROUND, TEXT, Colour, mix
from ..grid_engine.appearance import FLOOR_LOOK, SAND, WALL_LOOK, Look
from ..grid_engine.maps import FLOOR, WALL
from ..grid_engine.state import State
from .state import OWED, PARTNER, READY, TIMER, standing

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
"""Rings around agents.

They are pale while agents have nothing, dark when they are ready, and from red over green to violet
while they wait for a payoff from low to high.
"""


def looks_of(strategies: int, health: int, damage: bool) -> dict[int, Look]:
    """Looks of resources by strategy, with `damage` paler after hits; floor where one is gone."""
    looks = {FLOOR: FLOOR_LOOK, WALL: WALL_LOOK}
    for k in range(strategies):
        colour, thing = STRATEGY_COLOURS[k], _SHAPES[k % len(_SHAPES)]
        for left in range(1, health + 1):
            shade = mix(colour, SAND, damage * 0.6 * (health - left) / max(health - 1, 1))
            code = standing(k, left, health)
            looks[code] = Look(SAND, thing, shade, str(k), str(k))
            looks[code + strategies * health] = Look(SAND, "", SAND, "·")
    return looks


def mark_agents(board: Board, state: State, env: int, strategies: int) -> None:
    """Draw a bar with the shares of its inventory below each agent, and signs of interactions.

    Two agents that interact have a line between them, and their payoffs beside them.
    """
    cell, n = board.cell, state.facing.shape[1]
    here = [i for i in range(n) if state.out[env, i] == 0]
    waits = [i for i in here if state.agent_counters[env, i, TIMER] > 0]
    for i in waits:
        j = int(state.agent_counters[env, i, PARTNER]) - 1
        if j > i and j in waits:
            ends = [board.centre(state.position[env, k]) for k in (i, j)]
            board.canvas.line(ends, TEXT, width=max(0.12 * cell, 2))
    for i in here:
        x, y = board.centre(state.position[env, i])
        if i in waits:
            board.disc(state.position[env, i], RINGS[state.colour[env, i]], str(i), radius=0.3)
            beside = state.position[env, i, 1] == state.position[env, int(state.agent_counters[env, i, PARTNER]) - 1, 1]
            at = (x + 1.05 * cell, y) if beside else (x, y - 0.62 * cell)
            _label_payoff(board, at, float(state.pending_reward[env, i, OWED]))
        if state.agent_counters[env, i, READY] > 0:
            _draw_shares(board, (x, y + 0.42 * cell), state.inventory[env, i, :strategies])


def _label_payoff(board: Board, centre: tuple[float, float], payoff: float) -> None:
    size = 0.5 * board.cell
    board.canvas.rectangle(Box(centre[0] - 1.1 * size, centre[1] - size / 2, 2.2 * size, size), BACKGROUND, corner=3)
    board.canvas.text(f"{payoff:.2g}", centre, 0.8 * size, TEXT)


def _draw_shares(board: Board, centre: tuple[float, float], inventory: NDArray[np.int16]) -> None:
    width, height = 0.84 * board.cell, 0.2 * board.cell
    left, top = centre[0] - width / 2, centre[1] - height / 2
    board.canvas.rectangle(Box(left - 1, top - 1, width + 2, height + 2), BACKGROUND)
    for k, share in enumerate(inventory / inventory.sum()):
        board.canvas.rectangle(Box(left, top, width * share, height), STRATEGY_COLOURS[k])
        left += width * share
