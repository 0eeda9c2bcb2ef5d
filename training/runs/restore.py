"""Learners restored from a run's checkpoint."""

import dataclasses
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from ...algorithms.core.learner import Context, Learner
from ...algorithms.core.make import make_learner
from ...envs.core.config import Config
from ...envs.core.env import BatchEnv
from ...envs.core.spec import EnvSpec, GroupSpec
from ...envs.errors import BadParameter, UserError
from ...envs.interop.from_pettingzoo import Bridge
from ...envs.registration.make import config_class, full_id, is_bridged
from ...envs.tools.fingerprint import BRIDGED, fingerprint, trace_digest
from ..agent_subset import AgentSubset, fits
from ..experiment import Experiment, build_experiment
from ..system import check_device
from ..trainer import build_learners
from ..trust.plugins import load_code
from .process_digest import differs_elsewhere
from .run import Run
from .run_files import kept_runs, with_run_files


def open_run(folder: str | Path, trust: bool = False, given: Sequence[str] = ()) -> tuple[Run, Experiment]:
    """Open a run and its experiment.

    The code that the run needs is imported, that of runs which it keeps as well, and the files that
    it keeps get their whole paths.

    Args:
        trust: agree to that code.
        given: plugins and `pettingzoo:` ids of this command line; see `plugins.load_code`.

    Raises:
        BadParameter: there is no run in `folder`.
        NotAgreed: the run has code that the user has not agreed to.
        CannotImport: a plugin is gone.
    """
    run = Run.open(folder)
    for kept in kept_runs(run.folder):
        open_run(kept, trust, given)
    config = run.config()
    load_code(config, f"the run '{folder}'", run.folder, trust, given)
    environment = config.get("environment")
    task_class = config_class(environment) if isinstance(environment, str) else None
    experiment = build_experiment(with_run_files(config, task_class, run.folder))
    if isinstance(experiment.task, Config):  # a run's config has all its values written out
        experiment = dataclasses.replace(experiment, task=experiment.task.forget_defaults())
    return run, experiment


def restore_learners(
    run: Run, experiment: Experiment, env: BatchEnv, which: str = "last"
) -> tuple[dict[str, Learner], list[str]]:
    """Restore the learners of `run` for `env`, with a sentence for each skipped damaged checkpoint.

    `env` may have other parameters than the run's own environment if the policies fit: other maps,
    and with shared parameters and no agent id another number of agents. It may also be another
    environment. Groups of one name belong together, or the only groups of both sides. If only some
    of the agents are present, as in a scenario, each acts as the trained agent of its name.

    Raises:
        UserError: no checkpoint can be read, it belongs to another environment, or its parameters
            do not fit `env`.
    """
    state, warnings = run.load(which)
    warnings += check_environment(run, state, experiment, env)
    try:
        check_device(experiment.training.device)
    except BadParameter as error:
        warnings.append(f"{error}; the policy runs on the cpu instead")
        experiment = dataclasses.replace(experiment, training=dataclasses.replace(experiment.training, device="cpu"))
    sources = _sources(run, list(state["learners"]), env)
    learner_configs = {name: experiment.learner_config(source) for name, source in sources.items()}
    learners = build_learners(dataclasses.replace(experiment, learners=learner_configs), env, experiment.training.seed)
    loaded = {
        name: _load(run, experiment, learner, state["learners"][sources[name]], sources[name])
        for name, learner in learners.items()
    }
    return loaded, warnings


def restore_policy(run: Run, experiment: Experiment, context: Context) -> tuple[Learner, list[str]]:
    """Restore the learner of `run` that plays the group of `context`, with sentences as above.

    It is the one of the group's name, or the only one of the run. Its random streams start from the
    seed of `context`.

    Raises:
        UserError: as `restore_learners` raises it.
    """
    state, warnings = run.load()
    warnings += check_environment(run, state, experiment)
    source = source_of(run, state["learners"], context.env, context.group.name)
    own, training = experiment.learner_config(source), experiment.training
    context = dataclasses.replace(  # exploration may depend on the length of its own run
        context,
        num_updates=training.num_updates,
        num_envs=training.num_envs,
        rollout_length=training.rollout_length,
        base=None,
    )
    learner = make_learner(own.algorithm, context, own.config)
    policy = _load(run, experiment, learner, state["learners"][source], source)
    policy.reseed(context.seed)
    return policy, warnings


def _load(run: Run, experiment: Experiment, learner: Learner, kept: dict[str, Any], source: str) -> Learner:
    """Load the state `kept` of the run's group `source` into `learner`, or play it as a subset."""
    group = learner.group
    try:
        fit(run, lambda: learner.load_state_dict(kept), f" the {group.size} agents of '{group.name}' here")
    except UserError:
        trained = _as_trained(experiment, source, group)
        if trained is None:
            raise
        trained.load_state_dict(kept)
        return AgentSubset(trained, group)
    return learner


def _as_trained(experiment: Experiment, source: str, group: GroupSpec) -> Learner | None:
    """Learner of the run's group `source` with all its trained agents; None if they do not fit.

    The agents of `group` have to be some of them.
    """
    env = experiment.make_env(1)
    try:
        if fits(group, env.spec.group(source)):
            return build_learners(experiment, env, experiment.training.seed)[source]
        return None
    finally:
        env.close()


def _sources(run: Run, kept: list[str], env: BatchEnv) -> dict[str, str]:
    """For each group of `env` the group of the run whose learner plays it.

    Raises UserError if there is none.
    """
    names = [group.name for group in env.spec.groups]
    if len(names) == len(kept) == 1:
        return {names[0]: kept[0]}
    missing = [name for name in names if name not in kept]
    if missing:
        raise UserError(
            f"'{env.spec.id}' has the group '{missing[0]}', for which the checkpoint of '{run.folder}' has no learner; it has {', '.join(kept)}"
        )
    return {name: name for name in names}


def source_of(run: Run, kept: Collection[str], env: EnvSpec, group: str) -> str:
    """Group of the run that stands for `group` elsewhere: the one of its name, or the only one.

    Raises UserError if there is none.
    """
    if group in kept or len(kept) == 1:
        return group if group in kept else next(iter(kept))
    raise UserError(
        f"'{env.id}' has the group '{group}', for which the checkpoint of '{run.folder}' has no learner; it has {', '.join(kept)}"
    )


def check_environment(
    run: Run, state: dict[str, Any], experiment: Experiment, env: BatchEnv | None = None
) -> list[str]:
    """Compare the environment of a checkpoint with the present one.

    Returns sentences on properties that could not be compared. `env` may be the experiment's own or
    another one; without it one is built where that is needed. A bridged one is played, and has to
    be reset afterwards.

    Raises:
        UserError: the checkpoint was made in another environment, or in one whose rules have
            changed since.
    """
    made_in = state["environment"]
    if made_in["id"] != experiment.environment:
        raise UserError(
            f"the checkpoint of '{run.folder}' comes from '{made_in['id']}', not from '{experiment.environment}'"
        )
    kept = made_in["fingerprint"]
    if kept is None:
        return [
            f"'{experiment.environment}' was not reproducible when the run '{run.folder}' began, so it cannot be told if its rules have changed since"
        ]
    if not is_bridged(experiment.environment):
        now = fingerprint(experiment.environment, experiment.task)
    else:
        if not kept.startswith(BRIDGED):
            return [
                f"the run '{run.folder}' is of an earlier version, so it cannot be told if the rules of '{experiment.environment}' have changed since"
            ]
        own = _own(experiment, env)
        now = trace_digest(own)
        if now not in (kept, trace_digest(own)):
            return [
                f"'{experiment.environment}' is not reproducible, so it cannot be told if its rules have changed since"
            ]
        if now != kept and differs_elsewhere(experiment.environment, experiment.task, (now, kept)):
            return [
                f"'{experiment.environment}' does other things in another process with the same seed, so it cannot be told if its rules have changed since"
            ]
    if now != kept:
        then, today = (digest.removeprefix(BRIDGED)[:12] for digest in (kept, now))
        raise UserError(
            f"the rules of '{experiment.environment}' with these parameters have changed since the checkpoint of '{run.folder}' was made "
            f"(fingerprint {then} then, {today} now)"
        )
    return []


def _own(experiment: Experiment, env: BatchEnv | None) -> Bridge:
    """Bridged environment of the run itself: `env` if it is that one, else a new one.

    A new one stays open, because closing it may close resources that it shares with `env`.
    """
    own = env
    if own is None or own.spec.id != full_id(experiment.environment) or own.config != experiment.task:
        own = experiment.make_env(1)
    assert isinstance(own, Bridge)
    return own


def fit(run: Run, load: Callable[[], None], whose: str = "") -> None:
    """Call `load`; raise UserError if the checkpoint's shapes or names do not fit.

    The sentence names `whose` they are.
    """
    try:
        load()
    except (KeyError, RuntimeError, ValueError, TypeError) as error:
        reason = " ".join(str(error).split())
        raise UserError(
            f"the checkpoint of '{run.folder}' does not fit{whose}: {type(error).__name__}: {reason}"
        ) from error
