"""Runs and exported policies in the place of scripted ones: they play, and learn no more."""

import os
import warnings
import zipfile
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ...algorithms.core.learner import Context, Decision, Learner
from ...algorithms.core.make import finders
from ...algorithms.export.load_policy import Policy
from ...envs.core.spec import GroupSpec
from ...envs.core.timestep import GroupStep
from ...envs.errors import BadParameter
from .restore import open_run, restore_policy
from .run import Run
from .run_files import is_policy_file, is_run


class RunPolicy(Learner):
    """Policy of the last checkpoint of the run in `folder`; `run_policy` makes the subclasses."""

    learns = False
    folder: ClassVar[str]

    def __init__(self, context: Context, config: Any):
        super().__init__(context, config)
        self._policy, sentences = restore_policy(*open_run(self.folder), context)
        for sentence in sentences:
            warnings.warn(sentence, stacklevel=2)
        self._streams = self._policy._streams  # what is saved and put back is what it draws from
        self.reads_env_state = self._policy.reads_env_state  # type: ignore[misc]

    @classmethod
    def plays(cls, group: GroupSpec) -> bool:
        """Return True if the run has a learner of the group's name, or only one."""
        kept = Run(cls.folder).load()[0]["learners"]
        return group.name in kept or len(kept) == 1

    def act(self, step: GroupStep, hidden_state: Any, greedy: bool = False) -> Decision:
        decision = self._policy.act(step, hidden_state, greedy)
        return Decision(decision.action, decision.hidden_state)

    def initial_hidden_state(self, num_envs: int) -> Any:
        return self._policy.initial_hidden_state(num_envs)

    def reseed(self, seed: int) -> None:
        super().reseed(seed)
        self._policy.reseed(seed)

    def state_dict(self) -> dict[str, Any]:
        return self._policy.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._policy.load_state_dict(state)


class FilePolicy(Learner):
    """Policy in the file `path` of `stigmergy export`; it takes the most likely actions.

    `file_policy` makes the subclasses.

    Raises:
        BadParameter: the file holds no policy, or none for such a group.
    """

    learns = False
    path: ClassVar[str]

    def __init__(self, context: Context, config: Any):
        super().__init__(context, config)
        self._policy, group = _read(self.path, context.group.name), context.group
        size, observed = self._policy.graph["size"], tuple(self._policy.graph["inputs"]["observation"][1:])
        if size not in (None, group.size) or observed != group.observation_space.shape:
            agents = "any number of agents" if size is None else f"{size} agents"
            raise BadParameter(
                f"the policy '{self.path}' is for {agents} with observations {observed}; the group '{group.name}' of '{context.env.id}' "
                f"has {group.size} with {group.observation_space.shape}"
            )

    @classmethod
    def plays(cls, group: GroupSpec) -> bool:
        """Return True if the file has a policy of the group's name, or only one."""
        kept = _read(cls.path, group.name).about["groups"]
        return group.name in kept or len(kept) == 1

    def act(self, step: GroupStep, hidden_state: Any, greedy: bool = False) -> Decision:
        if hidden_state is not None:
            hidden_state = np.where(step.first[:, None, None], np.float32(0), hidden_state)
        action, _, hidden_state = self._policy.act(step.observation, step.action_mask, hidden_state, step.active)
        shape = (*step.active.shape, *self.group.action_shape)
        return Decision(np.asarray(action, self.group.action_dtype).reshape(shape), hidden_state)


def _read(path: str, group: str) -> Policy:
    """Policy of the group in a file, or its only one. Raises BadParameter if there is none."""
    try:
        try:
            return Policy(path, group)
        except ValueError:
            return Policy(path)
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise BadParameter(f"'{path}' holds no policy of '{group}' that `stigmergy export` wrote: {error}") from error


def file_policy(name: str) -> type[FilePolicy] | None:
    """Make the learner class for an exported policy in the file `name`; None if it is no such."""
    if not is_policy_file(name):
        return None
    return type("FilePolicy", (FilePolicy,), {"path": name, "__doc__": f"Policy in the file '{name}'."})


def run_policy(name: str) -> type[RunPolicy] | None:
    """Make the learner class for the run in the folder `name`; None if it is no path of a run.

    Raises:
        BadParameter: it looks like a path, and there is no run.
        NotAgreed: the run has code that the user has not agreed to.
    """
    if not is_run(name) and (os.sep not in name or Path(name).is_file()):
        return None
    open_run(name)
    return type(
        f"Policy of {Path(name).name}", (RunPolicy,), {"folder": name, "__doc__": f"Policy of the run '{name}'."}
    )


finders.extend((file_policy, run_policy))
