"""Result of one step of a batch."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class GroupStep(NamedTuple):
    """One group's part of a step. n is the number of agents in the group."""

    observation: NDArray[Any]  # (num_envs, n, *shape) uint8 or float32
    action_mask: NDArray[np.bool_] | None  # (num_envs, n, num_choices) True where the action is legal
    reward: NDArray[np.float32]  # (num_envs, n) reward of the step that led here
    terminated: NDArray[np.bool_]  # (num_envs, n) the agent has reached an end of its own: no value beyond
    active: NDArray[np.bool_]  # (num_envs, n) this agent must act now, and its row holds an observation that counts
    truncated: NDArray[np.bool_]  # (num_envs,) the episode was cut here by its horizon
    first: NDArray[np.bool_]  # (num_envs,) first step of an episode
    env_state: Any = None  # the environment's whole state, given to scripted policies that declare they read it

    @property
    def world(self) -> Any:
        """The environment's whole state, by its name in earlier releases."""
        return self.env_state


class TimeStep(NamedTuple):
    """One step of every env.

    The arrays belong to the environment and are overwritten by its next step: copy what you keep.

    That holds for tensors that share their memory, too, such as those of `torch.from_numpy` and
    `torch.from_dlpack`. Read the arrays, do not write to them: an env writes only what its rules
    change, so that a flag set from outside may stay for ever.

    Autoreset is Gymnasium's NEXT_STEP: where `last` is set the next step ignores its actions and
    returns the first observation of a new episode, reward 0, `first` set. On the last step of a
    truncated episode `active` marks the agents that would have gone on, so that V(observation) is
    their bootstrap.
    """

    groups: dict[str, GroupStep]
    truncated: NDArray[np.bool_]  # (num_envs,)
    first: NDArray[np.bool_]  # (num_envs,)
    last: NDArray[np.bool_]  # (num_envs,) truncated, or every agent terminated
    state: NDArray[np.float32] | None  # (num_envs, *state_shape) global state, for centralized training
    signals: dict[str, NDArray[np.float32]]  # public events, each (num_envs, ...)
    metrics: Mapping[
        str, NDArray[np.float64]
    ]  # (num_envs,) outcome of the episode where `last`, else NaN; empty if no episode ended
    frames: NDArray[Any] | None = (
        None  # (num_envs, n, *shape) observations of all agents of a base env of one group, bots included
    )
