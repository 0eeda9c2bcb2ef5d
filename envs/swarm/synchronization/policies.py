"""Scripted baseline of synchronization."""

import numpy as np
from numpy.typing import NDArray

from ..swarmbench.planning import Planner
from ..swarmbench.state import State
from ..swarmbench.symbols import STAY
from .rules import LAST, SWITCH, UNSET


class Agree(Planner):
    """Agents switch their lights to the state that the next point wants: a point in every step.

    At first that is the state of the majority. The policy reads the last common state, which agents
    do not observe.
    """

    plays = ("swarm/synchronization",)

    def _plan(self, state: State, draws: NDArray[np.float32], moves: NDArray[np.int64]) -> None:
        last = state.env_counters[:, LAST]
        wanted = np.where(last == UNSET, state.on.mean(axis=1) >= 0.5, last == 0)
        moves[:] = np.where(state.on != wanted[:, None], SWITCH, STAY)
