"""A new environment in one file: agents on a ring are paid while all of them stand on one spot.

Try it: stigmergy train --environment meeting-v0 --plugin docs/examples/meeting.py
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from gymnasium.spaces import Box, Discrete

import stigmergy


@dataclass(frozen=True)
class MeetingConfig:  # every field is an option: --task.size 15
    num_agents: int = 3
    """Agents on the ring."""
    size: int = 9
    """Spots on the ring."""
    max_cycles: int = 32
    """Steps of an episode."""


class State(NamedTuple):
    stream: np.ndarray  # (num_envs, 4) the first three are in every state
    elapsed: np.ndarray  # (num_envs,)
    over: np.ndarray  # (num_envs,)
    position: np.ndarray  # (num_envs, n) spot of each agent


@stigmergy.register_environment("meeting-v0")
class Meeting(stigmergy.BatchEnv):
    """Agents on a ring see where the others are and are paid for standing together."""

    Config = MeetingConfig

    def __init__(self, id, num_envs, config):
        seen = Box(-1, 1, (config.num_agents,), np.float32)
        group = stigmergy.GroupSpec("agents", config.num_agents, seen, Discrete(3))
        super().__init__(stigmergy.EnvSpec(id, (group,), config.max_cycles), num_envs, config)

    def _allocate(self):
        return State(*self.required_state(), np.zeros((self.num_envs, self.config.num_agents), np.int64))

    def _begin(self, where):
        spots = stigmergy.draw_below(self.state.stream, self.config.size, (self.config.num_agents,), where)
        self.state.position[where] = spots[where]

    def _advance(self, actions, where):
        position = self.state.position
        position[where] = (position + actions["agents"] - 1)[where] % self.config.size
        together = where & (position == position[:, :1]).all(axis=1)
        self.groups["agents"].reward[together] = 1

    def _observe(self):
        position, half = self.state.position, self.config.size // 2
        offset = (position[:, None, :] - position[:, :, None] + half) % self.config.size - half
        self.groups["agents"].observation[:] = offset / half
