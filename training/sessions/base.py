"""Warm starts: the learners of another run, from which those of a new run start."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...algorithms.core.learner import Learner
from ...envs.core.spec import EnvSpec
from ...envs.errors import BadParameter
from ..experiment import Experiment
from ..runs.restore import open_run, restore_learners, source_of
from ..runs.run import Run
from ..runs.run_files import RUN_KEYS, is_run


def find_bases(experiment: Experiment, spec: EnvSpec) -> dict[str, Learner]:
    """Group name to the learner that the group's learner starts from, as it was trained.

    It is the one of the group's name in the other run, or the only one there.

    Raises:
        BadParameter: there is no run in a folder, or a base belongs to no group.
        NotAgreed: a run has code that the user has not agreed to.
        UserError: no checkpoint can be read, or it has no learner of the group.
    """
    own = {group.name: experiment.learner_config(group.name).base for group in spec.groups}
    if experiment.learner.base and all(group in experiment.learners for group in own):
        raise BadParameter(
            f"base is '{experiment.learner.base}', but every group of '{spec.id}' has a learner of its own under learners; give the base there"
        )
    trained = {folder: _restored(folder) for folder in dict.fromkeys(own.values()) if folder}
    return {
        group: trained[folder][source_of(Run(folder), trained[folder], spec, group)]
        for group, folder in own.items()
        if folder
    }


def _restored(folder: str) -> dict[str, Learner]:
    """The learners of a run, as they were trained."""
    run, experiment = open_run(folder)
    env = experiment.make_env(1)
    try:
        return restore_learners(run, experiment, env)[0]
    finally:
        env.close()


def agree_to_runs(config: Mapping[str, Any], trust: bool, given: Sequence[str] = ()) -> None:
    """Open the runs that a config names as policies or bases, so that their code is agreed to.

    Args:
        trust, given: as for `open_run`.

    Raises:
        NotAgreed: a run has code that the user has not agreed to.
    """
    learners = config.get("learners") or {}
    choices = [config, *(learners.values() if isinstance(learners, Mapping) else ())]
    names = [own.get(key) for own in choices if isinstance(own, Mapping) for key in RUN_KEYS]
    for name in dict.fromkeys(names):
        if isinstance(name, str) and is_run(name):
            open_run(name, trust, given)
