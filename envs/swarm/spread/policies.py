"""Scripted baseline of spread, for discrete and continuous actions."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.scripted_policy import ScriptedPolicy
from ...core.spec import EnvSpec, GroupSpec
from ...kernels import kernel, njit
from ...plane.particles import TIME_STEP, coasting, push, squared_distance
from .config import SpreadConfig
from .rules import ACCEL
from .state import State

STEPS = 4
"""Number of steps in which an agent aims to be on its landmark; the best of 2 to 12 by trial."""


class SpreadAssign(ScriptedPolicy):
    """Agents share out the landmarks and steer to them.

    The nearest pairs of agent and landmark go first, then agents swap landmarks as long as that
    shortens the sum of distances. The policy reads the whole state. It ignores collisions, which
    short paths mostly avoid.
    """

    plays = ("swarm/spread",)

    def __init__(self, continuous: bool):
        self._continuous = continuous

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, config: SpreadConfig) -> "SpreadAssign":
        """A policy for a task with this config."""
        return cls(config.continuous)

    def act(self, world: State, generator: Any = None) -> NDArray[Any]:
        """Actions of all agents."""
        num_envs, n = world.position.shape[:2]
        action = np.zeros((num_envs, n, 5), np.float32) if self._continuous else np.zeros((num_envs, n), np.int64)
        _act(world.position, world.velocity, world.landmark, assign(world.position, world.landmark), action)
        return action


def assign(position: NDArray[np.float64], landmark: NDArray[np.float64]) -> NDArray[np.int64]:
    """Landmark of each agent, `(num_envs, n)`; both arguments are `(num_envs, n, 2)`."""
    choice = np.full(position.shape[:2], -1, np.int64)
    _assign(position, landmark, choice)
    return choice


@njit(cache=True)
def _assign(position, landmark, choice):
    taken = np.zeros(landmark.shape[1], np.bool_)
    for env in range(choice.shape[0]):
        taken[:] = False
        for _ in range(choice.shape[1]):
            _take_nearest(position[env], landmark[env], choice[env], taken)
        while _swap_once(position[env], landmark[env], choice[env]):
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
    """Let the first two agents swap that thereby shorten their paths in sum; False without any."""
    for a in range(choice.shape[0]):
        for b in range(a + 1, choice.shape[0]):
            now = _distance(position, a, landmark, choice[a]) + _distance(position, b, landmark, choice[b])
            then = _distance(position, a, landmark, choice[b]) + _distance(position, b, landmark, choice[a])
            if then < now - 1e-9:  # rounding must not make them swap for ever
                choice[a], choice[b] = choice[b], choice[a]
                return True
    return False


@kernel
def _distance(position, i, landmark, j):
    return math.sqrt(squared_distance(position, i, landmark, j))


@njit(cache=True)
def _act(position, velocity, landmark, choice, action):
    # The velocity of this step moves the body first, the thrust from the next step on.
    ahead, thrust = coasting(STEPS), ACCEL * TIME_STEP * coasting(STEPS - 1)
    for env in range(choice.shape[0]):
        for i in range(choice.shape[1]):
            j = choice[env, i]
            x = landmark[env, j, 0] - position[env, i, 0] - velocity[env, i, 0] * ahead
            y = landmark[env, j, 1] - position[env, i, 1] - velocity[env, i, 1] * ahead
            push(action, env, i, x / thrust, y / thrust)
