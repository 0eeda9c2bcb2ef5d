"""Scripted baseline of hallway."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.scripted_policy import ScriptedPolicy
from ...core.spec import EnvSpec, GroupSpec
from .config import HallwayConfig
from .rules import LEFT, PLAYING, STAY, build_constants
from .state import State


class OneGroupAtATime(ScriptedPolicy):
    """All agents walk to the last place and wait; then the groups leave one after the other.

    In each step the first group whose members are all there leaves. All groups score, the first as
    soon as it can: if there is time for all groups, no policy has a higher return from the start
    of an episode.
    """

    plays = ("games/hallway",)

    def __init__(self, first: NDArray[np.int32]):
        """`first` (groups + 1,): the first agent of each group, and the number of agents."""
        self._first = first

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, config: HallwayConfig) -> "OneGroupAtATime":
        """The policy for the groups of a config."""
        return cls(build_constants(config).first)

    def act(self, world: State, generator: Any = None) -> NDArray[np.int64]:
        """The actions of all agents, `(num_envs, n)`."""
        ready = np.logical_and.reduceat(world.place == 1, self._first[:-1], axis=1) & (world.group == PLAYING)
        turn = ready & (ready.cumsum(axis=1) == 1)  # the first group that is ready
        goes = np.repeat(turn, np.diff(self._first), axis=1)
        return np.where((world.place > 1) | goes, LEFT, STAY)
