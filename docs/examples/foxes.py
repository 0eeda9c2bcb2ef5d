"""A second environment in one file, with what the first one lacks: two groups, agents that leave
early, a compiled step, outcomes, a global state, pictures and a scripted policy.

Try it: stigmergy check foxes-v0 --plugin docs/examples/foxes.py
        stigmergy evaluate RUN --against hares=run_away
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from gymnasium.spaces import Box, Discrete

import stigmergy
from stigmergy.envs.core.random_streams import uniform
from stigmergy.envs.kernels import each_env
from stigmergy.envs.rendering.palette import TEXT, agent_colour
from stigmergy.envs.rendering.plane_canvas import Arena

STEPS = np.array([(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)], np.float64)


@dataclass(frozen=True)
class FoxesConfig:
    num_foxes: int = 2
    """Foxes, which may move in any direction."""
    num_hares: int = 3
    """Hares, which move along the axes."""
    reach: float = 0.1
    """Distance at which a fox catches a hare, above 0 and below 1."""
    max_cycles: int = 64
    """Steps of an episode."""

    def __post_init__(self):
        if not 0 < self.reach < 1:
            raise stigmergy.BadParameter(f"reach is {self.reach}; allowed is above 0 and below 1")


class State(NamedTuple):
    stream: np.ndarray  # (num_envs, 4) uint64, one generator an env
    elapsed: np.ndarray  # (num_envs,) kept by the base class, like the next one
    over: np.ndarray  # (num_envs,)
    fox: np.ndarray  # (num_envs, num_foxes, 2) float64 in [-1, 1]
    hare: np.ndarray  # (num_envs, num_hares, 2)
    caught: np.ndarray  # (num_envs, num_hares) bool


@each_env
def advance(state, run, hop, fox_reward, hare_reward, reach, env):
    """One step of one env; Python calls it without the index, and it runs in all envs of a mask."""
    for i in range(state.fox.shape[1]):
        for k in range(2):
            gust = 0.01 * (2 * uniform(state.stream[env]) - 1)
            state.fox[env, i, k] = min(max(state.fox[env, i, k] + 0.08 * run[env, i, k] + gust, -1), 1)
    for j in range(state.hare.shape[1]):
        if state.caught[env, j]:
            continue  # the action of an agent that is gone means nothing
        for k in range(2):
            state.hare[env, j, k] = min(max(state.hare[env, j, k] + 0.06 * STEPS[hop[env, j], k], -1), 1)
        for i in range(state.fox.shape[1]):
            apart = np.hypot(state.fox[env, i, 0] - state.hare[env, j, 0], state.fox[env, i, 1] - state.hare[env, j, 1])
            if apart < reach:
                state.caught[env, j] = True
                fox_reward[env, i] += 1
        if state.caught[env, j]:
            hare_reward[env, j] = -1


@stigmergy.register_environment("foxes-v0")
class Foxes(stigmergy.BatchEnv):
    """Foxes catch hares; a hare that is caught is out, and the episode ends when all are."""

    Config = FoxesConfig

    def __init__(self, id, num_envs, config):
        f, h = config.num_foxes, config.num_hares
        foxes = stigmergy.GroupSpec("foxes", f, Box(-2, 2, (h, 3), np.float32), Box(-1, 1, (2,), np.float32))
        hares = stigmergy.GroupSpec("hares", h, Box(-2, 2, (2 + 2 * f,), np.float32), Discrete(5))
        spec = stigmergy.EnvSpec(
            id, (foxes, hares), config.max_cycles, metrics=("caught",), state_shape=(2 * f + 3 * h,)
        )
        super().__init__(spec, num_envs, config)

    def _allocate(self):
        f, h, envs = self.config.num_foxes, self.config.num_hares, self.num_envs
        return State(*self.required_state(), np.zeros((envs, f, 2)), np.zeros((envs, h, 2)), np.zeros((envs, h), bool))

    def _begin(self, where):
        state = self.state
        for place in (state.fox, state.hare):
            place[where] = 2 * stigmergy.draw_uniform(state.stream, place.shape[1:], where)[where] - 1
        state.caught[where] = False

    def _advance(self, actions, where):
        pay = {name: group.reward for name, group in self.groups.items()}
        reach = self.config.reach
        advance(self.state, actions["foxes"], actions["hares"], pay["foxes"], pay["hares"], reach, where=where)

    def _observe(self):
        state, foxes, hares = self.state, self.groups["foxes"], self.groups["hares"]
        # Foxes see a set of rows: where each hare is, and a 1. Rows of hares that are gone are all
        # zero, and count as absent.
        foxes.observation[..., :2] = state.hare[:, None] - state.fox[:, :, None]
        foxes.observation[..., 2] = 1
        foxes.observation[:] *= ~state.caught[:, None, :, None]
        # Hares see features: where they are, and where the foxes are from there.
        hares.observation[..., :2] = state.hare
        away = state.fox[:, None] - state.hare[:, :, None]
        hares.observation[..., 2:] = away.reshape(*away.shape[:2], -1)
        # A caught hare has come to its end and need not act; without hares the foxes' task is at
        # its end too.
        hares.terminated[:] = state.caught
        hares.active[:] = ~state.caught
        foxes.terminated[:] = state.caught.all(axis=1, keepdims=True)
        foxes.active[:] = ~foxes.terminated
        parts = (state.fox, state.hare, state.caught)
        self.global_state[:] = np.concatenate([part.reshape(self.num_envs, -1) for part in parts], axis=1)

    def _measure(self):
        return {"caught": self.state.caught.mean(axis=1)}

    def draw(self, copy=0):
        arena = Arena((-1, -1), (1, 1))
        for i, place in enumerate(self.state.hare[copy]):
            gone = self.state.caught[copy, i]
            arena.disc(place, 0.04, agent_colour(2), str(i), alpha=0.3 if gone else 1)
        for place in self.state.fox[copy]:
            arena.disc(place, 0.05, agent_colour(5))
        arena.caption([(f"step {self.state.elapsed[copy]}   caught {self.state.caught[copy].sum()}", TEXT)])
        return arena.canvas.pixels()

    def text(self, copy=0):
        places = [f"fox {x:.2f} {y:.2f}" for x, y in self.state.fox[copy]]
        return "\n".join(places + [f"hare {x:.2f} {y:.2f}" for x, y in self.state.hare[copy]])


@stigmergy.register_policy("run_away")
class RunAway(stigmergy.ScriptedPolicy):
    """Hares hop along the axis on which the nearest fox is nearer, away from it."""

    plays = ("foxes",)  # beginnings of ids
    groups = ("hares",)

    def act(self, world, generator):
        away = world.hare[:, :, None] - world.fox[:, None]  # (num_envs, hares, foxes, 2)
        nearest = np.take_along_axis(away, np.square(away).sum(-1).argmin(-1)[..., None, None], axis=2)[:, :, 0]
        axis = np.abs(nearest).argmax(axis=-1)
        return 1 + 2 * axis + (np.take_along_axis(nearest, axis[..., None], axis=-1)[..., 0] > 0)
