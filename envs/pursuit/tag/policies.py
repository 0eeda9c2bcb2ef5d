"""Scripted baselines of tag, for discrete and continuous actions: predators chase, prey flees."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.scripted_policy import ScriptedPolicy
from ...core.spec import EnvSpec, GroupSpec
from ...kernels import kernel, njit
from ...plane.particles import THRUST, TIME_STEP, coasting, push, squared_distance
from .config import TagConfig
from .rules import PREDATOR_SPEED, build_constants, outside
from .state import State

# Chosen by trying, each against the other, with the default config. Prey that minds the edge less
# earns as much, far outside.
CHASE_STEPS = 6
LONGEST_LEAD = 0.8
FLEE_STEPS = 6
SCARE = 0.35
SQUARE_WEIGHT = 3.0
LANDMARK_WEIGHT = 0.1


class TagPolicy(ScriptedPolicy):
    """Base class: reads the constants of the task."""

    plays = ("pursuit/tag",)

    def __init__(self, config: TagConfig):
        self._constants = build_constants(config)
        self._continuous = config.continuous

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, config: TagConfig) -> "TagPolicy":
        """A policy for a task with this config."""
        return cls(config)

    def _actions(self, num_envs: int, agents: int) -> NDArray[Any]:
        if self._continuous:
            return np.zeros((num_envs, agents, 5), np.float32)
        return np.zeros((num_envs, agents), np.int64)


class Chase(TagPolicy):
    """Predators accelerate to where the nearest prey will be when they get there at top speed."""

    groups = ("predators",)

    def act(self, world: State, generator: Any = None) -> NDArray[Any]:
        """The predators' actions."""
        action = self._actions(len(world.over), self._constants.predators)
        _chase_all(world.position, world.velocity, self._constants.accel, action)
        return action


class Flee(TagPolicy):
    """Prey takes the thrust after which predators, landmarks and the edge are farthest.

    The cost of each thrust adds exp(-distance / 0.35) for a predator, where distance is to where it
    will be, between the rims; a little for landmarks; and the penalty for leaving the square, as
    far as the prey would get out of it.
    """

    groups = ("prey",)

    def act(self, world: State, generator: Any = None) -> NDArray[Any]:
        """The prey's actions."""
        k = self._constants
        action = self._actions(len(world.over), world.position.shape[1] - k.predators)
        _flee_all(world.position, world.velocity, world.landmark, k, action)
        return action


@njit(cache=True)
def _chase_all(position, velocity, accel, action):
    for env in range(action.shape[0]):
        for i in range(action.shape[1]):
            _chase(position[env], velocity[env], accel[i], action, env, i)


@kernel
def _chase(position, velocity, accel, action, env, i):
    nearest, at = math.inf, -1
    for j in range(action.shape[1], position.shape[0]):
        squared = squared_distance(position, i, position, j)
        if squared < nearest:
            nearest, at = squared, j
    lead = min(math.sqrt(nearest) / PREDATOR_SPEED, LONGEST_LEAD)
    ahead = coasting(CHASE_STEPS)
    x = position[at, 0] + velocity[at, 0] * lead - position[i, 0] - velocity[i, 0] * ahead
    y = position[at, 1] + velocity[at, 1] * lead - position[i, 1] - velocity[i, 1] * ahead
    scale = max(abs(x), abs(y), 1e-9)  # full thrust along the longer axis
    push(action, env, i, x / scale, y / scale)


@njit(cache=True)
def _flee_all(position, velocity, landmark, k, action):
    for env in range(action.shape[0]):
        for j in range(action.shape[1]):
            _flee(position[env], velocity[env], landmark[env], k, action, env, j)


@kernel
def _flee(position, velocity, landmark, k, action, env, j):
    i = k.predators + j
    gain = k.accel[i] * TIME_STEP * coasting(FLEE_STEPS - 1)
    x = position[i, 0] + velocity[i, 0] * coasting(FLEE_STEPS)
    y = position[i, 1] + velocity[i, 1] * coasting(FLEE_STEPS)
    least, best_x, best_y = math.inf, 0.0, 0.0
    for t in range(9 if action.ndim == 3 else 5):
        tx, ty = _option(t)
        fear = _fear(position, velocity, landmark, k, i, x + gain * tx, y + gain * ty)
        if fear < least:
            least, best_x, best_y = fear, tx, ty
    push(action, env, j, best_x, best_y)


@kernel
def _option(t):
    """Thrust of index t: those along an axis first, then those along both."""
    if t < 5:
        x, y = THRUST[t, 0], THRUST[t, 1]
    else:
        x, y = 2.0 * (t % 2) - 1, 2.0 * ((t - 5) // 2) - 1
    return x, y


@kernel
def _fear(position, velocity, landmark, k, i, x, y):
    """Cost of agent i being at (x, y) soon."""
    fear = SQUARE_WEIGHT * (outside(abs(x)) + outside(abs(y)))
    ahead = coasting(FLEE_STEPS)
    for p in range(k.predators):
        dx, dy = position[p, 0] + velocity[p, 0] * ahead - x, position[p, 1] + velocity[p, 1] * ahead - y
        fear += math.exp(-(math.sqrt(dx * dx + dy * dy) - k.radius[p] - k.radius[i]) / SCARE)
    for m in range(landmark.shape[0]):
        dx, dy = landmark[m, 0] - x, landmark[m, 1] - y
        gap = math.sqrt(dx * dx + dy * dy) - k.radius[position.shape[0] + m] - k.radius[i]
        fear += LANDMARK_WEIGHT * math.exp(-gap / SCARE)
    return fear
