"""The scripted yardstick of hallway."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.scripted_policy import ScriptedPolicy
from ...core.spec import EnvSpec, GroupSpec
from .rules import LEFT, PLAYING, STAY, HallwayParameters, State, build_constants


class OneGroupAtATime(ScriptedPolicy):
    """Everyone walks up to the last place and waits; then the groups leave one a step, in order, each as soon as all its members are there.

    All groups score, the first as soon as it can: no play of episodes from their start earns more, if there is time for all groups.
    """

    plays = ("games/hallway",)

    def __init__(self, first: NDArray[np.int32]):
        """`first` (groups + 1,): the first agent of each group, and the number of agents."""
        self._first = first

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, parameters: HallwayParameters) -> "OneGroupAtATime":
        """The policy for the groups of these parameters."""
        return cls(build_constants(parameters).first)

    def act(self, world: State, generator: Any = None) -> NDArray[np.int64]:
        """The actions of all agents, `(num_envs, n)`."""
        ready = np.logical_and.reduceat(world.place == 1, self._first[:-1], axis=1) & (world.group == PLAYING)
        turn = ready & (ready.cumsum(axis=1) == 1)  # the first group that is ready
        goes = np.repeat(turn, np.diff(self._first), axis=1)
        return np.where((world.place > 1) | goes, LEFT, STAY)
