"""Trained policy for use in programs.

Observations and actions are PettingZoo's dictionaries.
"""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..algorithms.core.learner import Learner
from ..envs.core.env import BatchEnv
from ..envs.core.spec import GroupSpec
from ..envs.core.timestep import GroupStep
from ..envs.errors import UserError
from ..envs.interop.from_pettingzoo import Bridge
from ..envs.interop.to_pettingzoo.parallel import ParallelView
from ..envs.registration.entry_points import parallel_env
from ..envs.registration.make import is_bridged, make
from .agent_rows import AgentObservation, AgentRows
from .experiment import Experiment
from .runs.restore import open_run, restore_learners


class Policy:
    """Learners of a run, acting for all agents of one PettingZoo environment.

    Args:
        env: one that the learners were built for. How it is read is kept, the environment itself is
            not.
    """

    def __init__(self, experiment: Experiment, learners: Mapping[str, Learner], env: BatchEnv):
        self.experiment = experiment
        self.learners = learners
        self._rows = AgentRows(env)
        self._env: ParallelView | None = None
        self.reset()

    def reset(self) -> None:
        """Reset the hidden states; call it whenever the environment is reset."""
        self._hidden_states = {name: learner.initial_hidden_state(1) for name, learner in self.learners.items()}
        self._first = True

    def _env_state(self, group: str, learner: Learner) -> Any:
        """State of the environment that `make_env` gave, for policies that read it."""
        if not learner.reads_env_state:
            return None
        if self._env is None:
            raise UserError(
                f"the group '{group}' is played by {type(learner).__name__}, which reads the environment's state; play in policy.make_env()"
            )
        return self._env.env.world_state

    def act(
        self, observations: Mapping[Any, Any], greedy: bool = False, infos: Mapping[Any, Any] | None = None
    ) -> dict[Any, Any]:
        """Choose actions for the agents that observe.

        Args:
            observations: agent to its observation, as `reset` and `step` of the environment return
                them: of `make_env`, or of a PettingZoo environment of your own that was trained in.
            greedy: choose the most likely action instead of drawing one.
            infos: agent to its info, as they came with the observations; needed where action masks
                stand in the infos.

        Returns:
            Agent to its action, in the form that the environment takes.

        Raises:
            KeyError: an agent is not of this policy's environment.
            BadParameter: an observation is not of its agent's space, or a mask is missing.
            UserError: a scripted policy reads the environment's state, but `make_env` was not
                called.
        """
        places = self._rows.locate(observations)
        seen = {
            agent: self._rows.read(
                agent,
                self._rows.groups[group],
                observations[agent],
                None if infos is None else infos.get(agent) or {},
            )
            for agent, (group, _) in places.items()
        }
        actions: dict[Any, Any] = {}
        for name, learner in self.learners.items():
            own = {agent: i for agent, (group, i) in places.items() if group == name}
            step = _group_step(learner.group, {i: seen[agent] for agent, i in own.items()}, self._first)
            decision = learner.act(
                step._replace(env_state=self._env_state(name, learner)), self._hidden_states[name], greedy
            )
            self._hidden_states[name] = decision.hidden_state
            actions |= {
                agent: self._rows.action(name, decision.action[0][i], seen[agent].is_row) for agent, i in own.items()
            }
        self._first = False
        return {agent: actions[agent] for agent in places}

    def make_env(self, render_mode: str | None = None) -> Any:
        """Make the environment of training.

        Ours is a PettingZoo ParallelEnv; a bridged one is as its factory gives it.
        """
        task = self.experiment.to_dict()["task"]
        if is_bridged(self.experiment.environment):
            own = {} if render_mode is None else {"render_mode": render_mode}
            env = make(self.experiment.environment, 1, **task | {"arguments": task["arguments"] | own})
            assert isinstance(env, Bridge)
            return env.original
        self._env = parallel_env(self.experiment.environment, render_mode, **task)
        return self._env


def load_policy(folder: str | Path, checkpoint: str = "last", trust: bool = False) -> Policy:
    """Load the policy of a run.

    Args:
        folder: the run folder that `stigmergy train` made.
        checkpoint: `last`, or `best` by evaluation.
        trust: agree to execute the code that the run names, its plugins or the module of its
            environment. It is needed once for each contents, unless you trained the run yourself or
            have imported the same code.

    Raises:
        BadParameter: there is no run in `folder`.
        NotAgreed: the run has code that you have not agreed to.
        UserError: no checkpoint can be read.
    """
    run, experiment = open_run(folder, trust)
    env = experiment.make_env(1)
    try:
        learners, sentences = restore_learners(run, experiment, env, checkpoint)
    finally:
        _close(env)  # a process may allow only one, and the policy plays in another
    for sentence in sentences:
        warnings.warn(sentence, stacklevel=2)
    return Policy(experiment, learners, env)


def _close(env: BatchEnv) -> None:
    """Close an environment that is no longer needed.

    A failure, or an exit of the process, is only a warning.
    """
    try:
        env.close()
    except (Exception, SystemExit) as error:
        warnings.warn(f"close() of '{env.spec.id}' fails: {type(error).__name__}: {error}", stacklevel=3)


def _group_step(group: GroupSpec, seen: Mapping[int, AgentObservation], first: bool) -> GroupStep:
    """Rows of a batch from observations of agents by index.

    Agents without an observation need not act.
    """
    space = group.observation_space
    observation = np.zeros((1, group.size, *space.shape), space.dtype)
    active = np.zeros((1, group.size), np.bool_)
    mask = np.ones((1, group.size, group.num_choices), np.bool_) if group.has_action_mask else None
    for i, own in seen.items():
        observation[0, i] = own.row
        active[0, i] = True
        if mask is not None and own.mask is not None:
            mask[0, i] = own.mask
    rewards, flags = np.zeros((1, group.size), np.float32), np.zeros((1, group.size), np.bool_)
    return GroupStep(observation, mask, rewards, flags, active, np.zeros(1, np.bool_), np.array([first]))
