"""Learner with more agents in training than in play.

A run that plays in a scenario with few focal roles needs it.
"""

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..algorithms.core.learner import Decision, Learner
from ..envs.core.spec import GroupSpec
from ..envs.core.timestep import GroupStep


def fits(group: GroupSpec, trained: GroupSpec) -> bool:
    """True if the agents of `group` are some of those of `trained`, with the same spaces."""
    return (
        set(group.agents) < set(trained.agents)
        and group.observation_space == trained.observation_space
        and group.action_space == trained.action_space
        and group.has_action_mask == trained.has_action_mask
    )


class AgentSubset(Learner):
    """Learner of all trained agents that plays for some of them; it does not learn any more.

    Each agent acts as the trained agent of its name. The rows of the other agents are filled as
    those of agents that need not act.
    """

    learns = False

    def __init__(self, trained: Learner, group: GroupSpec):
        super().__init__(dataclasses.replace(trained.context, group=group), trained.config)
        self._trained = trained
        self._streams = trained._streams  # what is saved and put back is what it draws from
        self._rows = [trained.group.agents.index(agent) for agent in group.agents]

    def act(self, step: GroupStep, hidden_state: Any, greedy: bool = False) -> Decision:
        decision = self._trained.act(self._spread(step), hidden_state, greedy)
        return Decision(decision.action[:, self._rows], decision.hidden_state)

    def initial_hidden_state(self, num_envs: int) -> Any:
        return self._trained.initial_hidden_state(num_envs)

    def reseed(self, seed: int) -> None:
        self._trained.reseed(seed)

    def _spread(self, step: GroupStep) -> GroupStep:
        mask = None if step.action_mask is None else self._whole(step.action_mask, fill=True)
        return step._replace(
            observation=self._whole(step.observation),
            action_mask=mask,
            reward=self._whole(step.reward),
            terminated=self._whole(step.terminated),
            active=self._whole(step.active),
        )

    def _whole(self, part: NDArray[Any], fill: Any = 0) -> NDArray[Any]:
        """Array with rows for all agents of training, from `part` with rows for ours."""
        whole = np.full((len(part), self._trained.group.size, *part.shape[2:]), fill, part.dtype)
        whole[:, self._rows] = part
        return whole
