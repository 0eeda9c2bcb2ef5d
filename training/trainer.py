"""Trainer: collect, learn, log, evaluate, checkpoint."""

import math
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from ..algorithms.core.learner import Context, Decision, Diverged, DoesNotFit, Information, Learner, derive_seed
from ..algorithms.core.make import make_learner
from ..envs.core.env import BatchEnv
from ..envs.core.spec import EnvSpec, GroupSpec
from ..envs.core.system_memory import bytes_of_arrays, check_memory
from ..envs.core.timestep import TimeStep
from ..envs.errors import BadParameter, NotFinite, UserError
from ..envs.interop.from_pettingzoo import Bridge
from ..envs.tools.fingerprint import Identity, identify
from .confidence_intervals import mean_of_defined
from .episode_stats import EpisodeTotals
from .evaluation import Outcomes, Watch, check_best_metric, decide, evaluate, step_limit
from .experiment import Experiment, check_groups
from .nonfinite import find_fault
from .rollout_buffer import RolloutBuffer, share
from .system import check_device, keep_freed_memory, set_threads

Metrics = dict[str, float]


@dataclass
class Progress:
    """Progress of a run."""

    update: int = 0
    best: float = -math.inf


class PhaseClock:
    """Seconds spent in each phase since the last read."""

    def __init__(self):
        self.seconds: dict[str, float] = {}

    @contextmanager
    def phase(self, name: str):
        """Count the time of a with-block."""
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start

    def read(self) -> dict[str, float]:
        """Return the seconds by phase and restart them from 0."""
        seconds, self.seconds = self.seconds, {}
        return seconds


def build_learners(
    experiment: Experiment, env: BatchEnv, seed: int, bases: Mapping[str, Learner] = MappingProxyType({})
) -> dict[str, Learner]:
    """Build a learner for every group of the environment.

    Args:
        bases: group name to the learner that the group's learner starts from.

    Raises:
        UnknownName, BadParameter: a name or value is not allowed, or a base does not fit.
    """
    check_device(experiment.training.device)
    check_groups(experiment, [group.name for group in env.spec.groups])

    def build(group: GroupSpec) -> Learner:
        learner_config = experiment.learner_config(group.name)
        training = experiment.training
        context = Context(
            env.spec,
            group,
            derive_seed(seed, "learner", group.name),
            training.num_updates,
            training.num_envs,
            training.rollout_length,
            training.device,
            env.config,
            bases.get(group.name),
            training.schedule_start,
            training.schedule_length,
        )
        learner = make_learner(learner_config.algorithm, context, learner_config.config)
        if context.base is not None:
            try:
                learner.start_from(context.base)
            except DoesNotFit as error:
                raise BadParameter(
                    f"the base '{learner_config.base}' does not fit the learner of '{group.name}': {error}"
                ) from error
        return learner

    return {group.name: build(group) for group in env.spec.groups}


class Trainer:
    """Trainer of the learners of an experiment, without files, displays, or signals.

    `state_dict` after an update and `load_state_dict` into a new trainer resume bit-exactly (CPU,
    same number of threads).

    Args:
        find_bases: called with the spec of the environment; group name to the learner that the
            group's learner starts from.
    """

    def __init__(
        self, experiment: Experiment, find_bases: Callable[[EnvSpec], Mapping[str, Learner]] = lambda spec: {}
    ):
        config = experiment.training
        set_threads(config.threads)
        keep_freed_memory()
        self.experiment = experiment
        self.env = experiment.make_env(config.num_envs)
        check_best_metric(config.best_metric, self.env)
        self.learners = build_learners(experiment, self.env, config.seed, find_bases(self.env.spec))
        for learner in self.learners.values():
            learner.prepare()
        informed = [learner.information for learner in self.learners.values()]
        self.env.needs_state = Information.JOINT in informed
        self.buffers = {
            name: RolloutBuffer(
                self.env.spec, learner.group, config.num_envs, config.rollout_length, learner.information
            )
            for name, learner in self.learners.items()
            if learner.learns or any(other.information is Information.JOINT for other in self.learners.values())
        }
        if config.evaluation_interval:
            wanted = bytes_of_arrays(self.env) // config.num_envs * config.evaluation_episodes
            check_memory(
                f"an evaluation of {config.evaluation_episodes:,} episodes side by side",
                wanted,
                "fewer evaluation_episodes need less",
            )
        self.hidden_states = {
            name: learner.initial_hidden_state(config.num_envs) for name, learner in self.learners.items()
        }
        self.totals = EpisodeTotals(config.num_envs, list(self.learners))
        self.progress = Progress()
        self.clock = PhaseClock()
        self.consistent = True
        """True if `state_dict` is that after a whole update. It is False while learners learn, and
        after one of them failed in it."""
        self._evaluation: tuple[BatchEnv, dict[str, Learner]] | None = None
        self._step: TimeStep = self.env.reset(derive_seed(config.seed, "environment"))

    @property
    def finished(self) -> bool:
        """True if all updates are made."""
        return self.progress.update >= self.experiment.training.num_updates

    @property
    def steps(self) -> int:
        """Environment steps so far, summed over the envs."""
        config = self.experiment.training
        return self.progress.update * config.num_envs * config.rollout_length

    def update(self) -> Metrics:
        """Collect one rollout and learn from it.

        Returns:
            Metrics by name: `episode/...` means over the episodes that ended, `<group>/...` what
            the learner reports.

        Raises:
            Diverged: a learner reported something that is not finite.
            NotFinite: it did so because the environment gave something that is not.
        """
        mark = self._mark()
        try:
            before = self._collect()
            # A replay would return it later, when its origin can no longer be found.
            self._refuse_faults({name: own for name, own in self.buffers.items() if _replays(self.learners[name])})
        except BaseException as error:
            self._go_back(mark)
            if isinstance(error, Exception) and not isinstance(error, UserError):
                self._refuse_faults(self.buffers, error)
            raise
        try:
            return self._learn(before)
        except Diverged as error:
            self._refuse_faults(self.buffers, error)
            raise

    def _refuse_faults(self, buffers: Mapping[str, RolloutBuffer], cause: Exception | None = None) -> None:
        """Raise NotFinite if the environment has given a value that is not finite.

        The environment is then the cause, not the learner.
        """
        fault = find_fault(self.experiment.environment, buffers)
        if fault:
            raise NotFinite(fault) from cause

    def _learn(self, before: dict[str, Any]) -> Metrics:
        """Learn from the collected rollouts; `before` holds the hidden states at their start."""
        self.consistent = False
        metrics = self.totals.flush()
        with self.clock.phase("learn"):
            rollouts = {
                name: buffer.rollout(before[name], self.hidden_states[name]) for name, buffer in self.buffers.items()
            }
            for name, learner in self.learners.items():
                if learner.learns:
                    joint = learner.information is Information.JOINT
                    metrics |= _checked(name, learner.learn(share(rollouts, name) if joint else rollouts[name]))
        self.progress.update += 1
        self.consistent = True
        return metrics

    def identify(self) -> Identity:
        """Compute the identity of the environment.

        A bridged one is played for it, and begins new episodes.
        """
        identity = identify(self.experiment.environment, self.experiment.task, self.env)
        if isinstance(self.env, Bridge):
            self._step = self.env.reset(derive_seed(self.experiment.training.seed, "environment"))
        return identity

    def prepare_evaluation(self) -> BatchEnv:
        """Build the envs and learners of evaluations, unless they exist; return the envs."""
        if self._evaluation is None:
            config = self.experiment.training
            env = self.experiment.make_env(config.evaluation_episodes)
            self._evaluation = env, build_learners(self.experiment, env, config.seed)
        return self._evaluation[0]

    @property
    def evaluation_limit(self) -> int | None:
        """Steps after which episodes of an evaluation are cut; None if the environment ends all."""
        return step_limit(self.env.spec, self.experiment.training.evaluation_max_steps)

    def evaluate(self, stop: Callable[[], bool] | None = None, watch: Watch | None = None) -> Outcomes:
        """Play `evaluation_episodes` with the learners as they are now, and return the outcomes.

        Envs and random streams are separate from those of training. Training state is not touched,
        so an evaluation can be given up and made again. `watch` is called after every step.

        Raises:
            Abandoned: `stop`, which is asked before every step, returned True.
        """
        config = self.experiment.training
        self.prepare_evaluation()
        assert self._evaluation is not None
        env, players = self._evaluation
        for name, learner in self.learners.items():
            players[name].load_state_dict(learner.state_dict())
        seed = derive_seed(config.seed, "evaluation")
        greedy, limit = config.evaluation_greedy, self.evaluation_limit
        return evaluate(env, players, seed, greedy, limit, watch=watch, stop=stop)

    def close(self) -> None:
        """Close the environments."""
        self.env.close()
        if self._evaluation is not None:
            self._evaluation[0].close()

    def is_best(self, outcomes: Outcomes) -> bool:
        """Record the evaluation's score; return True if it beats all before it."""
        columns = outcomes.columns()
        score = mean_of_defined(columns.get(self._best_metric(columns), np.full(1, np.nan)))
        better = score > self.progress.best
        if better:  # an undefined score is not better, and must not be recorded
            self.progress.best = score
        return better

    def _best_metric(self, columns: Mapping[str, Any]) -> str:
        """Name of the outcome that decides.

        A bridged environment reports its outcomes only now and then.
        """
        name = self.experiment.training.best_metric
        if name not in columns:
            warnings.warn(
                f"best_metric is '{name}', and the evaluation of '{self.experiment.environment}' has {', '.join(columns)}; "
                "no best checkpoint is kept until it comes",
                stacklevel=2,
            )
        return name

    def state_dict(self, experience: bool = True) -> dict[str, Any]:
        """State on which the rest of the run depends.

        Without `experience`, only the state on which the learners' policies depend.
        """
        return {
            "progress": {"update": self.progress.update, "best": self.progress.best},
            "learners": {name: learner.state_dict() for name, learner in self.learners.items()},
            "experience": {name: learner.experience() for name, learner in self.learners.items() if experience},
            "memories": self.hidden_states,
            "env": self.env.snapshot()._asdict(),
            "events": self._events(),
            "totals": self.totals.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state from `state_dict`."""
        self.progress = Progress(**state["progress"])
        for name, learner in self.learners.items():
            learner.load_state_dict(state["learners"][name])
            learner.load_experience(state["experience"].get(name, {}))
        self.hidden_states = state["memories"]
        self._step = self.env.restore(self.env.state_of(state["env"]))
        # The report of the last step is not part of the snapshot.
        for name, value in self._events().items():
            np.copyto(value, state["events"][name])
        self.totals.load_state_dict(state["totals"])
        if not self.env.spec.resumable:
            self.totals.clear()

    def _events(self) -> dict[str, Any]:
        rewards = {f"reward/{name}": group.reward for name, group in self.env.groups.items()}
        return rewards | {f"signal/{name}": signal for name, signal in self.env.signals.items()}

    def _mark(self) -> dict[str, Any]:
        """State that collecting changes, for a return to it after a failure."""
        streams = {name: Learner.state_dict(learner) for name, learner in self.learners.items()}
        return {
            "memories": dict(self.hidden_states),
            "env": self.env.snapshot(),
            "events": {name: value.copy() for name, value in self._events().items()},
            "totals": self.totals.copy(),
            "streams": streams,
        }

    def _go_back(self, mark: dict[str, Any]) -> None:
        """Make `state_dict` the one after the last update.

        It is only for saving: the environments themselves have gone on.
        """
        self.hidden_states = mark["memories"]
        for own, kept in zip(self.env.state, mark["env"]):
            np.copyto(own, kept)
        for name, value in self._events().items():
            np.copyto(value, mark["events"][name])
        self.totals = mark["totals"]
        for name, learner in self.learners.items():
            Learner.load_state_dict(learner, mark["streams"][name])

    def _collect(self) -> dict[str, Any]:
        """Fill the buffers; return the hidden states at their beginning."""
        before = dict(self.hidden_states)
        step = self._step
        for t in range(self.experiment.training.rollout_length):
            with self.clock.phase("act"):
                for buffer in self.buffers.values():
                    buffer.see(t, step)
                decisions = {name: self._decide(name, step) for name in self.learners}
            with self.clock.phase("env"):
                step = self.env.step({name: decision.action for name, decision in decisions.items()})
            with self.clock.phase("act"):
                for name, buffer in self.buffers.items():
                    buffer.follow(t, decisions[name], step)
                self.totals.add(step)
        for buffer in self.buffers.values():
            buffer.see(buffer.length, step)
        self._step = step
        return before

    def _decide(self, name: str, step: TimeStep) -> Decision:
        decision = decide(self.env, step, name, self.learners[name], self.hidden_states[name])
        self.hidden_states[name] = decision.hidden_state
        return decision


def _replays(learner: Learner) -> bool:
    """True if a learner keeps rollouts beyond the next update."""
    return type(learner).experience is not Learner.experience


def _checked(group: str, metrics: Metrics) -> Metrics:
    for name, value in metrics.items():
        if not math.isfinite(value):
            raise Diverged(group, "its agents", name, value)
    return {f"{group}/{name}": float(value) for name, value in metrics.items()}
