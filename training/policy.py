"""A trained policy in the hands of a person: PettingZoo's dictionaries in, PettingZoo's dictionaries out."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..algorithms.learner import Learner
from ..envs.errors import UserError
from ..envs.pettingzoo_view import ParallelView, parallel_env
from ..envs.spec import GroupSpec
from ..envs.timestep import GroupStep
from .experiment import Experiment
from .restore import open_run, restore_learners


class Policy:
    """The learners of a run, acting for all agents of one PettingZoo environment."""

    def __init__(self, experiment: Experiment, learners: Mapping[str, Learner]):
        self.experiment = experiment
        self.learners = learners
        self._env: ParallelView | None = None
        self.reset()

    def reset(self) -> None:
        """Forget the episode so far; call it whenever the environment is reset."""
        self._memories = {name: learner.initial_memory(1) for name, learner in self.learners.items()}
        self._first = True

    def _world(self, group: str, learner: Learner) -> Any:
        """The state of the environment that `make_env` gave, for policies that read it."""
        if not learner.reads_world:
            return None
        if self._env is None:
            raise UserError(
                f"the group '{group}' is played by {type(learner).__name__}, which reads the environment's state; play in policy.make_env()"
            )
        return self._env.env.world_state

    def act(self, observations: Mapping[str, Any], greedy: bool = False) -> dict[str, Any]:
        """Actions for the agents that observe.

        Args:
            observations: agent name to its observation, as `ParallelEnv.reset` and `step` return them.
            greedy: choose the most likely action instead of drawing one.

        Raises:
            KeyError: an agent is not of this policy's environment.
            UserError: a scripted policy reads the environment's state, but `make_env` was not called.
        """
        known = {agent for learner in self.learners.values() for agent in learner.group.agents}
        for agent in observations:
            if agent not in known:
                raise KeyError(
                    f"there is no agent '{agent}' in '{self.experiment.environment}'; known are {', '.join(sorted(known))}"
                )
        actions: dict[str, Any] = {}
        for name, learner in self.learners.items():
            seen = _group_step(learner.group, observations, self._first)._replace(world=self._world(name, learner))
            decision = learner.act(seen, self._memories[name], greedy)
            self._memories[name] = decision.memory
            chosen = dict(zip(learner.group.agents, decision.action[0]))
            actions |= {agent: action for agent, action in chosen.items() if agent in observations}
        self._first = False
        return actions

    def make_env(self, render_mode: str | None = None) -> ParallelView:
        """The environment it was trained in, as PettingZoo's ParallelEnv."""
        self._env = parallel_env(self.experiment.environment, render_mode, **self.experiment.to_dict()["task"])
        return self._env


def load_policy(folder: str | Path, checkpoint: str = "last") -> Policy:
    """The policy of a run.

    Args:
        folder: the run folder that `stigmergy train` made.
        checkpoint: `last`, or `best` by evaluation.

    Raises:
        BadParameter: there is no run in `folder`.
        UserError: no checkpoint can be read.
    """
    run, experiment = open_run(folder)
    env = experiment.make_env(1)
    try:
        learners, sentences = restore_learners(run, experiment, env, checkpoint)
    finally:
        env.close()  # there may be room for one in this process, and the policy plays in another
    for sentence in sentences:
        warnings.warn(sentence, stacklevel=2)
    return Policy(experiment, learners)


def _group_step(group: GroupSpec, observations: Mapping[str, Any], first: bool) -> GroupStep:
    """One row of a batch; agents that observe nothing need not act."""
    space = group.observation_space
    observation = np.zeros((1, group.size, *space.shape), space.dtype)
    active = np.zeros((1, group.size), np.bool_)
    mask = np.ones((1, group.size, group.num_choices), np.bool_) if group.has_action_mask else None
    for i, agent in enumerate(group.agents):
        if agent in observations:
            seen = observations[agent]
            if isinstance(seen, Mapping):
                if mask is not None:
                    mask[0, i] = np.hstack(seen["action_mask"])  # a MultiDiscrete has a mask for each part
                seen = seen["observation"]
            observation[0, i] = seen
            active[0, i] = True
    rewards, flags = np.zeros((1, group.size), np.float32), np.zeros((1, group.size), np.bool_)
    return GroupStep(observation, mask, rewards, flags, active, np.zeros(1, np.bool_), np.array([first]))
