"""What an agent sees: a window that turns with it, one plane for each kind of thing."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...kernels import njit, over_copies, prange
from .avatars import AHEAD, EAST, wrap_once

NO_PLANE = -1
FACING_NAMES = ("agent_facing_same_way", "agent_facing_right", "agent_facing_me", "agent_facing_left")
"""Where another agent looks, seen from the one that the window belongs to: four planes."""


class ViewConstants(NamedTuple):
    """The window, and where in the observation each kind of thing has its plane. NO_PLANE where a task does not show it."""

    left: int
    forward: int
    height: int
    width: int
    planes: int
    cell_plane: NDArray[np.int64]  # (256,) of each code
    outside: int  # what lies beyond the map
    agents: int  # the first of four planes, one for each way another agent faces
    colours: int  # the first plane of colours
    num_colours: int
    mark: int
    frozen: int
    beams: int  # the first plane of beams
    num_beams: int
    first_beam: int  # the bit of the first plane's beam in `State.beam`, and its place in `State.cooling`
    ready: int  # the first plane of beams that are ready, all over the window
    told: int  # the first plane of numbers that the agent is told, all over the window


@njit(cache=True)
def _see_cells(cell, beam, any_beam, v, torus, row, col, ahead, out, at):
    """Write what stands in the cells of a window, and the beams there, to `out` from `at` on."""
    height, width = cell.shape
    side = (ahead + EAST) % 4
    right_r, right_c = AHEAD[side, 0], AHEAD[side, 1]
    area = v.height * v.width
    for y in range(v.height):
        back = y - v.forward  # one row down in the window is one cell back
        r = row - back * AHEAD[ahead, 0] - v.left * right_r
        q = col - back * AHEAD[ahead, 1] - v.left * right_c
        if torus:
            r, q = r % height, q % width
        for x in range(v.width):
            here = at + y * v.width + x
            rr, qq = r, q
            r, q = r + right_r, q + right_c
            if torus:
                r, q = wrap_once(r, height), wrap_once(q, width)
            elif rr < 0 or rr >= height or qq < 0 or qq >= width:
                if v.outside != NO_PLANE:
                    out[here + v.outside * area] = 1
                continue
            plane = v.cell_plane[cell[rr, qq]]
            if plane != NO_PLANE:
                out[here + plane * area] = 1
            if any_beam and beam[rr, qq]:
                for b in range(v.num_beams):
                    if beam[rr, qq] >> (v.first_beam + b) & 1:
                        out[here + (v.beams + b) * area] = 1


@njit(cache=True)
def _see_agents(position, away, facing, colour, mark, frozen, v, torus, shape, i, out, at):
    """Write the agents in the window of agent i to `out` from `at` on."""
    ahead = facing[i]
    side = (ahead + EAST) % 4
    ahead_r, ahead_c, right_r, right_c = AHEAD[ahead, 0], AHEAD[ahead, 1], AHEAD[side, 0], AHEAD[side, 1]
    area = v.height * v.width
    deep, wide = (shape[0], shape[1]) if ahead % 2 == 0 else (shape[1], shape[0])  # the map, as the window lies on it
    for j in range(facing.shape[0]):
        if away[j] > 0:
            continue
        dr, dc = position[j, 0] - position[i, 0], position[j, 1] - position[i, 1]
        y = v.forward - (dr * ahead_r + dc * ahead_c)
        if torus:
            y = wrap_once(y, deep)
        if y < 0 or y >= v.height:
            continue
        x = v.left + dr * right_r + dc * right_c
        if torus:
            x = wrap_once(x, wide)
        if x < 0 or x >= v.width:
            continue
        here = at + y * v.width + x
        if j != i:
            out[here + (v.agents + (facing[j] - ahead) % 4) * area] = 1
        if v.num_colours > 0 and colour[j] < v.num_colours:
            out[here + (v.colours + colour[j]) * area] = 1
        if v.mark != NO_PLANE and mark[j] > 0:
            out[here + v.mark * area] = 1
        if v.frozen != NO_PLANE and frozen[j] > 0:
            out[here + v.frozen * area] = 1


@over_copies
def observe_symbols(state, k, v, observation):
    """Write the observations of every copy, flat; agents off the map see nothing at all."""
    for c in prange(state.over.shape[0]):
        _observe_copy(
            state.cell[c],
            state.beam[c],
            state.position[c],
            state.out[c],
            state.facing[c],
            state.colour[c],
            state.mark[c],
            state.frozen[c],
            state.cooling[c],
            state.told[c],
            v,
            k.torus,
            observation,
            np.int64(c),
        )


@njit(cache=True)
def _observe_copy(cell, beam, position, away, facing, colour, mark, frozen, cooling, told, v, torus, observation, c):
    n, area = facing.shape[0], v.height * v.width
    length = v.planes * area
    any_beam = holds_any(beam)
    for i in range(n):
        at = (c * n + i) * length
        observation[at : at + length] = 0
        if away[i] > 0:
            continue
        row, col = int(position[i, 0]), int(position[i, 1])
        _see_cells(cell, beam, any_beam, v, torus, row, col, int(facing[i]), observation, at)
        _see_agents(position, away, facing, colour, mark, frozen, v, torus, cell.shape, i, observation, at)
        for b in range(v.num_beams):
            if cooling[i, v.first_beam + b] == 0 and frozen[i] == 0:
                start = at + (v.ready + b) * area
                observation[start : start + area] = 1
        for t in range(told.shape[1]):
            start = at + (v.told + t) * area
            observation[start : start + area] = told[i, t]


@njit(cache=True)
def holds_any(grid):
    """Whether any cell of a grid of uint8 is not 0."""
    found = np.uint8(0)
    for value in grid.flat:
        found |= value
    return found != 0


@over_copies
def write_global_state(state, k, sites, kinds, out):
    """Write `out` (num_envs, size): for each agent row, column, one-hot facing, off the map, frozen, marked; then for each cell of
    `sites` (s, 2) its code as one-hot among `kinds`; then the time as a share of the horizon.
    """
    for c in prange(state.over.shape[0]):
        _write_state(state, k, sites, kinds, out[c], np.int64(c))


@njit(cache=True)
def _write_state(state, k, sites, kinds, out, c):
    height, width = state.cell.shape[1:]
    at = 0
    for i in range(state.facing.shape[1]):
        out[at] = state.position[c, i, 0] / height
        out[at + 1] = state.position[c, i, 1] / width
        for way in range(4):
            out[at + 2 + way] = 1.0 if state.facing[c, i] == way else 0.0
        out[at + 6] = 1.0 if state.out[c, i] > 0 else 0.0
        out[at + 7] = 1.0 if state.frozen[c, i] > 0 else 0.0
        out[at + 8] = 1.0 if state.mark[c, i] > 0 else 0.0
        at += 9
    for s in range(sites.shape[0]):
        code = state.cell[c, sites[s, 0], sites[s, 1]]
        for kind in range(kinds.shape[0]):
            out[at] = 1.0 if code == kinds[kind] else 0.0
            at += 1
    out[at] = state.elapsed[c] / k.horizon


def global_state_size(n: int, sites: int, kinds: int) -> int:
    """The length of what `write_global_state` writes."""
    return 9 * n + sites * kinds + 1
