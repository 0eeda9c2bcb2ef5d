"""SwarmBench's transport: the layouts, what a step does, and how it is paid.

The eight templates are the images of one layout under the symmetries of the rectangle. In the one drawn here the box fills a gap in
the upper wall at its left corner. It has to go left by one cell, out through the corner, and then up by four; nothing else can move
it, and nothing can move it back, because behind it there would be room for too few agents. Only when it is gone is the exit open.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import below
from ...core.validation import check_within
from ...grid.search import steps_to
from ...kernels import njit, over_copies, prange
from ..swarmbench.config import SwarmBenchParameters
from ..swarmbench.messages import speak_copy
from ..swarmbench.pushing import COLUMN, ROW, push_copy
from ..swarmbench.rewards import pay_up_to, set_origin
from ..swarmbench.state import BOXED, FREE, GONE, STATIC, clear_map, put_box, put_static, spread_agents
from ..swarmbench.symbols import AGENT, DOWN, EMPTY, LEFT, RIGHT, UP

TEMPLATES = 8
BOX_DRAWING = ("BBBB.", "..BBB", "..BBB", "..BBB")
GAP = 4
PHASES = 5
"""Moves of the box until it is gone: one along the wall, then four out."""
PROGRESS, ESCAPED = 0, 1
"""Numbers of `State.tally`: moves of the box so far, and agents that have left."""
GAINED = np.array([0.0, 0.4, 0.475, 0.55, 0.625])
"""Shaping for the moves of the box so far. The first is worth more than what its agents lose, who then stand on the wrong side."""
NEARNESS = 0.15
"""Shaping for standing where the box is pushed."""
PRESSING = 0.15
"""Shaping for having just pushed at it, alone or behind others, whether or not it moved."""


@dataclass(frozen=True)
class TransportParameters(SwarmBenchParameters):
    """Options of transport.

    Raises:
        BadParameter: a value is out of range, or the map has no room for the agents.
    """

    def __post_init__(self):
        super().__post_init__()
        check_within("height", self.height, 8, 128)
        check_within("width", self.width, 8, 128)
        self.check_room((self.height - 2) * (self.width - 2) - 9, "beside the box inside the walls")


class Layouts(NamedTuple):
    """The eight templates on one size of map."""

    gap: NDArray[np.int64]  # (8, GAP, 2) the cells of the gap
    corner: NDArray[np.int64]  # (8, 2) upper left corner of the box
    way: NDArray[np.int64]  # (8, PHASES) the direction in which the box has to move next
    nearness: NDArray[
        np.float32
    ]  # (8, PHASES, H, W) 1 where the box is pushed, falling to 0 with the steps to get there


def mirror(template: int, grid: NDArray[np.generic]) -> NDArray[np.generic]:
    """The image of a grid drawn for template 0: transposed with 4, upside down with 2, left for right with 1."""
    grid = grid.T if template & 4 else grid
    grid = grid[::-1] if template & 2 else grid
    return grid[:, ::-1] if template & 1 else grid


def box_shapes() -> NDArray[np.bool_]:
    """The cells of the boxes, `(8, 7, 7)`, with a ring of False around them."""
    drawn = np.array([[letter == "B" for letter in row] for row in BOX_DRAWING])
    shapes = np.zeros((TEMPLATES, 7, 7), np.bool_)
    for template in range(TEMPLATES):
        image = mirror(template, drawn)
        shapes[template, 1 : 1 + image.shape[0], 1 : 1 + image.shape[1]] = image
    return shapes


def _drawn(rows: int, columns: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """For template 0 on a map of this size: the numbers of the gap's cells, row by row, and `Layouts.nearness`."""
    nearness = np.zeros((PHASES, rows, columns), np.float32)
    for phase in range(PHASES):
        out, slid = max(phase - 1, 0), min(phase, 1)
        closed = np.ones((rows, columns), np.bool_)
        closed[1:-1, 1:-1] = False
        for i, line in enumerate(BOX_DRAWING):
            for j, letter in enumerate(line):
                if letter == "B" and i >= out and j >= slid:
                    closed[i - out, j - slid] = True
        behind = [(row, 5) for row in (1, 2, 3)] if phase == 0 else [(4 - out, column) for column in (1, 2, 3)]
        steps = steps_to(closed, behind)
        nearness[phase] = np.where(steps >= 0, 1 - steps / (rows + columns), 0)
    return np.arange(GAP), nearness


def build_layouts(height: int, width: int) -> Layouts:
    """The templates on a map of `height` x `width`."""
    cells = np.zeros((TEMPLATES, GAP, 2), np.int64)
    corner = np.zeros((TEMPLATES, 2), np.int64)
    way = np.zeros((TEMPLATES, PHASES), np.int64)
    nearness = np.zeros((TEMPLATES, PHASES, height, width), np.float32)
    shapes = box_shapes()
    for template in range(TEMPLATES):
        rows, columns = (width, height) if template & 4 else (height, width)
        gap, near = _drawn(rows, columns)
        drawn = np.zeros((rows, columns), np.bool_)
        drawn[0, gap] = True
        cells[template] = np.argwhere(mirror(template, drawn))
        nearness[template] = [mirror(template, grid) for grid in near]
        tall, wide = (int(x) for x in np.argwhere(shapes[template]).max(axis=0))
        corner[template] = (height - tall) * (template >> 1 & 1), (width - wide) * (template & 1)
        along, out = (UP, LEFT) if template & 4 else (LEFT, UP)
        turned = np.array([DOWN, UP]) if template & 2 else np.array([UP, DOWN])
        turned = np.append(turned, [RIGHT, LEFT] if template & 1 else [LEFT, RIGHT])
        way[template] = turned[[along] + [out] * (PHASES - 1)]
    return Layouts(cells, corner, way, nearness)


@njit(cache=True)
def begin_copy(state, k, layouts, c):
    """Begin an episode in copy c: a template, each equally likely, and the agents anywhere inside."""
    height, width = state.occupant.shape[1:]
    template = below(state.stream[c], TEMPLATES)
    clear_map(state, k, c)
    for cell in range(GAP):
        put_static(state, k, c, layouts.gap[template, cell, 0], layouts.gap[template, cell, 1], EMPTY)
    put_box(state, k, c, template, layouts.corner[template, 0], layouts.corner[template, 1])
    spread_agents(state, k, c, 1, height - 2, 1, width - 2, AGENT)
    set_origins(state, layouts, c)


@njit(cache=True)
def set_origins(state, layouts, c):
    """Note where the agents stand at the beginning."""
    for i in range(state.on.shape[1]):
        near = layouts.nearness[state.box[c, 0], 0, state.position[c, i, 0], state.position[c, i, 1]]
        set_origin(state, c, i, NEARNESS * near)


@njit(cache=True)
def advance_copy(state, k, layouts, scratch, reward, c):
    """One step of copy c: who leaves is paid the share of the episode that is left, and adds it to the score."""
    n = state.on.shape[1]
    template = state.box[c, 0]
    for i in range(n):
        scratch.before[c, i] = state.position[c, i, 0] != GONE
    push_copy(state, k, scratch, c)
    progress = PHASES
    if state.box[c, 0] != GONE:
        progress = abs(state.box[c, 1] - layouts.corner[template, 0]) + abs(
            state.box[c, 2] - layouts.corner[template, 1]
        )
    state.tally[c, PROGRESS] = progress
    worth = (k.horizon - state.elapsed[c]) / k.horizon
    for i in range(n):
        if not scratch.before[c, i]:
            continue
        r, q = state.position[c, i, 0], state.position[c, i, 1]
        gained = 0.0
        if r == GONE:
            state.tally[c, ESCAPED] += 1
            state.score[c] += worth
            gained = worth
        total = 1.0
        if progress < PHASES:
            total = GAINED[progress] + NEARNESS * layouts.nearness[template, progress, r, q] - state.origin[c, i]
            total += PRESSING * _presses(state, layouts.way[template, progress], c, i)
        pay_up_to(state, k, reward, c, i, gained, total)
    state.finished[c] = state.tally[c, ESCAPED] == n
    speak_copy(state, scratch, c)


@njit(cache=True, inline="always")
def _presses(state, d, c, i):
    """Whether agent i has just acted in direction d and has the box ahead, or a row of agents that ends at it."""
    r, q = np.int64(state.position[c, i, 0]), np.int64(state.position[c, i, 1])
    ahead = 1 if state.moved[c, i] == d else STATIC
    while ahead > 0:
        r, q = r + ROW[d], q + COLUMN[d]
        inside = 0 <= r < state.occupant.shape[1] and 0 <= q < state.occupant.shape[2]
        ahead = np.int64(state.occupant[c, r, q]) if inside else FREE
    return ahead == BOXED


@over_copies
def begin_copies(state, k, layouts, where):
    """Begin episodes in the copies of `where` (num_envs,) bool."""
    for c in prange(where.shape[0]):
        if where[c]:
            begin_copy(state, k, layouts, np.int64(c))


@over_copies
def advance_copies(state, k, layouts, scratch, where, reward):
    """Advance every copy of `where` (num_envs,) bool by one step; `reward` is (num_envs, n)."""
    for c in prange(where.shape[0]):
        if where[c]:
            advance_copy(state, k, layouts, scratch, reward, np.int64(c))
