"""Runs in the place of scripted policies: they play, and learn no more."""

import os
import warnings
from pathlib import Path
from typing import Any, ClassVar

from ...algorithms.core.learner import Context, Decision, Learner
from ...algorithms.core.make import finders
from ...envs.core.spec import GroupSpec
from ...envs.core.timestep import GroupStep
from .restore import open_run, restore_policy
from .run import Run
from .run_files import is_run


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
        self.reads_world = self._policy.reads_world  # type: ignore[misc]

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


finders.append(run_policy)
