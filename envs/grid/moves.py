"""Moves on grids: offsets by direction, and rules for agents in each other's way.

Kernels work on one env, on plain arrays, and allocate nothing. Coordinates are (row, column), rows
downwards. A padded grid has `pad` extra cells on each side, so that a window of radius `pad` around
any cell of the map lies inside it: the window of the cell (r, c) starts at padded[r, c].
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..kernels import njit

_OFFSETS = {".": (0, 0), "U": (-1, 0), "D": (1, 0), "L": (0, -1), "R": (0, 1)}


def offsets(letters: str, dtype: type[np.signedinteger[Any]] = np.int32) -> NDArray[Any]:
    """Row and column offsets of moves, `(len(letters), 2)`: U, D, L, R, and `.` to stay."""
    return np.array([_OFFSETS[letter] for letter in letters], dtype)


MOVES = offsets(".UDLR")
"""Offsets of stay, up, down, left, right: POGEMA's order."""
MOVE_NAMES = ("stay", "up", "down", "left", "right")

PRIORITY, BLOCK_BOTH, SOFT = 0, 1, 2
COLLISION_SYSTEMS = {"priority": PRIORITY, "block_both": BLOCK_BOTH, "soft": SOFT}


@njit(cache=True, inline="always")
def _stays(cell, target, i):
    return target[i, 0] == cell[i, 0] and target[i, 1] == cell[i, 1]


@njit(cache=True, inline="always")
def _stay(cell, target, i):
    target[i, 0] = cell[i, 0]
    target[i, 1] = cell[i, 1]


@njit(cache=True)
def move_priority(obstacle, occupant, pad, cell, target):
    """POGEMA's `priority`: agents move one after the other by index, into free cells.

    Args:
        obstacle: (h, w) uint8, padded.
        occupant: (h, w) int32, padded; agent index + 1, or 0. Not changed here.
        cell: (n, 2) int32 map coordinates; a row of an absent agent has row -1.
        target: (n, 2) int32, in: the cell that each agent wants to enter; out: its next cell.

    Returns:
        The number of moves that another agent prevented. The other systems share these arguments
        and this result.
    """
    prevented = 0
    for i in range(cell.shape[0]):
        if cell[i, 0] < 0 or _stays(cell, target, i):
            continue
        r, c = target[i, 0], target[i, 1]
        if obstacle[r + pad, c + pad] != 0:
            _stay(cell, target, i)
        elif occupant[r + pad, c + pad] != 0:
            _stay(cell, target, i)
            prevented += 1
        else:  # occupancy is kept current while the agents move in turn
            occupant[cell[i, 0] + pad, cell[i, 1] + pad] = 0
            occupant[r + pad, c + pad] = i + 1
    for i in range(cell.shape[0]):  # and put back: the caller moves the agents
        if cell[i, 0] >= 0:
            occupant[target[i, 0] + pad, target[i, 1] + pad] = 0
    for i in range(cell.shape[0]):
        if cell[i, 0] >= 0:
            occupant[cell[i, 0] + pad, cell[i, 1] + pad] = i + 1
    return prevented


@njit(cache=True)
def move_block_both(obstacle, occupant, claim, cancel, pad, cell, target):
    """POGEMA's `block_both`: no agent enters a cell that is occupied or that several agents want.

    `claim` (h, w) int32 and `cancel` (n,) bool are scratch; `claim` is zero before and after.
    """
    n = cell.shape[0]
    prevented = 0
    for i in range(n):
        if cell[i, 0] >= 0:
            claim[target[i, 0] + pad, target[i, 1] + pad] += 1
    for i in range(n):
        cancel[i] = False
        if cell[i, 0] >= 0 and not _stays(cell, target, i):
            r, c = target[i, 0] + pad, target[i, 1] + pad
            wall = obstacle[r, c] != 0
            cancel[i] = wall or occupant[r, c] != 0 or claim[r, c] > 1
            prevented += cancel[i] and not wall
    for i in range(n):
        if cell[i, 0] >= 0:
            claim[target[i, 0] + pad, target[i, 1] + pad] = 0
            if cancel[i]:
                _stay(cell, target, i)
    return prevented


@njit(cache=True)
def move_soft(obstacle, occupant, claim, pad, cell, target):
    """POGEMA's `soft`: walls and swaps cancel moves, then conflicts do until none is left.

    A cell goes to the agent that stays there, else to the lowest index; chains and rotations of
    three or more pass. `claim` (h, w) int32 is scratch, zero before and after.
    """
    n = cell.shape[0]
    prevented = 0
    for i in range(n):
        if cell[i, 0] >= 0 and obstacle[target[i, 0] + pad, target[i, 1] + pad] != 0:
            _stay(cell, target, i)
    for i in range(n):
        if cell[i, 0] < 0 or _stays(cell, target, i):
            continue
        j = occupant[target[i, 0] + pad, target[i, 1] + pad] - 1
        if j > i and target[j, 0] == cell[i, 0] and target[j, 1] == cell[i, 1]:
            _stay(cell, target, i)
            _stay(cell, target, j)
            prevented += 2
    changed = True
    while changed:
        changed = False
        for i in range(n):
            if cell[i, 0] >= 0 and _stays(cell, target, i):
                claim[cell[i, 0] + pad, cell[i, 1] + pad] = i + 1
        for i in range(n):
            if cell[i, 0] < 0:
                continue
            r, c = target[i, 0] + pad, target[i, 1] + pad
            if claim[r, c] == 0:
                claim[r, c] = i + 1
            elif claim[r, c] != i + 1:
                _stay(cell, target, i)
                prevented += 1
                changed = True
        for i in range(n):  # every claimed cell is some agent's own or final target
            if cell[i, 0] >= 0:
                claim[target[i, 0] + pad, target[i, 1] + pad] = 0
                claim[cell[i, 0] + pad, cell[i, 1] + pad] = 0
    return prevented


@njit(cache=True)
def resolve_moves(system, obstacle, occupant, claim, cancel, pad, cell, target):
    """Decide all moves by one of COLLISION_SYSTEMS.

    Arguments and result are as in `move_priority` and `move_block_both`.
    """
    if system == PRIORITY:
        return move_priority(obstacle, occupant, pad, cell, target)
    if system == BLOCK_BOTH:
        return move_block_both(obstacle, occupant, claim, cancel, pad, cell, target)
    return move_soft(obstacle, occupant, claim, pad, cell, target)
