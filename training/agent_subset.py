"""A learner that was trained with more agents than are here, as when a run plays in a scenario with few focal seats."""

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..algorithms.core.learner import Decision, Learner
from ..envs.core.spec import GroupSpec
from ..envs.core.timestep import GroupStep


def fits(group: GroupSpec, trained: GroupSpec) -> bool:
    """Whether the agents of `group` are some of those of `trained`, and see and do the same."""
    return (
        set(group.agents) < set(trained.agents)
        and group.observation_space == trained.observation_space
        and group.action_space == trained.action_space
        and group.has_action_mask == trained.has_action_mask
    )


class FewerAgents(Learner):
    """Each agent acts by what it learnt under its name; the others' rows are there, as those of agents that need not act. Learns nothing more."""

    learns = False

    def __init__(self, trained: Learner, group: GroupSpec):
        super().__init__(dataclasses.replace(trained.setup, group=group), trained.settings)
        self._trained = trained
        self._rows = [trained.group.agents.index(agent) for agent in group.agents]

    def act(self, step: GroupStep, memory: Any, greedy: bool = False) -> Decision:
        decision = self._trained.act(self._spread(step), memory, greedy)
        return Decision(decision.action[:, self._rows], decision.memory)

    def initial_memory(self, num_envs: int) -> Any:
        return self._trained.initial_memory(num_envs)

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
        """An array with rows for all agents of training, `part` in ours."""
        whole = np.full((len(part), self._trained.group.size, *part.shape[2:]), fill, part.dtype)
        whole[:, self._rows] = part
        return whole
