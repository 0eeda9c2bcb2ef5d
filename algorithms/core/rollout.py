"""Experience of one group of agents: `length` steps of all envs."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...envs.core.sanction_signals import Events
from .returns import generalized_advantage


class Rollout(NamedTuple):
    """T steps in E envs of a group of n agents.

    Index t of `reward`, `terminated` and `truncated` is the outcome of action t. A step after an
    episode's end ignores its action and begins the next episode (Gymnasium's NEXT_STEP): it is no
    transition, and `valid` leaves it out.
    """

    observation: NDArray[Any]  # (T + 1, E, n, *shape)
    action_mask: NDArray[np.bool_] | None  # (T + 1, E, n, choices)
    active: NDArray[np.bool_]  # (T + 1, E, n)
    first: NDArray[np.bool_]  # (T + 1, E) the observation is an episode's first
    action: NDArray[Any]  # (T, E, n, *action_shape)
    reward: NDArray[np.float32]  # (T, E, n)
    terminated: NDArray[np.bool_]  # (T, E, n)
    truncated: NDArray[np.bool_]  # (T, E)
    record: dict[str, NDArray[Any]]  # (T, E, n, ...) the record of the learner's decisions
    hidden_state: Any  # the learner's, before the first step
    last_hidden_state: Any  # the learner's, before observation T
    # (T + 1, E, ...) public signals; None for LOCAL learners
    signals: dict[str, NDArray[np.float32]] | None = None
    # (T + 1, E, ...) global state; None but for JOINT learners
    state: NDArray[np.float32] | None = None
    # the other groups' rollouts; None but for JOINT learners
    others: "dict[str, Rollout] | None" = None
    # public sanctions; None for LOCAL learners, and in environments without sanctions
    events: Events | None = None

    @property
    def memory(self) -> Any:
        """Alias of `hidden_state`, the name of earlier releases."""
        return self.hidden_state

    @property
    def last_memory(self) -> Any:
        """Alias of `last_hidden_state`, the name of earlier releases."""
        return self.last_hidden_state

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Mask `(T, E, n)` of the actions that an active agent chose and the env carried out."""
        return self.active[:-1] & ~self.first[1:, :, None]

    def advantage(
        self, value: NDArray[np.float32], gamma: float, gae_lambda: float
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Generalized advantages for value estimates `(T + 1, E, n)`, and the mask of known ones.

        See `generalized_advantage`.
        """
        return generalized_advantage(
            self.reward, value, self.terminated, self.truncated, self.active, self.first, gamma, gae_lambda
        )

    def select(self, agent: int) -> "Rollout":
        """Copy of the rollout with agent `agent` alone.

        The hidden states are left out, because their layout is private to the learner.
        """
        one = slice(agent, agent + 1)
        return self._replace(
            observation=self.observation[:, :, one],
            action_mask=None if self.action_mask is None else self.action_mask[:, :, one],
            active=self.active[:, :, one],
            action=self.action[:, :, one],
            reward=self.reward[:, :, one],
            terminated=self.terminated[:, :, one],
            record={name: value[:, :, one] for name, value in self.record.items()},
            hidden_state=None,
            last_hidden_state=None,
        )
