"""Buffer of steps: the rollout that a learner may observe, and nothing else."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..algorithms.core.learner import Decision, Information
from ..algorithms.core.rollout import Rollout
from ..envs.core.sanction_signals import EventLog, context_space
from ..envs.core.spec import EnvSpec, GroupSpec
from ..envs.core.system_memory import bytes_of_group, check_memory
from ..envs.core.timestep import TimeStep


class RolloutBuffer:
    """Buffer for `length` steps of one group in `num_envs` envs, allocated once and reused.

    Data that the learner did not declare in `information` are not copied.
    """

    def __init__(self, env: EnvSpec, group: GroupSpec, num_envs: int, length: int, information: Information):
        state = math.prod(env.state_shape) if env.state_shape and information is Information.JOINT else 0
        wanted = (length + 1) * num_envs * (bytes_of_group(group) + 4 * state)
        check_memory(
            f"a rollout of {length:,} steps in {num_envs:,} envs",
            wanted,
            "a smaller rollout_length or num_envs needs less",
        )
        self.group = group
        self.length = length
        self.information = information
        rows = (num_envs, group.size)
        space = group.observation_space
        self.observation = np.zeros((length + 1, *rows, *space.shape), space.dtype)
        self.action_mask = np.zeros((length + 1, *rows, group.num_choices), np.bool_) if group.has_action_mask else None
        self.active = np.zeros((length + 1, *rows), np.bool_)
        self.first = np.zeros((length + 1, num_envs), np.bool_)
        self.action = np.zeros((length, *rows, *group.action_shape), group.action_dtype)
        self.reward = np.zeros((length, *rows), np.float32)
        self.terminated = np.zeros((length, *rows), np.bool_)
        self.truncated = np.zeros((length, num_envs), np.bool_)
        self.record: dict[str, NDArray[Any]] = {}
        self.signals = self.state = self._events = self._frames = None
        if information is not Information.LOCAL:
            self.signals = {
                name: np.zeros((length + 1, num_envs, *shape), np.float32) for name, shape in env.signals.items()
            }
            space = context_space(env)
            if space is not None:
                self._events = EventLog(space)
                # Observations of all agents; where the group has all agents, its own rows already
                # hold them.
                if env.world is not None:
                    self._frames = np.zeros((num_envs, env.world.num_agents, *space.shape), space.dtype)
        if information is Information.JOINT and env.state_shape is not None:
            self.state = np.zeros((length + 1, num_envs, *env.state_shape), np.float32)

    def see(self, t: int, step: TimeStep) -> None:
        """Store the observations before decision t (or, at `length`, after the last)."""
        group = step.groups[self.group.name]
        self.observation[t] = group.observation
        self.active[t] = group.active
        self.first[t] = group.first
        if self.action_mask is not None:
            self.action_mask[t] = group.action_mask
        for name, signal in (self.signals or {}).items():
            signal[t] = step.signals[name]
        if self.state is not None:
            self.state[t] = step.state
        if self._events is not None:
            self._note(t, step)

    def _note(self, t: int, step: TimeStep) -> None:
        """Store the public events that followed decision t - 1.

        Events before the first decision belong to the previous rollout.
        """
        assert self._events is not None
        if t > 0:
            self._events.add(t - 1, step, self._frames)
        if self._frames is not None:
            assert step.frames is not None
            np.copyto(self._frames, step.frames)

    def follow(self, t: int, decision: Decision, step: TimeStep) -> None:
        """Store decision t and its results."""
        group = step.groups[self.group.name]
        self.action[t] = decision.action
        self.reward[t] = group.reward
        self.terminated[t] = group.terminated
        self.truncated[t] = group.truncated
        for name, given in decision.record.items():
            value = np.asarray(given)
            if name not in self.record:
                self.record[name] = np.zeros((self.length, *value.shape), value.dtype)
            self.record[name][t] = value

    def rollout(self, hidden_state: Any, last_hidden_state: Any) -> Rollout:
        """Rollout as views of this buffer, which the next rollout overwrites."""
        return Rollout(
            self.observation, self.action_mask, self.active, self.first, self.action, self.reward, self.terminated, self.truncated,
            dict(self.record), hidden_state, last_hidden_state, self.signals, self.state,
            events=None if self._events is None else self._events.take(self.observation if self._frames is None else None),
        )  # fmt: skip


def share(rollouts: dict[str, Rollout], group: str) -> Rollout:
    """Rollout of a JOINT learner: its own, with the other groups' rollouts beside it."""
    others = {name: rollout for name, rollout in rollouts.items() if name != group}
    return rollouts[group]._replace(others=others)
