"""The scripted yardstick of spread, for discrete and continuous actions."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.scripted_policy import ScriptedPolicy
from ...core.spec import EnvSpec, GroupSpec
from ...kernels import njit
from ...plane.particles import TIME_STEP, coasting, kernel, push, squared_distance
from .rules import ACCEL, SpreadParameters, State

STEPS = 4
"""How many steps ahead an agent wants to be on its landmark; by trying, the best from 2 to 12."""


class SpreadAssign(ScriptedPolicy):
    """Agents share out the landmarks and steer to them.

    The nearest pair of agent and landmark first, then agents swap landmarks as long as that shortens the sum of distances.
    It sees everything and knows nothing of collisions, which short ways mostly avoid.
    """

    plays = ("swarm/spread",)

    def __init__(self, continuous: bool):
        self._continuous = continuous

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, parameters: SpreadParameters) -> "SpreadAssign":
        """A policy for a task with these parameters."""
        return cls(parameters.continuous)

    def act(self, world: State, generator: Any = None) -> NDArray[Any]:
        """The actions of all agents."""
        num_envs, n = world.position.shape[:2]
        action = np.zeros((num_envs, n, 5), np.float32) if self._continuous else np.zeros((num_envs, n), np.int64)
        _act(world.position, world.velocity, world.landmark, assign(world.position, world.landmark), action)
        return action


def assign(position: NDArray[np.float64], landmark: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which landmark each agent goes to, `(num_envs, n)`; both arguments `(num_envs, n, 2)`."""
    choice = np.full(position.shape[:2], -1, np.int64)
    _assign_copies(position, landmark, choice)
    return choice


@njit(cache=True)
def _assign_copies(position, landmark, choice):
    taken = np.zeros(landmark.shape[1], np.bool_)
    for c in range(choice.shape[0]):
        taken[:] = False
        for _ in range(choice.shape[1]):
            _take_nearest(position[c], landmark[c], choice[c], taken)
        while _swap_once(position[c], landmark[c], choice[c]):
            pass


@kernel
def _take_nearest(position, landmark, choice, taken):
    """Give the nearest free landmark to the nearest free agent."""
    nearest, agent, place = math.inf, -1, -1
    for i in range(choice.shape[0]):
        for j in range(taken.shape[0]):
            squared = squared_distance(position, i, landmark, j)
            if choice[i] < 0 and not taken[j] and squared < nearest:
                nearest, agent, place = squared, i, j
    choice[agent] = place
    taken[place] = True


@kernel
def _swap_once(position, landmark, choice):
    """Let the first two agents swap who thereby have a shorter way together; False if there are none."""
    for a in range(choice.shape[0]):
        for b in range(a + 1, choice.shape[0]):
            now = _way(position, a, landmark, choice[a]) + _way(position, b, landmark, choice[b])
            then = _way(position, a, landmark, choice[b]) + _way(position, b, landmark, choice[a])
            if then < now - 1e-9:  # rounding must not make them swap for ever
                choice[a], choice[b] = choice[b], choice[a]
                return True
    return False


@kernel
def _way(position, i, landmark, j):
    return math.sqrt(squared_distance(position, i, landmark, j))


@njit(cache=True)
def _act(position, velocity, landmark, choice, action):
    # The velocity of this step moves the body first, the thrust from the next step on.
    ahead, gain = coasting(STEPS), ACCEL * TIME_STEP * coasting(STEPS - 1)
    for c in range(choice.shape[0]):
        for i in range(choice.shape[1]):
            j = choice[c, i]
            x = landmark[c, j, 0] - position[c, i, 0] - velocity[c, i, 0] * ahead
            y = landmark[c, j, 1] - position[c, i, 1] - velocity[c, i, 1] * ahead
            push(action, c, i, x / gain, y / gain)
