"""Evaluation: play whole episodes and return their outcomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..algorithms.core.learner import Decision, Learner
from ..envs.core.env import BatchEnv
from ..envs.core.spec import EnvSpec
from ..envs.core.timestep import GroupStep, TimeStep
from ..envs.core.validation import check_within
from ..envs.errors import BadParameter, UserError
from ..envs.tools.play import play
from .episode_stats import RunningTotals, episode_columns

Watch = Callable[[TimeStep, NDArray[np.bool_]], None]
"""Callback of each step; the mask `(num_envs,)` is True in envs whose episode still runs."""
ENDLESS_STEPS = 1000
"""Steps after which an episode is cut in an environment without a horizon. Another limit can be
given."""


class Abandoned(Exception):
    """Evaluation that was given up before its episodes had ended."""


@dataclass(frozen=True)
class Outcomes:
    """Outcomes of episodes, one row each."""

    returns: dict[str, NDArray[np.float64]]
    """Group name to `(episodes,)`: rewards summed over the episode, mean over the group's
    agents."""
    lengths: NDArray[np.int64]
    metrics: dict[str, NDArray[np.float64]]
    """Episode metric to `(episodes,)`; NaN in episodes that were cut."""
    cut: NDArray[np.bool_]
    """Mask `(episodes,)` of the episodes that reached the limit of steps before their end. Their
    return and length are those up to the limit."""

    def columns(self) -> dict[str, NDArray[Any]]:
        """Every outcome by its logged name.

        `return` is the mean over groups; several groups have a return of their own each.
        """
        return episode_columns(self.returns, self.lengths) | self.metrics


def outcome_names(env: EnvSpec) -> list[str]:
    """Names of the columns of an evaluation in `env`."""
    returns = [f"return/{group.name}" for group in env.groups] if len(env.groups) > 1 else []
    return ["return", "length", *returns, *env.metrics]


def check_best_metric(name: str, env: BatchEnv) -> None:
    """Raise BadParameter unless an evaluation in `env` has an outcome of that name."""
    known = outcome_names(env.spec)
    if name not in known and not env.spec.open_metrics:
        raise BadParameter(f"best_metric is '{name}'; the evaluation of '{env.spec.id}' has {', '.join(known)}")


def step_limit(env: EnvSpec, wanted: int | None) -> int | None:
    """Steps after which episodes are cut, or None.

    It is the wanted number, else `ENDLESS_STEPS` if `env` has no horizon, else None.
    """
    return ENDLESS_STEPS if wanted is None and env.horizon is None else wanted


def cut_sentence(outcomes: Outcomes, limit: int | None, option: str) -> str:
    """Sentence on the number of episodes cut at `limit` steps; empty if none was cut.

    It names the `option` that sets the limit.
    """
    cut, episodes = int(outcomes.cut.sum()), len(outcomes.cut)
    if not cut:
        return ""
    return (
        f"{cut} of {episodes} episodes were cut after {limit} steps, before their end: "
        f"their returns and lengths are those up to there; {option} sets the limit"
    )


def group_step(env: BatchEnv, step: TimeStep, name: str, learner: Learner) -> GroupStep:
    """Inputs of a group's learner; planners that declare it get the environment's whole state."""
    group = step.groups[name]
    return group._replace(env_state=env.world_state) if learner.reads_env_state else group


def decide(
    env: BatchEnv, step: TimeStep, name: str, learner: Learner, hidden_state: Any, greedy: bool = False
) -> Decision:
    """Decision of a group's learner.

    Raises UserError if its actions are not `(num_envs, group size, *action_shape)`.
    """
    decision = learner.act(group_step(env, step, name, learner), hidden_state, greedy)
    expected = (env.num_envs, learner.group.size, *learner.group.action_shape)
    if np.shape(decision.action) != expected:
        raise UserError(
            f"the learner {type(learner).__name__} gave the group '{name}' actions of shape {np.shape(decision.action)}; expected {expected}"
        )
    return decision


class Players:
    """Learners of all groups with their hidden states, acting together."""

    def __init__(self, env: BatchEnv, learners: Mapping[str, Learner], greedy: bool = False):
        self.env = env
        self.learners = learners
        self.greedy = greedy
        self.hidden_states = {name: learner.initial_hidden_state(env.num_envs) for name, learner in learners.items()}

    def act(self, step: TimeStep) -> dict[str, NDArray[Any]]:
        """Actions of all groups by name: `(num_envs, group size, *action_shape)`."""
        actions = {}
        for name, learner in self.learners.items():
            decision = decide(self.env, step, name, learner, self.hidden_states[name], self.greedy)
            self.hidden_states[name] = decision.hidden_state
            actions[name] = decision.action
        return actions


def evaluate(
    env: BatchEnv,
    learners: Mapping[str, Learner],
    seed: int,
    greedy: bool = False,
    max_steps: int | None = None,
    watch: Watch | None = None,
    stop: Callable[[], bool] | None = None,
) -> Outcomes:
    """Play one episode in every env of `env`.

    Args:
        learners: by group name; their streams and the environment's start anew from `seed`.
        max_steps: steps after which an episode that goes on is cut, see `Outcomes.cut`; None waits
            for its end.
        watch: called after every step, for what the outcomes do not tell.
        stop: asked before every step; if it returns True, the evaluation is given up.

    Raises:
        BadParameter: `max_steps` is below 1.
        Abandoned: `stop` returned True.
    """
    if max_steps is not None:
        check_within("max_steps", max_steps, 1)
    for learner in learners.values():
        learner.reseed(seed)
    players = Players(env, learners, greedy)
    totals = RunningTotals(env.num_envs, learners)
    metrics: dict[str, NDArray[np.float64]] = {}
    running = np.ones(env.num_envs, np.bool_)
    steps = play(env, players.act, seed)
    next(steps)  # the reset, which belongs to no outcome
    while running.any() and (max_steps is None or totals.lengths.max() < max_steps):
        if stop is not None and stop():
            raise Abandoned
        step = next(steps)
        totals.add(step, running)
        if watch is not None:
            watch(step, running)
        ended = running & step.last
        for name, values in step.metrics.items():
            metrics.setdefault(name, np.full(env.num_envs, np.nan))[ended] = values[ended]
        running &= ~step.last
    for name in env.spec.metrics:  # metrics without a value in any episode are columns too
        metrics.setdefault(name, np.full(env.num_envs, np.nan))
    return Outcomes(totals.returns, totals.lengths, metrics, running)
