"""Planning of the scripted policies of SwarmBench's tasks: steps downhill around other agents."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.scripted_policy import ScriptedPolicy
from ...core.spec import EnvSpec, GroupSpec
from ...kernels import njit
from .pushing import COLUMN, ROW
from .state import GONE, State
from .symbols import STAY


class Planner(ScriptedPolicy):
    """Base class: plans the moves of all agents from the whole state, and sends no messages."""

    def __init__(self, message_size: int):
        self._message_size = message_size

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, config: Any) -> "Planner":
        """A planner for a task with this config."""
        return cls(config.message_size)

    def act(self, world: State, generator: np.random.Generator) -> NDArray[np.int64]:
        """The actions of all agents; those that have left the map stay. Draws break ties."""
        moves = np.full(world.on.shape, STAY, np.int64)
        self._plan(world, generator.random((*world.on.shape, 4), np.float32), moves)
        return np.stack([moves, np.zeros_like(moves)], axis=-1) if self._message_size else moves

    def _plan(self, state: State, draws: NDArray[np.float32], moves: NDArray[np.int64]) -> None:
        """Write all moves into `moves` (num_envs, n), which is STAY.

        `draws` (num_envs, n, 4) are in [0, 1).
        """
        raise NotImplementedError


@njit(cache=True)
def step_down(state, env, i, steps, draws, in_way):
    """The move of agent i to the fewest `steps` (rows, columns), negative where no path leads.

    Cells of agents for which `in_way` (n,) is set cost 1.5 steps more; up to 1.2 are drawn for each
    move. So agents wait for each other, step aside and go round instead of pressing on for ever.
    """
    height, width = steps.shape
    r, q = np.int64(state.position[env, i, 0]), np.int64(state.position[env, i, 1])
    best, move = np.inf, STAY
    if r == GONE or steps[r, q] == 0:
        return STAY
    for d in range(4):
        row, column = r + ROW[d], q + COLUMN[d]
        if not (0 <= row < height and 0 <= column < width) or steps[row, column] < 0:
            continue
        other = np.int64(state.occupant[env, row, column]) - 1
        cost = steps[row, column] + 1.2 * draws[d]
        if other >= 0 and other < in_way.shape[0] and in_way[other]:
            cost += 1.5
        if cost < best:
            best, move = cost, d
    return move
