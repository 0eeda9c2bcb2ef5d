"""The rules of coins: whoever enters a coin's cell takes it, and the other player is hurt if the coin was of its colour.

Bare cells get coins after moves: which ones is drawn when the step begins, so that a cell whose coin is taken has one again in the next step at the earliest.
"""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import below, uniform
from ...core.validation import LARGEST, check_within
from ...errors import BadParameter
from ...kernels import njit, over_copies, prange
from ..grid_engine.avatars import begin_agents, come_back, draw_order, end_step, start_step, turn_or_move
from ..grid_engine.config import GridDilemmaParameters, Sanctions
from ..grid_engine.maps import FLOOR, WALL
from ..grid_engine.sanctions import fire_sanctions, note_opportunities
from ..grid_engine.state import NOBODY

PLAYERS = 2
BARE, COIN = 2, 3
"""Codes of cells: where a coin may appear, and COIN + i for a coin of player i's colour. FLOOR are the two cells on which players begin."""
HEIGHT, WIDTH = range(2)
"""Columns of `State.numbers`: the size of this episode's map, without its walls."""
OWN, OTHERS, GUILT = range(3)
"""Columns of `State.tally`: coins of the own colour that a player took, those of the other's, and steps that guilt lasts."""
LEAST_SIDE, MOST_SIDE = 4, 60


@dataclass(frozen=True)
class CoinsParameters(GridDilemmaParameters):
    """Options of coins.

    Raises:
        BadParameter: a value is out of range, or two contradict each other.
    """

    num_agents: int = PLAYERS
    """Agents in each copy; always 2."""
    end_chance: float = 0.05
    """Chance at each of those moments."""
    sanctions: Sanctions = field(default_factory=lambda: Sanctions(enabled=False))
    """How agents punish each other; by default not at all."""
    min_width: int = 10
    """The least cells from wall to wall, left to right; each episode draws its own number."""
    max_width: int = 15
    """The most."""
    min_height: int = 10
    """The least cells from wall to wall, top to bottom."""
    max_height: int = 15
    """The most."""
    regrowth: float = 0.0005
    """Chance per step that a bare cell gets a coin, of either colour with the same chance."""
    match: float = 1.0
    """What a coin of the own colour is worth to who takes it."""
    mismatch: float = 1.0
    """What a coin of the other's colour is worth to who takes it."""
    match_other: float = 0.0
    """What the other player gets when somebody takes a coin of the own colour."""
    mismatch_other: float = -2.0
    """What the other player gets when its coin is taken."""
    guilt: int = 50
    """Steps for which who took the other's coin is guilty, that one included."""

    def __post_init__(self):
        super().__post_init__()
        if self.num_agents != PLAYERS:
            raise BadParameter(f"num_agents is {self.num_agents}; allowed is {PLAYERS}")
        for side in ("width", "height"):
            least, most = getattr(self, f"min_{side}"), getattr(self, f"max_{side}")
            check_within(f"min_{side}", least, LEAST_SIDE, MOST_SIDE)
            check_within(f"max_{side}", most, least, MOST_SIDE)
        check_within("regrowth", self.regrowth, 0, 1)
        for name in ("match", "mismatch", "match_other", "mismatch_other"):
            check_within(name, getattr(self, name), -LARGEST, LARGEST)
        check_within("guilt", self.guilt, 1, 10_000)


class Mint(NamedTuple):
    """What the kernels of coins need and no step changes."""

    min_height: int
    max_height: int
    min_width: int
    max_width: int
    log_bare: float  # logarithm of the chance that a cell stays bare
    to_self: NDArray[np.float64]  # (2,) what a coin gives to who takes it: of the own colour, of the other's
    to_other: NDArray[np.float64]  # (2,) and to the other player
    guilt: int


class Minted(NamedTuple):
    """Work space, one row a copy."""

    minted: NDArray[np.int32]  # (num_envs, cells) flat cells that get a coin at the end of the step


def build_mint(p: CoinsParameters) -> Mint:
    """The constants for given parameters."""
    return Mint(
        min_height=p.min_height,
        max_height=p.max_height,
        min_width=p.min_width,
        max_width=p.max_width,
        log_bare=math.log1p(-p.regrowth) if p.regrowth < 1 else -math.inf,
        to_self=np.array([p.match, p.mismatch], np.float64),
        to_other=np.array([p.match_other, p.mismatch_other], np.float64),
        guilt=p.guilt,
    )


@over_copies
def begin_copies(state, k, scratch, mint, minted, where):
    """Draw the size of the map, lay it, place the players, and let the first coins appear."""
    for c in prange(where.shape[0]):
        if where[c]:
            _begin_copy(state, k, scratch, mint, minted.minted[c], np.int64(c))


@njit(cache=True)
def _begin_copy(state, k, scratch, mint, minted, c):
    stream, cell = state.stream[c], state.cell[c]
    height = mint.min_height + below(stream, mint.max_height - mint.min_height + 1)
    width = mint.min_width + below(stream, mint.max_width - mint.min_width + 1)
    state.numbers[c, HEIGHT], state.numbers[c, WIDTH] = height, width
    cell[:, :] = WALL
    cell[1 : height + 1, 1 : width + 1] = BARE
    cell[2, width - 1] = FLOOR
    cell[height - 1, 2] = FLOOR
    state.tally[c, :, :] = 0
    for i in range(PLAYERS):
        state.colour[c, i] = i
        state.told[c, i, 0] = i
    begin_agents(state, k, scratch, c)
    count = draw_cells(stream, cell, height, width, mint.log_bare, minted)
    for t in range(count):
        row, col = minted[t] // cell.shape[1], minted[t] % cell.shape[1]
        cell[row, col] = COIN + below(stream, PLAYERS)


@over_copies
def advance_copies(state, k, mint, scratch, minted, reward, opportunity, sanction, target, where):
    """One step."""
    for c in prange(where.shape[0]):
        if where[c]:
            _advance_copy(state, k, mint, scratch, minted.minted[c], reward, opportunity, sanction, target, np.int64(c))


@njit(cache=True)
def _advance_copy(state, k, mint, scratch, minted, reward, opportunity, sanction, target, c):
    sanctions = k.first_beam == 0
    if sanctions:
        note_opportunities(state, k, scratch, opportunity, c)
        start_step(state, k, c)
    cell, tally, guilty = state.cell[c], state.tally[c], state.guilty[c]
    for i in range(PLAYERS):
        if tally[i, GUILT] > 0:
            tally[i, GUILT] -= 1
        guilty[i] = tally[i, GUILT] > 0
    stream, height, width = state.stream[c], state.numbers[c, HEIGHT], state.numbers[c, WIDTH]
    count = draw_cells(stream, cell, height, width, mint.log_bare, minted)
    order, position = scratch.order[c], state.position[c]
    draw_order(stream, order)
    for turn in range(PLAYERS):
        i = order[turn]
        if state.out[c, i] > 0 or state.frozen[c, i] > 0 or scratch.action[c, i] == 0:
            continue
        action = scratch.action[c, i]
        if turn_or_move(cell, state.occupant[c], k.solid, k.torus, position, state.facing[c], i, action):
            take(cell, tally, guilty, state.out[c], mint, position[i, 0], position[i, 1], i, reward[c])
    if sanctions:
        fire_sanctions(state, k, scratch, reward, opportunity, sanction, target, c)
        come_back(state, k, scratch, c)
    for t in range(count):
        row, col = minted[t] // cell.shape[1], minted[t] % cell.shape[1]
        cell[row, col] = COIN + below(stream, PLAYERS)
        i = state.occupant[c, row, col] - 1
        if state.occupant[c, row, col] != NOBODY:
            take(cell, tally, guilty, state.out[c], mint, row, col, i, reward[c])
    end_step(state, k, reward, c)


@njit(cache=True)
def draw_cells(stream, cell, height, width, log_bare, minted):
    """Draw the bare cells that get a coin, as flat numbers in `minted`; each is drawn or not apart from all others.

    It leaps from one to the next (the cells in between are geometrically many), because few get one.

    Returns:
        How many.
    """
    count, at, area = 0, 0, height * width
    if log_bare == 0:
        return count
    while True:
        leap = math.log(1 - uniform(stream)) / log_bare
        if leap >= area - at:
            return count
        at += int(leap)
        row, col = 1 + at // width, 1 + at % width
        if cell[row, col] == BARE:
            minted[count] = row * cell.shape[1] + col
            count += 1
        at += 1


@njit(cache=True)
def take(cell, tally, guilty, away, mint, row, col, i, reward):
    """Player i takes the coin at (row, col) of one copy, if there is one."""
    if cell[row, col] < COIN:
        return
    other = 1 - i
    mismatch = np.int64(cell[row, col] != COIN + i)
    cell[row, col] = BARE
    reward[i] += mint.to_self[mismatch]
    if away[other] == 0:
        reward[other] += mint.to_other[mismatch]
    if mismatch:
        tally[i, OTHERS] += 1
        tally[i, GUILT] = mint.guilt
        guilty[i] = True
    else:
        tally[i, OWN] += 1
