"""Kernels of coins: an agent takes a coin by entering its cell; it hurts the other to lose one.

Cells that get a coin after the moves are drawn when the step begins, so that a cell whose coin is
taken has one again in the next step at the earliest.
"""

import math

import numpy as np

from ...core.random_streams import below, uniform
from ...kernels import each_env, njit
from ..grid_engine.avatars import begin_agents, come_back, draw_order, end_step, start_step, turn_or_move
from ..grid_engine.maps import FLOOR, WALL
from ..grid_engine.sanctions import fire_sanctions, note_opportunities
from ..grid_engine.state import NOBODY
from .config import PLAYERS, CoinsConfig
from .state import GUILT, HEIGHT, OTHERS, OWN, WIDTH, Mint

BARE, COIN = 2, 3
"""Codes of cells.

BARE is a cell where a coin may appear, COIN + i a coin of player i's colour. The two cells on which
players begin are FLOOR.
"""


def build_mint(p: CoinsConfig) -> Mint:
    """The constants for this config."""
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


@each_env
def begin(state, k, scratch, mint, minted, env):
    """Draw the size of the map, lay it, place the players, and let the first coins appear."""
    stream, cell = state.stream[env], state.cell[env]
    height = mint.min_height + below(stream, mint.max_height - mint.min_height + 1)
    width = mint.min_width + below(stream, mint.max_width - mint.min_width + 1)
    state.env_counters[env, HEIGHT], state.env_counters[env, WIDTH] = height, width
    cell[:, :] = WALL
    cell[1 : height + 1, 1 : width + 1] = BARE
    cell[2, width - 1] = FLOOR
    cell[height - 1, 2] = FLOOR
    state.agent_counters[env, :, :] = 0
    for i in range(PLAYERS):
        state.colour[env, i] = i
        state.extra_observation[env, i, 0] = i
    begin_agents(state, k, scratch, env)
    count = draw_cells(stream, cell, height, width, mint.log_bare, minted[env])
    for t in range(count):
        row, col = minted[env, t] // cell.shape[1], minted[env, t] % cell.shape[1]
        cell[row, col] = COIN + below(stream, PLAYERS)


@each_env
def advance(state, k, mint, scratch, minted, reward, opportunity, sanction, target, env):
    """Advance the env by one step."""
    sanctions = k.first_beam == 0
    if sanctions:
        note_opportunities(state, k, scratch, opportunity, env)
        start_step(state, k, env)
    cell, agent_counters, guilty, out = state.cell[env], state.agent_counters[env], state.guilty[env], state.out[env]
    for i in range(PLAYERS):
        if agent_counters[i, GUILT] > 0:
            agent_counters[i, GUILT] -= 1
        guilty[i] = agent_counters[i, GUILT] > 0
    stream, height, width = state.stream[env], state.env_counters[env, HEIGHT], state.env_counters[env, WIDTH]
    count = draw_cells(stream, cell, height, width, mint.log_bare, minted[env])
    order, position = scratch.order[env], state.position[env]
    draw_order(stream, order)
    for turn in range(PLAYERS):
        i = order[turn]
        action = scratch.action[env, i]
        if out[i] > 0 or state.frozen[env, i] > 0 or action == 0:
            continue
        if turn_or_move(cell, state.occupant[env], k.solid, k.torus, position, state.facing[env], i, action):
            take(cell, agent_counters, guilty, out, mint, position[i, 0], position[i, 1], i, reward[env])
    if sanctions:
        fire_sanctions(state, k, scratch, reward, opportunity, sanction, target, env)
        come_back(state, k, scratch, env)
    for t in range(count):
        row, col = minted[env, t] // cell.shape[1], minted[env, t] % cell.shape[1]
        cell[row, col] = COIN + below(stream, PLAYERS)
        if state.occupant[env, row, col] != NOBODY:
            i = state.occupant[env, row, col] - 1
            take(cell, agent_counters, guilty, out, mint, row, col, i, reward[env])
    end_step(state, k, reward, env)


@njit(cache=True)
def draw_cells(stream, cell, height, width, log_bare, minted):
    """Draw the bare cells that get a coin, each independently, into `minted` as flat indices.

    Few get one, so the distance to the next is drawn from its geometric distribution.

    Returns:
        The number of cells.
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
def take(cell, agent_counters, guilty, away, mint, row, col, i, reward):
    """Let player i take the coin at (row, col), if there is one."""
    if cell[row, col] < COIN:
        return
    other = 1 - i
    mismatch = np.int64(cell[row, col] != COIN + i)
    cell[row, col] = BARE
    reward[i] += mint.to_self[mismatch]
    if away[other] == 0:
        reward[other] += mint.to_other[mismatch]
    if mismatch:
        agent_counters[i, OTHERS] += 1
        agent_counters[i, GUILT] = mint.guilt
        guilty[i] = True
    else:
        agent_counters[i, OWN] += 1
