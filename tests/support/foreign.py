"""PettingZoo environments in the style of other packages, for tests of code around the bridge."""

from typing import Any

import numpy as np
from gymnasium import spaces
from pettingzoo import ParallelEnv

import stigmergy


class Counter(ParallelEnv):
    """Agents observe the time and a draw; action 1 pays 1. In order; subclasses are not."""

    metadata = {"name": "counter", "render_modes": []}  # noqa: RUF012 (PettingZoo's way)
    length = 6
    names = ("left_0", "left_1")
    observed: spaces.Space = spaces.Box(-10, 10_000, (2,), np.float32)

    def __init__(self, render_mode: str | None = None):
        self.render_mode = render_mode
        self.possible_agents = list(self.names)
        self.agents: list[Any] = []
        self.t = 0

    def observation_space(self, agent: Any) -> spaces.Space:
        return self.observed

    def action_space(self, agent: Any) -> spaces.Space:
        return spaces.Discrete(2)

    def reset(self, seed: int | None = None, options: Any = None):
        self.random = np.random.default_rng(seed)
        self.agents, self.t = list(self.possible_agents), 0
        return {agent: self.observe(agent) for agent in self.agents}, {agent: {} for agent in self.agents}

    def observe(self, agent: Any) -> Any:
        return np.array([self.t, self.random.uniform(-1, 1)], np.float32)

    def pay(self, agent: Any, action: Any) -> float:
        return float(action == 1)

    def step(self, actions: dict[Any, Any]):
        self.t += 1
        here = list(self.agents)
        rewards = {agent: self.pay(agent, actions[agent]) for agent in here}
        over = self.t >= self.length
        observations = {agent: self.observe(agent) for agent in here}
        self.agents = [] if over else here
        return observations, rewards, dict.fromkeys(here, False), dict.fromkeys(here, over), {a: {} for a in here}

    def close(self) -> None:
        """Nothing is open."""


def register(name: str, target: Any) -> str:
    """Register `target` as `foreign/NAME-v0`, once; returns the id."""
    id = f"foreign/{name}-v0"
    stigmergy.register_environment(id, target, description=f"the test environment {name}")
    return id


def training(**changed: Any) -> list[str]:
    """Options of a short training."""
    options = {
        "total_steps": 64,
        "num_envs": 2,
        "rollout_length": 8,
        "evaluation_interval": 0,
        "evaluation_episodes": 2,
        "threads": 1,
        "tensorboard": False,
    } | changed
    given = []
    for name, value in options.items():
        word = name.replace("_", "-")
        given += (
            [f"--training.{'' if value else 'no-'}{word}"]
            if isinstance(value, bool)
            else [f"--training.{word}", str(value)]
        )
    return [*given, "--learner.network.hidden", "8"]
