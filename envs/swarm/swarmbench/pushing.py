"""SwarmBench's physics: agents push each other, and the box, in four passes a step.

A pass moves bodies by one cell in its direction. A body ahead of another is one it touches there.
Agents weigh 1 and put in a force of 2 when they act in the direction of the pass; acting the other
way adds 2 to their weight. A body moves if all bodies ahead move and its force, with what those
behind hand on, is at least its weight; it hands its surplus on. Of all sets of bodies that may move
together the benchmark's integer program takes the largest.

Here it is solved exactly without a program. A body of one cell has at most one body ahead and one
behind, so bodies touch in chains. A chain moves from its front as far back as possible: its first m
bodies can move if the sums of (force - weight) from the m-th on are never negative, that is, if no
sum over the first m is less than one over fewer. Only the box has several bodies behind and ahead
of it. Those ahead move with it as a whole; of each chain behind, the longest part that can move
hands on the largest surplus as well, because a longer part adds to a shorter one a sum that is not
negative. So the largest set takes the longest part of every chain, it is the only one of its size,
and ties do not arise. Agents between two cells of the box are part of it.

Source: Ruan et al., "Benchmarking LLMs' swarm intelligence" (2025), and the code of SwarmBench,
which the tests follow.
"""

import numpy as np

from ...kernels import njit
from .state import BOX_MASS, BOXED, FREE, GONE, put_box
from .symbols import EMPTY, STAY

ROW = np.array([-1, 1, 0, 0, 0], np.int64)
COLUMN = np.array([0, 0, -1, 1, 0], np.int64)
"""Steps of UP, DOWN, LEFT, RIGHT and STAY."""


@njit(cache=True)
def push(state, k, scratch, env):
    """Move the bodies of an env by `scratch.move`; those that leave the map get the row GONE."""
    # One row of each array, taken once: kernels that get whole states run ten times slower here
    # (measured).
    occupant, symbol, position = state.occupant[env], state.symbol[env], state.position[env]
    move, settled, box, moved = scratch.move[env], scratch.settled[env], state.box[env], state.moved[env]
    for i in range(move.shape[0]):
        moved[i] = move[i] if position[i, 0] != GONE else STAY
    settled[:] = -1
    for d in range(4):
        acting = 0
        for i in range(move.shape[0]):
            acting += moved[i] == d
        if acting == 0:
            continue
        # Each adds at most 1 to the surplus.
        if box[0] != GONE and acting >= BOX_MASS and _pushes_box(occupant, move, settled, box, k.shapes[box[0]], d):
            _move_box(occupant, symbol, position, move, settled, box, k.shapes[box[0]], k.radius, d)
            put_box(state, k, env, box[0], box[1] + ROW[d], box[2] + COLUMN[d])
        _push_agents(occupant, symbol, position, move, settled, box, k.shapes, k.radius, d)


@njit(cache=True)
def _push_agents(occupant, symbol, position, move, settled, box, shapes, radius, d):
    """Move the longest part of chains with a free cell ahead and an agent that acts towards d."""
    height, width = occupant.shape
    for i in range(move.shape[0]):
        if move[i] != d or position[i, 0] == GONE or settled[i] == d:
            continue
        r, q, ahead = np.int64(position[i, 0]), np.int64(position[i, 1]), 1
        while ahead > 0:
            r, q = r + ROW[d], q + COLUMN[d]
            if 0 <= r < height and 0 <= q < width:
                ahead = np.int64(occupant[r, q])
            else:
                ahead = BOXED if box[0] != GONE and _in_box(shapes[box[0]], box, r, q) else FREE
        if ahead == FREE:
            count, _ = _longest_part(occupant, move, settled, r, q, d)
            _advance_from(occupant, symbol, position, settled, radius, r, q, d, count)


@njit(cache=True, inline="always")
def _net(move, b, d):
    """Force less weight of body b in direction d; bodies that are no agents put in no force."""
    if b >= move.shape[0] or move[b] > 3:
        return -1
    if move[b] == d:
        return 1
    return -3 if move[b] == d ^ 1 else -1


@njit(cache=True, inline="always")
def _in_box(shape, box, r, q):
    """True if (r, q), on the map or off it, is a cell of the box. `shape` has a ring of False."""
    i, j = r - box[1] + 1, q - box[2] + 1
    return 0 <= i < shape.shape[0] and 0 <= j < shape.shape[1] and shape[i, j]


@njit(cache=True, inline="always")
def _body_at(occupant, r, q):
    """The body in (r, q), or -1 if there is none."""
    if 0 <= r < occupant.shape[0] and 0 <= q < occupant.shape[1] and occupant[r, q] > 0:
        return np.int64(occupant[r, q]) - 1
    return -1


@njit(cache=True)
def _longest_part(occupant, move, settled, r, q, d):
    """Number of bodies of the chain behind (r, q) that can move, and their surplus."""
    count, longest, total, surplus = 0, 0, 0, 0
    while True:
        r, q = r - ROW[d], q - COLUMN[d]
        b = _body_at(occupant, r, q)
        # A settled body belongs to a chain that came up from behind in this very pass.
        if b < 0 or settled[b] == d:
            return longest, surplus
        count += 1
        total += _net(move, b, d)
        if total >= surplus:
            longest, surplus = count, total


@njit(cache=True)
def _advance_from(occupant, symbol, position, settled, radius, r, q, d, count):
    """Move the first `count` bodies of the chain behind the free cell (r, q); settle the chain."""
    done = 0
    while True:
        r, q = r - ROW[d], q - COLUMN[d]
        b = _body_at(occupant, r, q)
        if b < 0 or settled[b] == d:
            return
        settled[b] = d
        if done < count:
            done += 1
            _shift(occupant, symbol, position, radius, b, r, q, r + ROW[d], q + COLUMN[d])


@njit(cache=True, inline="always")
def _shift(occupant, symbol, position, radius, b, r, q, row, column):
    """Move body b from (r, q) to the free cell (row, column), or off the map."""
    look = symbol[r + radius, q + radius]
    symbol[r + radius, q + radius] = EMPTY
    occupant[r, q] = FREE
    if 0 <= row < occupant.shape[0] and 0 <= column < occupant.shape[1]:
        symbol[row + radius, column + radius] = look
        occupant[row, column] = b + 1
        position[b, 0] = row
        position[b, 1] = column
    else:
        position[b, 0] = GONE
        position[b, 1] = GONE


@njit(cache=True)
def _pushes_box(occupant, move, settled, box, shape, d):
    """True if those behind the box have the surplus that it and all ahead of it need to move."""
    surplus = -BOX_MASS
    for i in range(1, shape.shape[0] - 1):
        for j in range(1, shape.shape[1] - 1):
            if not shape[i, j]:
                continue
            r, q = box[1] + i - 1, box[2] + j - 1
            if not shape[i + ROW[d], j + COLUMN[d]]:
                blocked, added = _load_ahead(occupant, move, box, shape, r, q, d)
                if blocked:
                    return False
                surplus += added
            if not shape[i - ROW[d], j - COLUMN[d]] and not _between(occupant, box, shape, r, q, d):
                surplus += _longest_part(occupant, move, settled, r, q, d)[1]
    return surplus >= 0


@njit(cache=True)
def _load_ahead(occupant, move, box, shape, r, q, d):
    """Surplus of the chain ahead of the cell (r, q) of the box.

    Returns whether the cell is blocked, and the number that the chain adds to the surplus of the
    box: the force that it lacks, or all its force less its weight where the box goes on behind it
    and the chain is part of the box.
    """
    total, least = 0, 0
    while True:
        r, q = r + ROW[d], q + COLUMN[d]
        b = _body_at(occupant, r, q)
        if b < 0:
            break
        total += _net(move, b, d)
        least = min(least, total)
    if _in_box(shape, box, r, q):
        return False, total
    outside = not (0 <= r < occupant.shape[0] and 0 <= q < occupant.shape[1])
    return not outside and occupant[r, q] != FREE, least


@njit(cache=True)
def _between(occupant, box, shape, r, q, d):
    """True if the chain behind the cell (r, q) of the box has the box behind it as well."""
    r, q = r - ROW[d], q - COLUMN[d]
    while _body_at(occupant, r, q) >= 0:
        r, q = r - ROW[d], q - COLUMN[d]
    return _in_box(shape, box, r, q)


@njit(cache=True)
def _move_box(occupant, symbol, position, move, settled, box, shape, radius, d):
    """Take the box up, move all ahead of it, then what can move behind it, from the front."""
    for i in range(1, shape.shape[0] - 1):
        for j in range(1, shape.shape[1] - 1):
            r, q = box[1] + i - 1, box[2] + j - 1
            if shape[i, j] and 0 <= r < occupant.shape[0] and 0 <= q < occupant.shape[1]:
                symbol[r + radius, q + radius] = EMPTY
                occupant[r, q] = FREE
    for side in (1, -1):
        for i in range(1, shape.shape[0] - 1):
            for j in range(1, shape.shape[1] - 1):
                if not shape[i, j] or shape[i + side * ROW[d], j + side * COLUMN[d]]:
                    continue
                r, q, count = np.int64(box[1] + i - 1), np.int64(box[2] + j - 1), 0
                if side < 0:
                    count = _longest_part(occupant, move, settled, r, q, d)[0]
                else:
                    r, q = r + ROW[d], q + COLUMN[d]
                    while _body_at(occupant, r, q) >= 0:
                        r, q, count = r + ROW[d], q + COLUMN[d], count + 1
                _advance_from(occupant, symbol, position, settled, radius, r, q, d, count)
