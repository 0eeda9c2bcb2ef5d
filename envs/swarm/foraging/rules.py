"""SwarmBench's foraging: the layouts, what a step does, and how it is paid."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import below
from ...core.ranges import Interval
from ...grid.search import steps_to
from ...kernels import njit, over_copies, prange
from ..swarmbench.config import MAX_SIDE, SwarmBenchParameters
from ..swarmbench.messages import speak_copy
from ..swarmbench.pushing import COLUMN, ROW, push_copy
from ..swarmbench.rewards import pay, set_origin
from ..swarmbench.state import clear_map, put_static, show, spread_agents
from ..swarmbench.symbols import AGENT, AGENT_OFF, EMPTY, FOOD, NEST, WALL

LAYOUTS = 8
LAYOUT, PICKED = 0, 1
"""Numbers of `State.tally`: the layout of the map, and pieces of food picked up."""
TO_FOOD, TO_NEST = 0, 1


@dataclass(frozen=True)
class ForagingParameters(SwarmBenchParameters):
    """Options of foraging.

    Raises:
        BadParameter: a value is out of range, or the map has no room for the agents.
    """

    height: Annotated[int, Interval(ge=7, le=MAX_SIDE)] = 10
    """Rows of the map, the walls around it included."""
    width: Annotated[int, Interval(ge=7, le=MAX_SIDE)] = 10
    """Columns of the map, the walls around it included."""

    def _check_together(self) -> None:
        super()._check_together()
        free = min(int((ground == EMPTY).sum()) for ground in map(self.draw_ground, range(LAYOUTS)))
        self.check_room(free, "free in the smallest layout")

    def draw_ground(self, layout: int) -> NDArray[np.uint8]:
        """The map of a layout in symbols, `(height, width)`, without agents.

        Food stands in a corner, at the bottom with 2 in `layout` and at the right with 1, the nest in the corner across. Every fourth line is a wall:
        rows, or columns with 4. The openings are at the far end and the near end in turn; with an odd number of walls food
        and nest both stand at the near end.
        """
        upright = bool(layout & 4)
        height, width = (self.width, self.height) if upright else (self.height, self.width)
        ground = np.full((height, width), WALL, np.uint8)
        ground[1:-1, 1:-1] = EMPTY
        walls = range(4, height - 4, 4)
        for number, row in enumerate(walls):
            if number % 2 == 0:
                ground[row, : width - (width + 2) // 3 + 1] = WALL
            else:
                ground[row, width // 3 :] = WALL
        low, far = (bool(layout & 1), bool(layout & 2)) if upright else (bool(layout & 2), bool(layout & 1))
        food = height - 3 if low else 1, width - 3 if far else 1
        nest = 1 if low else height - 3, 1 if far else width - 3
        if len(walls) % 2 == 1:
            food, nest = (food[0], 1), (nest[0], 1)
        for (row, column), symbol in ((food, FOOD), (nest, NEST)):
            ground[row : row + 2, column : column + 2] = symbol
        return ground.T if upright else ground


class Layouts(NamedTuple):
    """The eight layouts on one size of map."""

    ground: NDArray[np.uint8]  # (8, H, W) the map in symbols, without agents
    steps: NDArray[
        np.int32
    ]  # (8, 2, H, W) steps to the nearest cell beside food, and beside the nest; -1 where there is no way
    nearness: NDArray[np.float32]  # (8, 2, H, W) 1 beside food or nest, falling to 0 where the way is the longest


def build_layouts(parameters: ForagingParameters) -> Layouts:
    """The layouts on the map of these parameters."""
    ground = np.array([parameters.draw_ground(layout) for layout in range(LAYOUTS)])
    steps = np.array([[_steps_beside(grid, symbol) for symbol in (FOOD, NEST)] for grid in ground], np.int32)
    longest = np.maximum(steps.max(axis=(2, 3), keepdims=True), 1)
    nearness = np.where(steps >= 0, 1 - steps / longest, 0).astype(np.float32)
    return Layouts(ground, steps, nearness)


def _steps_beside(ground: NDArray[np.uint8], symbol: int) -> NDArray[np.int64]:
    places = np.argwhere(ground == symbol)
    beside = {(int(r) + i, int(q) + j) for r, q in places for i, j in ((-1, 0), (1, 0), (0, -1), (0, 1))}
    return steps_to(ground != EMPTY, sorted(beside))


@njit(cache=True)
def begin_copy(state, k, layouts, c):
    """Begin an episode in copy c: a layout, drawn as in the benchmark, and the agents anywhere on free cells."""
    height, width = state.occupant.shape[1:]
    layout = below(state.stream[c], LAYOUTS)
    clear_map(state, k, c)
    state.tally[c, LAYOUT] = layout
    for r in range(height):
        for q in range(width):
            put_static(state, k, c, r, q, layouts.ground[layout, r, q])
    spread_agents(state, k, c, 1, height - 2, 1, width - 2, AGENT_OFF)
    for i in range(state.on.shape[1]):
        state.on[c, i] = False
    set_origins(state, layouts, c)


@njit(cache=True)
def set_origins(state, layouts, c):
    """Note where the agents stand at the beginning."""
    for i in range(state.on.shape[1]):
        set_origin(state, c, i, potential(state, layouts, c, i))


@njit(cache=True, inline="always")
def potential(state, layouts, c, i):
    """How far agent i is on its round: 0 at the far end of the way to the food, 1/2 beside it, 1 beside the nest with food."""
    r, q = state.position[c, i, 0], state.position[c, i, 1]
    layout = state.tally[c, LAYOUT]
    if state.on[c, i]:
        return 0.5 + 0.5 * layouts.nearness[layout, TO_NEST, r, q]
    return 0.5 * layouts.nearness[layout, TO_FOOD, r, q]


@njit(cache=True)
def advance_copy(state, k, layouts, scratch, reward, c):
    """One step of copy c: agents beside food take a piece, those beside the nest leave theirs there."""
    n = state.on.shape[1]
    push_copy(state, k, scratch, c)
    before = state.score[c]
    for i in range(n):
        if _beside(state, k, c, i, FOOD) and not state.on[c, i]:
            state.on[c, i] = True
            state.tally[c, PICKED] += 1
            show(state, k, c, i, AGENT)
        if state.on[c, i] and _beside(state, k, c, i, NEST):
            state.on[c, i] = False
            state.score[c] += 1
            show(state, k, c, i, AGENT_OFF)
    for i in range(n):
        pay(state, k, reward, c, i, state.score[c] - before, potential(state, layouts, c, i))
    speak_copy(state, scratch, c)


@njit(cache=True, inline="always")
def _beside(state, k, c, i, symbol):
    r, q = state.position[c, i, 0] + k.radius, state.position[c, i, 1] + k.radius
    found = False
    for d in range(4):
        found |= state.symbol[c, r + ROW[d], q + COLUMN[d]] == symbol
    return found


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
