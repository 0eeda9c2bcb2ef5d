"""Beams: cells that they cover, and the timers of shots.

Source of the footprint: DeepMind Lab2D's `HitBeam`, as Melting Pot uses it.
"""

import numpy as np

from ...kernels import njit
from .avatars import AHEAD, FIRST_BEAM
from .state import NOBODY

PASSES, ENDS, HIT = 0, 1, 2
"""Effects of a cell on a beam: none, end before the cell (a wall), end in it with a hit (dirt)."""
RIGHT, LEFT = 1, 3


def most_cells(length: int, radius: int) -> int:
    """Largest number of cells that a beam covers.

    These are `length` ahead, and at each distance r to a side the cell beside the shooter with
    those ahead of it.
    """
    return length + 2 * sum(length - r + 1 for r in range(1, radius + 1))


@njit(cache=True)
def _cast_column(cell, occupant, stops, at_agents, torus, row, col, facing, length, path, count):
    """Cast one column of a beam from (row, col) on.

    Returns:
        The number of cells in `path` now, and True if the first cell ended the column.
    """
    height, width = cell.shape
    down, right = AHEAD[facing, 0], AHEAD[facing, 1]
    for step in range(length):
        if torus:
            row, col = row % height, col % width
        elif row < 0 or row >= height or col < 0 or col >= width:
            return count, step == 0
        effect = stops[cell[row, col]]
        if effect == ENDS:
            return count, step == 0
        hit = effect == HIT or (at_agents and occupant[row, col] != NOBODY)
        path[count, 0], path[count, 1], path[count, 2] = row, col, hit
        count += 1
        if hit:
            return count, step == 0
        row, col = row + down, col + right
    return count, False


@njit(cache=True)
def cast_beam(cell, occupant, stops, at_agents, torus, row, col, facing, length, radius, path):
    """Write the cells of a beam from (row, col) to `path` (most_cells, 3): row, column, hit.

    First come the columns on the left from the inside out, then those on the right, then the one
    ahead. A column starts beside the shooter; if that first cell ends it, the columns beyond have
    no cells either.

    Args:
        cell, occupant: (rows, columns) of one env.
        stops: (256,) effect on the beam by the code of a cell.
        at_agents: True if agents are hit and end a column; otherwise the beam passes them.

    Returns:
        The number of cells.
    """
    count = 0
    for side in (LEFT, RIGHT):
        sideways = (facing + side) % 4
        r, c = row, col
        for away in range(1, radius + 1):
            r, c = r + AHEAD[sideways, 0], c + AHEAD[sideways, 1]
            count, blocked = _cast_column(
                cell, occupant, stops, at_agents, torus, r, c, facing, length - away + 1, path, count
            )
            if blocked:
                break
    r, c = row + AHEAD[facing, 0], col + AHEAD[facing, 1]
    count, _ = _cast_column(cell, occupant, stops, at_agents, torus, r, c, facing, length, path, count)
    return count


@njit(cache=True)
def pulls_trigger(cooling, away, action, beam_action, b, cooldown):
    """Run the timer of an agent's beam `b`, or shoot and start it anew.

    Call it once a step for each agent and beam, after all have moved. Nothing happens for agents
    off the map.

    Args:
        cooling: (beams,) timers of the agent.
        away: steps until the agent is back on the map.
        beam_action: the action that asks for the beam.

    Returns:
        True if the agent shoots.
    """
    if away > 0:
        return False
    if cooling[b] > 0:
        cooling[b] -= 1
        return False
    if action != beam_action:
        return False
    cooling[b] = cooldown
    return True


@njit(cache=True)
def shoot_beam(cell, occupant, beam, position, facing, k, b, path):
    """Cast beam `b` of an agent at `position` (2,).

    Its trace is left in `beam` (rows, columns) where it hit nothing, as in the reference.

    Returns:
        The number of cells in `path`, see `cast_beam`.
    """
    row, col = int(position[0]), int(position[1])
    length, radius = k.length[b], k.radius[b]
    count = cast_beam(cell, occupant, k.stops[b], k.at_agents[b], k.torus, row, col, int(facing), length, radius, path)
    for p in range(count):
        if path[p, 2] == 0:
            beam[path[p, 0], path[p, 1]] |= np.uint8(1 << b)
    return count


@njit(cache=True)
def action_of(k, b):
    """Action that shoots beam `b`."""
    return FIRST_BEAM + b - k.first_beam
