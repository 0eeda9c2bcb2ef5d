"""How the scripted players of `..policies` play the coin game: both players' actions from the state, `(num_envs, 2)`.

Among moves that serve a bot alike it takes one by a hash of the state.
"""

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import hash_below
from ...kernels import njit
from ...plane.particles import kernel
from .rules import ABSENT, MOVES, OTHERS, PLAYERS, CoinGameParameters, State, around, build_constants

FAR = 1_000_000
"""As if the way were so long: a cell that a cooperator does not step on."""


def cooperate(state: State, parameters: CoinGameParameters) -> NDArray[np.int64]:
    """Goes for its own coin alone: around the other's coin, and far from it while there is no other.

    Where both coins lie in one cell it takes them, lest they lie there for good.
    """
    return _actions(state, parameters, np.zeros(state.taken.shape, np.bool_))


def defect(state: State, parameters: CoinGameParameters) -> NDArray[np.int64]:
    """Goes for the nearest coin, whosever it is."""
    return _actions(state, parameters, np.ones(state.taken.shape, np.bool_))


def tit_for_tat(state: State, parameters: CoinGameParameters) -> NDArray[np.int64]:
    """Cooperates until the other takes this player's coin (and not its own with it), then defects until the other takes its own again."""
    return _actions(state, parameters, state.last_taken[:, ::-1] == OTHERS)


def _actions(state: State, parameters: CoinGameParameters, defects: NDArray[np.bool_]) -> NDArray[np.int64]:
    """What players do that defect or cooperate, `(num_envs, 2)`."""
    action = np.zeros(defects.shape, np.int64)
    moves = len(MOVES) if parameters.stay else len(MOVES) - 1
    _play(state.stream, state.elapsed, state.player, state.coin, defects, build_constants(parameters), moves, action)
    return action


@njit(cache=True)
def _play(stream, elapsed, player, coin, defects, k, moves, action):
    for c in range(action.shape[0]):
        for i in range(PLAYERS):
            least, ties = _best(player[c], coin[c], i, defects[c, i], k, moves)
            # The stream rests while no coin appears, so the time has to tell the steps apart.
            skip = hash_below(stream[c], i, elapsed[c] % 1024, ties)
            action[c, i] = _pick(player[c], coin[c], i, defects[c, i], k, moves, least, skip)


@kernel
def _best(player, coin, i, defects, k, moves):
    """The shortest way left after a move of player i, and how many moves have it."""
    least, ties = 2 * FAR, 0
    for move in range(moves):
        way = _way_after(player, coin, i, defects, k, move)
        if way < least:
            least, ties = way, 0
        ties += way == least
    return least, ties


@kernel
def _pick(player, coin, i, defects, k, moves, least, skip):
    """A move after which `least` is left, the first but `skip`."""
    for move in range(moves):
        if _way_after(player, coin, i, defects, k, move) == least:
            if skip == 0:
                return move
            skip -= 1
    return 0


@kernel
def _way_after(player, coin, i, defects, k, move):
    """How much is left to go for player i after a move; if all it can do is keep away, less is farther."""
    row = around(np.int64(player[i, 0]) + MOVES[move, 0], k.height)
    column = around(np.int64(player[i, 1]) + MOVES[move, 1], k.width)
    own, other = FAR, FAR
    if coin[i, 0] != ABSENT:
        own = _apart(row, coin[i, 0], k.height) + _apart(column, coin[i, 1], k.width)
    if coin[1 - i, 0] != ABSENT:
        other = _apart(row, coin[1 - i, 0], k.height) + _apart(column, coin[1 - i, 1], k.width)
    if defects:
        return min(own, other)
    if own == FAR:
        return -other
    if other == FAR or own == 0:
        return own
    if other == 0:
        return FAR
    if row == coin[i, 0] == coin[1 - i, 0]:
        return _around_it(column, coin[i, 1], coin[1 - i, 1], k.width)
    if column == coin[i, 1] == coin[1 - i, 1]:
        return _around_it(row, coin[i, 0], coin[1 - i, 0], k.height)
    return own


@kernel
def _apart(a, b, side):
    """Steps between two rows or columns, the shorter way around."""
    ahead = around(np.int64(a) - np.int64(b), side)
    return min(ahead, side - ahead)


@kernel
def _around_it(at, goal, obstacle, side):
    """Steps to the goal along one line with an obstacle on it, which costs two more where it is in the way."""
    forward, to_obstacle = around(np.int64(goal) - at, side), around(np.int64(obstacle) - at, side)
    return min(forward + 2 * (to_obstacle < forward), side - forward + 2 * (to_obstacle > forward))
