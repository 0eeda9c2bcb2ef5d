"""Scripted baseline of transport."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.spec import EnvSpec, GroupSpec
from ...kernels import njit
from ..swarmbench.planning import Planner, step_down
from ..swarmbench.pushing import COLUMN, ROW
from ..swarmbench.state import BOXED, FREE, GONE, STATIC, State
from ..swarmbench.symbols import STAY
from .config import TransportConfig
from .maps import Layouts, build_layouts
from .rules import PROGRESS


class Haulers(Planner):
    """Agents line up behind the box, push it along the wall, then out, and leave through the gap.

    An agent behind the box, or in a row of agents that ends at it, pushes; the others walk to the
    end of the nearest row.
    """

    plays = ("swarm/transport",)

    def __init__(self, message_size: int, layouts: Layouts):
        super().__init__(message_size)
        self._way = layouts.way
        self._steps = np.zeros(layouts.nearness.shape[2:], np.int64)
        self._queue = np.zeros(self._steps.size, np.int64)

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, config: TransportConfig) -> "Haulers":
        """Haulers with the layouts of maps of this size."""
        return cls(config.message_size, build_layouts(config.height, config.width))

    def _plan(self, state: State, draws: NDArray[np.float32], moves: NDArray[np.int64]) -> None:
        _haul(state, self._way, self._steps, self._queue, draws, moves)


@njit(cache=True)
def _haul(state: Any, way: Any, steps: Any, queue: Any, draws: Any, moves: Any) -> None:
    num_envs, n = state.on.shape
    everyone = np.ones(n, np.bool_)
    for env in range(num_envs):
        steps[:] = -1
        if state.box[env, 0] == GONE:
            count = _aim_at_gap(state, steps, queue, moves, env)
        else:
            count = _line_up(state, steps, queue, moves, way[state.box[env, 0], state.env_counters[env, PROGRESS]], env)
        _spread_steps(state, steps, queue, count, env)
        for i in range(n):
            if moves[env, i] == STAY:
                moves[env, i] = step_down(state, env, i, steps, draws[env, i], everyone)


@njit(cache=True)
def _line_up(state, steps, queue, moves, d, env):
    """Let agents in rows behind the box push, and others go to the ends of the rows.

    Returns the number of free cells there.
    """
    height, width = steps.shape
    count = 0
    for row in range(height):
        for column in range(width):
            if state.occupant[env, row, column] != BOXED:
                continue
            r, q = row - ROW[d], column - COLUMN[d]
            while 0 <= r < height and 0 <= q < width and state.occupant[env, r, q] > 0:
                moves[env, state.occupant[env, r, q] - 1] = d
                r, q = r - ROW[d], q - COLUMN[d]
            if 0 <= r < height and 0 <= q < width and state.occupant[env, r, q] == FREE and steps[r, q] < 0:
                steps[r, q] = 0
                queue[count] = r * width + q
                count += 1
    return count


@njit(cache=True)
def _aim_at_gap(state, steps, queue, moves, env):
    """Let agents in the gap leave; the others go to its cells. Returns the number of cells."""
    height, width = steps.shape
    count = 0
    for r in range(height):
        for q in range(width):
            if (0 < r < height - 1 and 0 < q < width - 1) or state.occupant[env, r, q] == STATIC:
                continue
            steps[r, q] = 0
            queue[count] = r * width + q
            count += 1
            if state.occupant[env, r, q] > 0:
                d = 0
                while 0 <= r + ROW[d] < height and 0 <= q + COLUMN[d] < width:
                    d += 1
                moves[env, state.occupant[env, r, q] - 1] = d
    return count


@njit(cache=True)
def _spread_steps(state, steps, queue, count, env):
    """Fill `steps` outwards from the first `count` cells of the queue.

    Paths lead through agents, but not through walls and the box.
    """
    height, width = steps.shape
    head = 0
    while head < count:
        row, column = queue[head] // width, queue[head] % width
        head += 1
        for d in range(4):
            r, q = row + ROW[d], column + COLUMN[d]
            if 0 <= r < height and 0 <= q < width and state.occupant[env, r, q] >= 0 and steps[r, q] < 0:
                steps[r, q] = steps[row, column] + 1
                queue[count] = r * width + q
                count += 1
