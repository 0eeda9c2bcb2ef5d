"""Scripted policies of the coin game: actions of both players from the state, `(num_envs, 2)`.

Among equally good moves one is taken by a hash of the state.
"""

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import hash_below
from ...kernels import kernel, njit
from .config import CoinGameConfig
from .rules import ABSENT, MOVES, OTHERS, PLAYERS, around, build_constants
from .state import State

FAR = 1_000_000
"""Distance of a cell that a cooperator does not step on."""


def cooperate(state: State, config: CoinGameConfig) -> NDArray[np.int64]:
    """Take the own coin alone: walk around the other's, and keep away from it if it is alone.

    If both coins lie in one cell the policy takes both, because they would stay there.
    """
    return _actions(state, config, np.zeros(state.taken.shape, np.bool_))


def defect(state: State, config: CoinGameConfig) -> NDArray[np.int64]:
    """Take the nearest coin of either colour."""
    return _actions(state, config, np.ones(state.taken.shape, np.bool_))


def tit_for_tat(state: State, config: CoinGameConfig) -> NDArray[np.int64]:
    """Cooperate until the other takes the coin of this player (and not its own with it).

    Then defect until the other takes its own again.
    """
    return _actions(state, config, state.last_taken[:, ::-1] == OTHERS)


def _actions(state: State, config: CoinGameConfig, defects: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Actions of players that defect or cooperate, `(num_envs, 2)`."""
    action = np.zeros(defects.shape, np.int64)
    moves = len(MOVES) if config.stay else len(MOVES) - 1
    _play(state.stream, state.elapsed, state.player, state.coin, defects, build_constants(config), moves, action)
    return action


@njit(cache=True)
def _play(stream, elapsed, player, coin, defects, k, moves, action):
    for env in range(action.shape[0]):
        for i in range(PLAYERS):
            least, ties = _best(player[env], coin[env], i, defects[env, i], k, moves)
            # Nothing is drawn while no coin appears, so that the time has to tell steps apart.
            skip = hash_below(stream[env], i, elapsed[env] % 1024, ties)
            action[env, i] = _pick(player[env], coin[env], i, defects[env, i], k, moves, least, skip)


@kernel
def _best(player, coin, i, defects, k, moves):
    """Shortest distance left after a move of player i, and the number of moves that reach it."""
    least, ties = 2 * FAR, 0
    for move in range(moves):
        distance = _distance_after(player, coin, i, defects, k, move)
        if distance < least:
            least, ties = distance, 0
        ties += distance == least
    return least, ties


@kernel
def _pick(player, coin, i, defects, k, moves, least, skip):
    """A move after which the distance is `least`, of several the one after `skip` others."""
    for move in range(moves):
        if _distance_after(player, coin, i, defects, k, move) == least:
            if skip == 0:
                return move
            skip -= 1
    return 0


@kernel
def _distance_after(player, coin, i, defects, k, move):
    """Distance left for player i after a move; to keep away from a coin, less is farther."""
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
    """Distance between two rows or columns on the torus."""
    ahead = around(np.int64(a) - np.int64(b), side)
    return min(ahead, side - ahead)


@kernel
def _around_it(at, goal, obstacle, side):
    """Distance to the goal along a line with an obstacle, which costs two more steps if passed."""
    forward, to_obstacle = around(np.int64(goal) - at, side), around(np.int64(obstacle) - at, side)
    return min(forward + 2 * (to_obstacle < forward), side - forward + 2 * (to_obstacle > forward))
