"""Observations as symbols: a window that turns with the agent, one plane for each kind of thing."""

from typing import Annotated, NamedTuple

import numpy as np

from ...kernels import each_env, njit
from ...kernels.arrays import Int64
from .avatars import AHEAD, EAST, wrap_once

NO_PLANE = -1
FACING_NAMES = ("agent_facing_same_way", "agent_facing_right", "agent_facing_me", "agent_facing_left")
"""Planes of other agents by the direction in which they face, relative to the observer."""


class ViewConstants(NamedTuple):
    """The window, and the plane of each kind of thing; NO_PLANE if a task does not show it."""

    left: int
    forward: int
    height: int
    width: int
    planes: int
    cell_plane: Annotated[Int64, "256"]
    """Plane of each code of cells."""
    outside: int
    """Plane that is set beyond the map."""
    agents: int
    """First of four planes, one for each direction in which another agent faces."""
    colours: int
    """First plane of colours."""
    num_colours: int
    mark: int
    frozen: int
    beams: int
    """First plane of beams."""
    num_beams: int
    first_beam: int
    """Bit of the first plane's beam in `State.beam`, and its index in `State.cooling`."""
    ready: int
    """First plane of beams that are ready, of one value all over the window."""
    extra: int
    """First plane of `State.extra_observation`, of one value all over the window."""


@njit(cache=True)
def _see_cells(cell, beam, any_beam, v, torus, row, col, ahead, out, at):
    """Write cells and beams of a window to `out` from `at` on."""
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
    # Sides of the map, as the window lies on it.
    deep, wide = (shape[0], shape[1]) if ahead % 2 == 0 else (shape[1], shape[0])
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


@each_env
def observe_symbols(state, k, v, observation, env):
    """Write observations of all agents to the flat `observation`; zeros off the map."""
    _observe(
        state.cell[env],
        state.beam[env],
        state.position[env],
        state.out[env],
        state.facing[env],
        state.colour[env],
        state.mark[env],
        state.frozen[env],
        state.cooling[env],
        state.extra_observation[env],
        v,
        k.torus,
        observation,
        env,
    )


@njit(cache=True)
def _observe(cell, beam, position, away, facing, colour, mark, frozen, cooling, extra, v, torus, observation, env):
    n, area = facing.shape[0], v.height * v.width
    length = v.planes * area
    any_beam = holds_any(beam)
    for i in range(n):
        at = (env * n + i) * length
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
        for t in range(extra.shape[1]):
            start = at + (v.extra + t) * area
            observation[start : start + area] = extra[i, t]


@njit(cache=True)
def holds_any(grid):
    """Return True if any cell of a grid of uint8 is not 0."""
    found = np.uint8(0)
    for value in grid.flat:
        found |= value
    return found != 0


@each_env
def write_global_state(state, k, sites, kinds, out, env):
    """Write the global state to `out` (num_envs, size).

    For each agent row, column, one-hot facing, off the map, frozen, marked; then for each cell of
    `sites` (sites, 2) its code as one-hot among `kinds`; then the time as a share of the horizon.
    """
    height, width = state.cell.shape[1:]
    at = 0
    for i in range(state.facing.shape[1]):
        out[env, at] = state.position[env, i, 0] / height
        out[env, at + 1] = state.position[env, i, 1] / width
        for way in range(4):
            out[env, at + 2 + way] = 1.0 if state.facing[env, i] == way else 0.0
        out[env, at + 6] = 1.0 if state.out[env, i] > 0 else 0.0
        out[env, at + 7] = 1.0 if state.frozen[env, i] > 0 else 0.0
        out[env, at + 8] = 1.0 if state.mark[env, i] > 0 else 0.0
        at += 9
    for s in range(sites.shape[0]):
        code = state.cell[env, sites[s, 0], sites[s, 1]]
        for kind in range(kinds.shape[0]):
            out[env, at] = 1.0 if code == kinds[kind] else 0.0
            at += 1
    out[env, at] = state.elapsed[env] / k.horizon


def global_state_size(n: int, sites: int, kinds: int) -> int:
    """Length of the row that `write_global_state` writes."""
    return 9 * n + sites * kinds + 1
