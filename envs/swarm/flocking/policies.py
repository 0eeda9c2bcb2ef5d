"""A yardstick for flocking."""

import numpy as np
from numpy.typing import NDArray

from ...core.spec import EnvSpec, GroupSpec
from ...kernels import njit
from ..swarmbench.planning import Planner
from ..swarmbench.pushing import COLUMN as STEP_COLUMN
from ..swarmbench.pushing import ROW as STEP_ROW
from ..swarmbench.state import FREE, State
from ..swarmbench.symbols import STAY
from .cost import FAR, CostScratch, allocate_cost_scratch, assignment_cost
from .rules import COLUMN, ROW, FlockingParameters, hollow_square, side_of


class Formation(Planner):
    """Everyone walks to its cell of the cheapest formation, into free cells if one leads there, else pushing what is in the way.

    It reads the places of all agents and of the cheapest formation from the world. Agents left over stay where they are.
    """

    plays = ("swarm/flocking",)

    def __init__(self, parameters: FlockingParameters):
        super().__init__(parameters.message_size)
        self._side = side_of(parameters.num_agents)
        self._formation = hollow_square(self._side)
        self._work: CostScratch | None = None

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, parameters: FlockingParameters) -> "Formation":
        """The policy for a task with these parameters."""
        return cls(parameters)

    def _plan(self, world: State, draws: NDArray[np.float32], moves: NDArray[np.int64]) -> None:
        (num_envs, n), (height, width) = world.on.shape, world.occupant.shape[1:]
        if self._work is None or len(self._work.met) != num_envs:
            self._work = allocate_cost_scratch(num_envs, height, width, len(self._formation), n, self._side)
        _walk(world, self._formation, self._work, draws, moves)


@njit(cache=True)
def _walk(world, formation, w, draws, moves):
    for c in range(moves.shape[0]):
        row, column = np.int64(world.tally[c, ROW]), np.int64(world.tally[c, COLUMN])
        assignment_cost(world.position, formation, row, column, np.int64(FAR), w, c)
        for i in range(moves.shape[1]):
            point = w.partner[c, i]
            if point >= 0:
                down = row + formation[point, 0] - world.position[c, i, 0]
                right = column + formation[point, 1] - world.position[c, i, 1]
                moves[c, i] = _step(world, draws, c, i, down, right)


@njit(cache=True)
def _step(world, draws, c, i, down, right):
    """The move that brings agent i nearer to what is so many rows down and columns to the right; of two, one into a free cell."""
    best, move = 0.0, STAY
    for d in range(4):
        if down * STEP_ROW[d] + right * STEP_COLUMN[d] <= 0:
            continue
        r, q = world.position[c, i, 0] + STEP_ROW[d], world.position[c, i, 1] + STEP_COLUMN[d]
        value = 1 + draws[c, i, d] + (world.occupant[c, r, q] == FREE)
        if value > best:
            best, move = value, d
    return move
