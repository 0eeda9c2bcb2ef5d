"""Replay of the last steps of all envs, from which sequences of steps are drawn."""

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..core.learner import Context
from ..core.rollout import Rollout

PER_STEP = ("observation", "action_mask", "active", "first")
PER_TRANSITION = ("action", "reward", "terminated", "truncated")
SAVED_AS = {"hidden_state": "memory"}
"""Parts with another name in checkpoints."""


class Sequence(NamedTuple):
    """L transitions of B envs each, drawn from a replay.

    The fields of steps have L + 1 rows, those of outcomes the first L, as in `Rollout`.
    """

    observation: Tensor  # (L + 1, B, n, *shape)
    action_mask: Tensor | None  # (L + 1, B, n, choices)
    active: Tensor  # (L + 1, B, n)
    first: Tensor  # (L + 1, B)
    action: Tensor  # (L + 1, B, n, *action_shape); no meaning in the last step
    reward: NDArray[np.float32]  # (L, B, n)
    terminated: NDArray[np.bool_]  # (L, B, n)
    truncated: NDArray[np.bool_]  # (L, B)
    hidden_state: Tensor | None  # (B, n, k) before the first step
    state: Tensor | None  # (L + 1, B, *state_shape)


class Replay:
    """Replay of the last `capacity` steps of every env, in circular buffers.

    Data without a meaning are zeroed or allowed when stored: observations, action masks and actions
    of inactive agents, and rewards that belong to no agent. Those come after an agent's own end and
    on the step into the next episode.

    Args:
        capacity: steps of each env, one of which waits for its outcome.
        sample: a rollout that gives the buffers' shapes, with the hidden states `(T, E, n, k)` in
            `record["hidden_state"]`, if the learner has any.
        keep_state: True to keep the global state.
    """

    def __init__(self, capacity: int, sample: Rollout, keep_state: bool):
        self.capacity = capacity
        self.head = 0
        """Slot of the newest observation, whose transition is still to come."""
        self.filled = 0
        """Stored transitions of each env."""
        self.keep_state = keep_state
        self.parts: dict[str, NDArray[Any]] = {
            name: np.zeros((capacity, *part.shape[1:]), part.dtype) for name, part in self._parts_of(sample).items()
        }

    def _parts_of(self, rollout: Rollout) -> dict[str, NDArray[Any]]:
        parts = {name: getattr(rollout, name) for name in (*PER_STEP, *PER_TRANSITION)}
        parts |= {
            "hidden_state": rollout.record.get("hidden_state"),
            "state": rollout.state if self.keep_state else None,
        }
        return {name: part for name, part in parts.items() if part is not None}

    def add(self, rollout: Rollout) -> None:
        """Store a rollout that continues the last one."""
        for name, part in self._parts_of(self._mask_inactive(rollout)).items():
            length = len(part)
            if name not in self.parts:  # of a run from before bridged environments had masks
                self.parts[name] = np.ones((self.capacity, *part.shape[1:]), part.dtype)
            self.parts[name][(self.head + np.arange(length)) % self.capacity] = part
        steps = len(rollout.reward)
        self.head = (self.head + steps) % self.capacity
        self.filled = min(self.filled + steps, self.capacity - 1)

    def _mask_inactive(self, rollout: Rollout) -> Rollout:
        active = rollout.active
        here = active.reshape(*active.shape, *[1] * (rollout.observation.ndim - 3))
        valid = rollout.valid.reshape(*rollout.valid.shape, *[1] * (rollout.action.ndim - 3))
        mask = None if rollout.action_mask is None else rollout.action_mask | ~active[..., None]
        record = dict(rollout.record)
        # An agent waiting at the start of a sequence gets a cleared hidden state.
        if "hidden_state" in record:
            record["hidden_state"] = np.where(active[:-1, ..., None], record["hidden_state"], np.float32(0))
        return rollout._replace(
            observation=np.where(here, rollout.observation, np.zeros((), rollout.observation.dtype)),
            action_mask=mask,
            action=np.where(valid, rollout.action, np.zeros((), rollout.action.dtype)),
            reward=np.where(self._rewards_without_owner(rollout), np.float32(0), rollout.reward),
            record=record,
        )

    def _rewards_without_owner(self, rollout: Rollout) -> NDArray[np.bool_]:
        """Mask `(T, E, n)` of the rewards that belong to no agent.

        These come after an agent's own end and before it acts again, or on the step into the next
        episode.
        """
        ended = np.zeros_like(rollout.terminated)
        ended[1:] = rollout.terminated[:-1]
        if self.filled:
            ended[0] = self.parts["terminated"][(self.head - 1) % self.capacity]
        return (ended & ~rollout.active[:-1] & ~rollout.first[:-1, :, None]) | rollout.first[1:, :, None]

    def holds(self, length: int) -> bool:
        """Return True if the replay has a sequence of `length` transitions."""
        return self.filled >= length

    def draw(self, number: int, length: int, stream: torch.Generator, device: str | torch.device) -> Sequence:
        """Draw sequences of `length` transitions, all envs and starts with the same probability."""
        num_envs = self.parts["reward"].shape[1]
        start = torch.randint(self.filled - length + 1, (number,), generator=stream).numpy()
        env_index = torch.randint(num_envs, (number,), generator=stream).numpy()
        return self._sequence(start, env_index, length, device)

    def whole(self, device: str | torch.device) -> Sequence:
        """Return all stored transitions, as one sequence of each env."""
        env_index = np.arange(self.parts["reward"].shape[1])
        return self._sequence(np.zeros_like(env_index), env_index, self.filled, device)

    def _sequence(
        self, start: NDArray[np.int64], env_index: NDArray[np.int64], length: int, device: str | torch.device
    ) -> Sequence:
        slots = (self.head - self.filled + start + np.arange(length + 1)[:, None]) % self.capacity

        def stored(name: str) -> Tensor | None:
            return torch.from_numpy(self.parts[name][slots, env_index]).to(device) if name in self.parts else None

        def required(name: str) -> Tensor:
            part = stored(name)
            assert part is not None
            return part

        reward, terminated, truncated = (self.parts[name][slots[:-1], env_index] for name in PER_TRANSITION[1:])
        hidden_state = None
        if "hidden_state" in self.parts:
            hidden_state = torch.from_numpy(self.parts["hidden_state"][slots[0], env_index]).to(device)
        return Sequence(
            required("observation"), stored("action_mask"), required("active"), required("first"), required("action"),
            reward, terminated, truncated, hidden_state, stored("state"),
        )  # fmt: skip

    def state_dict(self) -> dict[str, Any]:
        """Slots in use, and the position in the circular buffers."""
        used = self.capacity if self.filled == self.capacity - 1 else self.head + 1
        parts = {SAVED_AS.get(name, name): torch.from_numpy(part[:used]) for name, part in self.parts.items()}
        return {"capacity": self.capacity, "head": self.head, "filled": self.filled, "parts": parts}

    @classmethod
    def restored(cls, state: dict[str, Any]) -> "Replay":
        """Build the replay that returned `state`."""
        replay = cls.__new__(cls)
        replay.capacity, replay.head, replay.filled = state["capacity"], state["head"], state["filled"]
        replay.keep_state = "state" in state["parts"]
        replay.parts = {}
        names = {saved: name for name, saved in SAVED_AS.items()}
        for saved, kept in state["parts"].items():
            name: str = names.get(saved) or saved
            part = kept.numpy()
            replay.parts[name] = np.zeros((replay.capacity, *part.shape[1:]), part.dtype)
            replay.parts[name][: len(part)] = part
        return replay


def bytes_per_step(context: Context, hidden_size: int, keep_state: bool) -> int:
    """Bytes of one step of one env, with hidden states of `hidden_size` numbers."""
    group = context.group
    space = group.observation_space
    observation = int(np.prod(space.shape)) * space.dtype.itemsize
    action = int(np.prod(group.action_shape)) * group.action_dtype.itemsize
    mask = group.num_choices if group.has_action_mask else 0
    flags_and_reward = 1 + 1 + 4  # active, terminated, reward
    state = int(np.prod(context.env.state_shape or ())) * 4 if keep_state else 0
    return group.size * (observation + mask + action + 4 * hidden_size + flags_and_reward) + state + 2
