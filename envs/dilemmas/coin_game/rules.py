"""Kernels of the coin game: two players on a torus take coins, and taking the other's hurts it.

Player 0 is red and player 1 blue; coin i has the colour of player i.
"""

import numpy as np

from ...core.random_streams import below
from ...grid.moves import offsets
from ...kernels import each_env, kernel, njit
from .config import CoinGameConfig
from .state import Constants

PLAYERS = 2
ABSENT = -1
"""Row and column of a coin that is not on the grid."""
OWN, OTHERS = 1, 2
"""Bits of the coins that a player took: its own, the other's. Both are possible at once."""
LOST = 2
"""Column of `payoff` for a coin that the other player took."""
MOVES = offsets("RLDU.", np.int64)


def build_constants(config: CoinGameConfig) -> Constants:
    """Constants of a config."""
    return Constants(
        payoff=np.array(config.payoff, np.float64),
        height=config.height,
        width=config.width,
        two_coins=config.two_coins,
        avoid=config.coins_avoid_players,
        shared=config.shared_reward,
        egocentric=config.egocentric,
        row_scale=1 / (config.height - 1),
        column_scale=1 / (config.width - 1),
        time_scale=1 / config.max_cycles,
    )


@njit(cache=True, inline="always")
def around(at, side):
    """Wrap a row or column that is less than one side off the grid; faster than `%`."""
    if at < 0:
        at += side
    elif at >= side:
        at -= side
    return at


@kernel
def place_coin(stream, player, coin, height, width, avoid, colour):
    """Put the coin of one colour on a random cell; with `avoid` on one without players."""
    cells = height * width
    if avoid:
        low, high = np.int64(player[0, 0]) * width + player[0, 1], np.int64(player[1, 0]) * width + player[1, 1]
        low, high = min(low, high), max(low, high)
        at = below(stream, cells - 1 - (low != high))
        at += at >= low
        at += low != high and at >= high
    else:
        at = below(stream, cells)
    coin[colour, 0], coin[colour, 1] = at // width, at % width


@each_env
@kernel
def begin(state, k, env):
    """Put players on random cells, which may be the same, then the coins."""
    stream, player, coin = state.stream[env], state.player[env], state.coin[env]
    for i in range(PLAYERS):
        player[i, 0], player[i, 1] = below(stream, k.height), below(stream, k.width)
        coin[i, 0], coin[i, 1] = ABSENT, ABSENT
        state.taken[env, i], state.last_taken[env, i] = 0, 0
        state.own[env, i], state.others[env, i] = 0, 0
        state.returns[env, i] = 0.0
    if k.two_coins:
        place_coin(stream, player, coin, k.height, k.width, k.avoid, 0)
        place_coin(stream, player, coin, k.height, k.width, k.avoid, 1)
    else:
        colour = below(stream, PLAYERS)
        place_coin(stream, player, coin, k.height, k.width, k.avoid, colour)


@kernel
def take(player, coin, taken, own, others, payoff, reward, colour):
    """Pay all players that stand on the coin of one colour; return True if any does."""
    found = False
    for i in range(PLAYERS):
        if player[i, 0] != coin[colour, 0] or player[i, 1] != coin[colour, 1]:
            continue
        found = True
        reward[i] += payoff[i, colour]
        if i == colour:
            own[i] += 1
            taken[i] |= OWN
        else:
            others[i] += 1
            taken[i] |= OTHERS
            reward[colour] += payoff[colour, LOST]
    return found


@each_env
@kernel
def advance(state, k, action, reward, env):
    """Move both at once, then take coins, then place new ones."""
    player, coin, taken, paid = state.player[env], state.coin[env], state.taken[env], reward[env]
    for i in range(PLAYERS):
        move = action[env, i]
        player[i, 0] = around(player[i, 0] + MOVES[move, 0], k.height)
        player[i, 1] = around(player[i, 1] + MOVES[move, 1], k.width)
        taken[i] = 0
    red = take(player, coin, taken, state.own[env], state.others[env], k.payoff, paid, 0)
    blue = take(player, coin, taken, state.own[env], state.others[env], k.payoff, paid, 1)
    if k.shared:
        paid[0] += paid[1]
        paid[1] = paid[0]
    for i in range(PLAYERS):
        state.returns[env, i] += paid[i]
        if taken[i]:
            state.last_taken[env, i] = taken[i]
    if red:
        coin[0, 0], coin[0, 1] = ABSENT, ABSENT
        place_coin(state.stream[env], player, coin, k.height, k.width, k.avoid, 0 if k.two_coins else 1)
    if blue:
        coin[1, 0], coin[1, 1] = ABSENT, ABSENT
        place_coin(state.stream[env], player, coin, k.height, k.width, k.avoid, 1 if k.two_coins else 0)


@njit(cache=True, inline="always")
def plane_index(k, row, column, own_row, own_column):
    """Index on a plane of the cell (row, column) for a player at (own_row, own_column)."""
    if k.egocentric:
        row = around(around(row - own_row, k.height) + k.height // 2, k.height)
        column = around(around(column - own_column, k.width) + k.width // 2, k.width)
    return row * k.width + column


@each_env
@kernel
def observe(state, k, observation, global_state, env):
    """Write observations (num_envs, 2, 4 * height * width) and the global state.

    The planes of a player are itself, the other player, its coin and the other coin.
    """
    area = k.height * k.width
    for i in range(PLAYERS):
        for cell in range(4 * area):
            observation[env, i, cell] = 0
        own_row, own_column = np.int64(state.player[env, i, 0]), np.int64(state.player[env, i, 1])
        for m in range(PLAYERS):
            j = i if m == 0 else 1 - i
            row, column = np.int64(state.player[env, j, 0]), np.int64(state.player[env, j, 1])
            observation[env, i, m * area + plane_index(k, row, column, own_row, own_column)] = 1
            row, column = np.int64(state.coin[env, j, 0]), np.int64(state.coin[env, j, 1])
            if row != ABSENT:
                observation[env, i, (2 + m) * area + plane_index(k, row, column, own_row, own_column)] = 1
        there = state.coin[env, i, 0] != ABSENT
        global_state[env, 6 * i] = there
        global_state[env, 6 * i + 1] = state.coin[env, i, 0] * k.row_scale if there else 0.0
        global_state[env, 6 * i + 2] = state.coin[env, i, 1] * k.column_scale if there else 0.0
        global_state[env, 6 * i + 3] = own_row * k.row_scale
        global_state[env, 6 * i + 4] = own_column * k.column_scale
        global_state[env, 6 * i + 5] = state.last_taken[env, i] * (1 / (OWN + OTHERS))
    global_state[env, 12] = state.elapsed[env] * k.time_scale
