"""A yardstick for synchronization."""

import numpy as np
from numpy.typing import NDArray

from ..swarmbench.planning import Planner
from ..swarmbench.state import State
from ..swarmbench.symbols import STAY
from .rules import LAST, SWITCH, UNSET


class Agree(Planner):
    """Everyone brings its light to what the next point wants, at first to the majority's: a point in every step.

    It reads the last common state from the world, which no agent is told.
    """

    plays = ("swarm/synchronization",)

    def _plan(self, world: State, draws: NDArray[np.float32], moves: NDArray[np.int64]) -> None:
        last = world.tally[:, LAST]
        wanted = np.where(last == UNSET, world.on.mean(axis=1) >= 0.5, last == 0)
        moves[:] = np.where(world.on != wanted[:, None], SWITCH, STAY)
