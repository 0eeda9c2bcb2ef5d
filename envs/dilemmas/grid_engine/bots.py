"""Parts of the bots of grid dilemmas: shortest paths, turning, and chance without a generator.

A bot is a pure function of the state, so that the trajectory of an env depends on its seed, its
index and the focal agents' actions alone. Where a bot needs chance it takes a hash of the env's
random stream, which it does not advance (`random_streams.hash_below`).
"""

import numpy as np

from ...kernels import njit
from .avatars import AHEAD, BACKWARD, FORWARD, STAY, STEP_LEFT, STEP_RIGHT, TURN_LEFT, TURN_RIGHT
from .state import NOBODY

NOWHERE = -1
_MOVES = np.array([FORWARD, STEP_RIGHT, BACKWARD, STEP_LEFT], np.int64)  # by quarter turns to the right from facing


@njit(cache=True)
def move_towards(facing, way):
    """Action that steps one cell in the absolute direction `way`; STAY for NOWHERE."""
    return STAY if way == NOWHERE else _MOVES[(way - facing) % 4]


@njit(cache=True)
def turn_towards(facing, way):
    """Action that turns to the absolute direction `way`; STAY if the agent faces it."""
    quarter = (way - facing) % 4
    if quarter == 0:
        return STAY
    return TURN_LEFT if quarter == 3 else TURN_RIGHT


@njit(cache=True)
def first_step_to(cell, occupant, solid, torus, wanted, row, col, first, most, queue, came):
    """First step of a shortest path from (row, col) to a goal, around walls and other agents.

    Args:
        cell, occupant: (rows, columns) of one env.
        solid: (256,) True for codes that agents cannot enter.
        wanted: (rows, columns) bool, the goals. Goals with an agent on them cannot be reached.
        first: direction tried first, 0 to 3, which decides between paths of equal length.
        most: largest number of steps to look ahead.
        queue, came: work space, (rows * columns,) int32 and (rows, columns) int16.

    Returns:
        An absolute direction, NOWHERE if no goal can be reached or the agent stands on one; and the
        distance, -1 if no goal can be reached.
    """
    height, width = cell.shape
    if wanted[row, col]:
        return NOWHERE, 0
    came[:, :] = -1
    came[row, col] = 0
    queue[0] = row * width + col
    head, tail = 0, 1
    while head < tail:
        here = queue[head]
        head += 1
        r, q = here // width, here % width
        depth, origin = came[r, q] // 4, came[r, q] % 4  # distance and first step, packed
        if depth >= most:
            break
        for turn in range(4):
            way = (first + turn) % 4
            rr, qq = r + AHEAD[way, 0], q + AHEAD[way, 1]
            if torus:
                rr, qq = rr % height, qq % width
            elif rr < 0 or rr >= height or qq < 0 or qq >= width:
                continue
            if came[rr, qq] >= 0 or solid[cell[rr, qq]] or occupant[rr, qq] != NOBODY:
                continue
            start = way if depth == 0 else origin
            if wanted[rr, qq]:
                return start, depth + 1
            came[rr, qq] = (depth + 1) * 4 + start
            queue[tail] = rr * width + qq
            tail += 1
    return NOWHERE, -1
