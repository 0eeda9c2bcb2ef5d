"""Scripted baseline of flocking."""

import numpy as np
from numpy.typing import NDArray

from ...core.spec import EnvSpec, GroupSpec
from ...kernels import njit
from ..swarmbench.planning import Planner
from ..swarmbench.pushing import COLUMN as STEP_COLUMN
from ..swarmbench.pushing import ROW as STEP_ROW
from ..swarmbench.state import FREE, State
from ..swarmbench.symbols import STAY
from .config import FlockingConfig, side_of
from .cost import FAR, CostScratch, allocate_cost_scratch, assignment_cost
from .rules import COLUMN, ROW, hollow_square


class Formation(Planner):
    """Agents walk to their cells of the cheapest formation, through free cells or else pushing.

    The policy reads the cells of all agents and of the cheapest formation from the state. Agents
    left over stay.
    """

    plays = ("swarm/flocking",)

    def __init__(self, config: FlockingConfig):
        super().__init__(config.message_size)
        self._side = side_of(config.num_agents)
        self._formation = hollow_square(self._side)
        self._work: CostScratch | None = None

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, config: FlockingConfig) -> "Formation":
        """The policy for a task with this config."""
        return cls(config)

    def _plan(self, state: State, draws: NDArray[np.float32], moves: NDArray[np.int64]) -> None:
        (num_envs, n), (height, width) = state.on.shape, state.occupant.shape[1:]
        if self._work is None or len(self._work.met) != num_envs:
            self._work = allocate_cost_scratch(num_envs, height, width, len(self._formation), n, self._side)
        _walk(state, self._formation, self._work, draws, moves)


@njit(cache=True)
def _walk(state, formation, w, draws, moves):
    for env in range(moves.shape[0]):
        row, column = np.int64(state.env_counters[env, ROW]), np.int64(state.env_counters[env, COLUMN])
        assignment_cost(state.position, formation, row, column, np.int64(FAR), w, env)
        for i in range(moves.shape[1]):
            point = w.partner[env, i]
            if point >= 0:
                down = row + formation[point, 0] - state.position[env, i, 0]
                right = column + formation[point, 1] - state.position[env, i, 1]
                moves[env, i] = _step(state, draws, env, i, down, right)


@njit(cache=True)
def _step(state, draws, env, i, down, right):
    """A move of agent i towards a cell so many rows down and columns right.

    Of two moves it is one into a free cell.
    """
    best, move = 0.0, STAY
    for d in range(4):
        if down * STEP_ROW[d] + right * STEP_COLUMN[d] <= 0:
            continue
        r, q = state.position[env, i, 0] + STEP_ROW[d], state.position[env, i, 1] + STEP_COLUMN[d]
        value = 1 + draws[env, i, d] + (state.occupant[env, r, q] == FREE)
        if value > best:
            best, move = value, d
    return move
