"""Conformance card of an environment: tests of the contract with trainer and PettingZoo.

It works on anything registered, a user's own environment above all, so every finding is a sentence
that says what to mend.
"""

import contextlib
import io
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from pettingzoo.test import api_test, parallel_api_test

from ..core.env import BatchEnv
from ..core.random_policy import random_actions
from ..core.spec import GroupSpec
from ..core.timestep import TimeStep
from ..errors import UserError
from ..interop.from_pettingzoo import Bridge, BrokenEnvironment, IllegalAction
from ..interop.to_pettingzoo.aec import aec_view
from ..interop.to_pettingzoo.parallel import ParallelView
from ..kernels import most_threads, threads
from .array_checks import check_arrays, check_shapes
from .pettingzoo_tests import Broken
from .subject import Subject, check_original, closing, find_obstacle
from .traces import COPIES, SEED, Trace, arrays, difference, in_step, play_at_random, trace

T = TypeVar("T")
STEPS = 300
SPEED_COPIES = (1, 16, 256)
SPEED_SECONDS = 0.5
SPEED_ROWS = 20_000
"""Agents in a batch, beyond which a size is left out of the speed test."""


@dataclass(frozen=True)
class Finding:
    """One line of the card."""

    topic: str
    passed: bool
    sentence: str


@dataclass
class Card:
    """Findings of `check`."""

    id: str
    findings: list[Finding] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """True if nothing has to be mended."""
        return all(finding.passed for finding in self.findings)


def check(id: str, config: Any) -> Card:
    """Examine the environment `id` with its config.

    Raises UserError if it cannot even be built.
    """
    subject = Subject(id, config)
    card = Card(id)
    try:
        bridged = isinstance(subject.build(1), Bridge)
        subject.close()
    except UserError:
        raise
    except Exception as error:
        card.findings.append(Finding("build", False, f"cannot be built: {type(error).__name__}: {error}"))
        return card
    obstacle = find_obstacle(subject) if bridged else ""
    if obstacle:
        subject = Subject(id, config, most=1)
    topics: dict[str, Callable[[Subject], str]] = {
        "api": _check_api,
        "episodes": _check_episodes,
        "spaces": _check_spaces,
        "arrays": check_arrays,
        "shapes": check_shapes,
        "masks": _check_masks,
        "teams": _check_teams,
        "seeds": _check_seeds,
        "envs": _check_envs,
        "threads": _check_threads,
        "snapshots": _check_snapshots,
        "speed": _measure_speed,
        "random play": _play_randomly,
    }
    if bridged:
        topics = {"itself": lambda subject: check_original(subject, obstacle)} | topics
    if obstacle:
        topics["envs"] = lambda subject: obstacle
    fill(card, {topic: closing(test) for topic, test in topics.items()}, subject)
    return card


def fill(card: Card, topics: Mapping[str, Callable[[T], str]], subject: T) -> None:
    """Add a finding for each topic: the sentence that its check returns, or what it found Broken.

    Raises UserError where a check does.
    """
    for topic, examine in topics.items():
        try:
            card.findings.append(Finding(topic, True, examine(subject)))
        except Broken as broken:
            card.findings.append(Finding(topic, False, str(broken)))
        except BrokenEnvironment as error:
            card.findings.append(Finding(topic, False, str(error)))
        except UserError:
            raise
        except Exception as error:  # it is the user's code that failed, and the card says where
            card.findings.append(Finding(topic, False, f"raised {type(error).__name__}: {error}"))


def _check_api(subject: Subject) -> str:
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        for name, test in (("parallel_api_test", _parallel_test), ("api_test", _aec_test)):
            try:
                test(subject.build(1))
                subject.close()
            except IllegalAction:  # they read masks beside observations alone
                return f"PettingZoo's {name} heeds no masks in infos, and stopped at an action that one forbids"
            except Exception as error:
                raise Broken(f"PettingZoo's {name} fails: {error or type(error).__name__}") from error
    return "PettingZoo's parallel_api_test and api_test pass on stigmergy's view of it"


def _parallel_test(env: BatchEnv) -> None:
    parallel_api_test(ParallelView(env), num_cycles=STEPS)


def _aec_test(env: BatchEnv) -> None:
    api_test(aec_view(ParallelView(env)), num_cycles=STEPS)


def _check_episodes(subject: Subject) -> str:
    env = subject.build()
    lengths = np.zeros(env.num_envs, int)
    ended: list[int] = []
    before = np.zeros(env.num_envs, np.bool_)

    def look(t: int, step: TimeStep) -> None:
        if t > 0 and (step.first != before).any():
            raise Broken(
                f"step {t} is marked `first` where the step before was not the last of an episode, or the other way round"
            )
        lengths[step.first] = -1
        lengths[:] += 1
        for name, group in step.groups.items():
            if group.reward[step.first].any():
                raise Broken(
                    f"agents of '{name}' are paid in the step that begins an episode; rewards belong to the step that led there"
                )
            if group.terminated[step.first].any():
                raise Broken(
                    f"an episode begins with terminated agents of '{name}'; _observe has to write `terminated` anew"
                )
            if (group.active & group.terminated).any():
                raise Broken(f"agents of '{name}' are both terminated and active; who is terminated need not act")
        if step.last.any():
            _check_metrics(env, step)
            ended.extend(lengths[step.last].tolist())
        before[:] = step.last

    play_at_random(env, STEPS if env.spec.horizon is None else max(STEPS, 2 * env.spec.horizon + 2), look)
    if env.spec.horizon is not None and (not ended or max(ended) > env.spec.horizon):
        raise Broken(f"the horizon is {env.spec.horizon}, but episodes ended after {ended or 'no'} steps")
    if not ended:
        return f"no episode ended in {STEPS} random steps"
    return f"{len(ended)} random episodes of {min(ended)} to {max(ended)} steps begin and end as they should"


def _check_metrics(env: BatchEnv, step: TimeStep) -> None:
    if set(step.metrics) != set(env.spec.metrics) and not env.spec.open_metrics:
        raise Broken(f"the spec names the metrics {list(env.spec.metrics)}, but _measure returns {list(step.metrics)}")
    for name, values in step.metrics.items():
        if np.isinf(np.asarray(values, float)[step.last]).any():  # NaN says that it is undefined
            raise Broken(f"the metric '{name}' of an episode that ended is infinite")


def _check_spaces(subject: Subject) -> str:
    env = subject.build()

    def look(t: int, step: TimeStep) -> None:
        for group in env.spec.groups:
            _check_rows(group, step, t)

    play_at_random(env, STEPS, look)
    env.close()
    return "observations lie in their spaces, and observations and rewards are finite"


def _check_rows(group: GroupSpec, step: TimeStep, t: int) -> None:
    rows, space = step.groups[group.name], group.observation_space
    seen = rows.observation[rows.active]
    if not np.isfinite(seen).all():
        raise Broken(f"an observation of '{group.name}' is not finite at step {t}")
    if not np.isfinite(rows.reward).all():
        raise Broken(f"a reward of '{group.name}' is not finite at step {t}")
    outside = (seen < space.low) | (seen > space.high)
    if outside.any():
        raise Broken(f"an observation of '{group.name}' is {seen[outside][0]} at step {t}, outside its space {space}")


def _check_masks(subject: Subject) -> str:
    env = subject.build()
    masked = [group.name for group in env.spec.groups if group.has_action_mask]

    def look(t: int, step: TimeStep) -> None:
        for name in masked:
            rows = step.groups[name]
            assert rows.action_mask is not None
            if not rows.action_mask[rows.active].any(axis=-1).all():
                raise Broken(f"an active agent of '{name}' has no legal action at step {t}")

    if not masked:
        return "no group has action masks"
    play_at_random(env, STEPS, look)
    env.close()
    return f"every active agent of {', '.join(masked)} has a legal action at every step"


def _check_teams(subject: Subject) -> str:
    env = subject.build()
    teams = [group.name for group in env.spec.groups if group.shared_reward]

    def look(t: int, step: TimeStep) -> None:
        for name in teams:
            reward = step.groups[name].reward
            if (reward != reward[:, :1]).any():
                raise Broken(
                    f"agents of '{name}' get different rewards at step {t}, where the group has declared shared_reward"
                )

    if not teams:
        return "no group has declared shared_reward"
    play_at_random(env, STEPS, look)
    env.close()
    return f"all agents of {', '.join(teams)} get the same reward in every step, as declared"


def _check_seeds(subject: Subject) -> str:
    one, again, other = (trace(subject.build(), STEPS, seed) for seed in (SEED, SEED, SEED + 1))
    found = difference(one, again)
    if found:
        bridged = isinstance(subject.build(1), Bridge)
        advice = (
            "begin all random streams anew in reset(seed)"
            if bridged
            else "draw random numbers from the state's `stream` alone"
        )
        raise Broken(f"the same seed and actions give two traces: {found}; {advice}")
    starts_alike = difference(one[:1], other[:1]) is None
    return "the same seed repeats a trace; " + (
        "all seeds begin alike" if starts_alike else "another seed begins another"
    )


def _check_envs(subject: Subject) -> str:
    if not subject.build(1).spec.resumable:
        return "envs are environments of their own, stepped one after the other"
    few = in_step(subject.build(COPIES), STEPS)
    for number in (1, 4 * COPIES):
        found = difference(*_common(few, in_step(subject.build(number), STEPS)))
        if found:
            raise Broken(
                f"an env's trace among {COPIES} and among {number} is not the same: {found}; use `where`, and the env's own stream"
            )
    return f"an env runs the same trace alone, among {COPIES} and among {4 * COPIES}"


def _common(one: Trace, other: Trace) -> tuple[Trace, Trace]:
    """Both traces, of the envs that both have."""
    number = min(len(one[0]["first"]), len(other[0]["first"]))
    return tuple([{name: value[:number] for name, value in step.items()} for step in own] for own in (one, other))  # type: ignore[return-value]


def _check_threads(subject: Subject) -> str:
    if not subject.build(1).spec.resumable:
        return "envs are stepped one after the other, on one thread"
    if most_threads() < 2:
        return "kernels have one thread here, so that loops on several were not compared; NUMBA_NUM_THREADS=2 has them compared"
    traces = []
    for number in (1, 2):
        with threads(number):
            traces.append(in_step(subject.build(COPIES), STEPS))
    found = difference(*traces)
    if found:
        raise Broken(
            f"one thread and two give different traces: {found}; inside prange call a kernel that works on one env, and write nothing else"
        )
    return "one thread and two give the same trace"


def _check_snapshots(subject: Subject) -> str:
    env = subject.build()
    if not env.spec.resumable:
        return "its state cannot be copied, so a resumed run begins new episodes"
    generator = np.random.default_rng(SEED)
    step = env.reset(SEED)
    for _ in range(STEPS // 3):
        step = env.step(random_actions(env.spec.groups, step, generator))
    kept, seen = env.snapshot(), arrays(step)
    other = subject.build()
    restored = {name: value for name, value in arrays(other.restore(kept)).items() if not name.startswith("reward")}
    found = difference([{name: seen[name] for name in restored}], [restored])
    for _ in range(STEPS // 3):
        if found is None:
            actions = random_actions(env.spec.groups, step, generator)
            step = env.step(actions)
            found = difference([arrays(step)], [arrays(other.step(actions))])
    if found:
        what = found.split(" at step")[0]
        raise Broken(
            f"an environment restored from a snapshot goes on differently ({what}); all that evolves has to be in `state`"
        )
    return "a restored snapshot resumes bit-exactly"


def _measure_speed(subject: Subject) -> str:
    speeds = []
    for num_envs in SPEED_COPIES[: subject.most]:
        if num_envs > 1 and num_envs * subject.build(1).spec.num_agents > SPEED_ROWS:
            continue
        speeds.append(f"{_agent_steps_per_second(subject.build(num_envs)):,.0f} with {num_envs}")
    return f"agent-steps per second, envs: {'; '.join(speeds)}"


def _agent_steps_per_second(env: BatchEnv) -> float:
    generator = np.random.default_rng(SEED)
    actions = random_actions(env.spec.groups, env.reset(SEED), generator)
    masked = any(group.has_action_mask for group in env.spec.groups)
    step = env.step(actions)
    steps, spent = 0, 0.0
    while spent < SPEED_SECONDS:
        if masked:
            actions = random_actions(env.spec.groups, step, generator)
        start = time.perf_counter()
        step = env.step(actions)
        spent += time.perf_counter() - start
        steps += 1
    env.close()
    return steps * env.num_envs * env.spec.num_agents / spent


def _play_randomly(subject: Subject) -> str:
    env = subject.build(16)
    returns, finished = np.zeros(env.num_envs), []
    outcomes: dict[str, list[float]] = {}

    def look(t: int, step: TimeStep) -> None:
        for group in step.groups.values():
            returns[:] += group.reward.mean(axis=1) / len(step.groups)
        finished.extend(returns[step.last].tolist())
        for name, values in step.metrics.items():
            outcomes.setdefault(name, []).extend(np.asarray(values, float)[step.last].tolist())
        returns[step.last] = 0

    play_at_random(env, max(STEPS, (env.spec.horizon or 0) + 1), look)
    if not finished:
        return f"mean reward per agent and step {returns.mean() / STEPS:.4g}; no episode ended"
    parts = [f"return {np.mean(finished):.4g} ± {np.std(finished):.2g}"]
    parts += [f"{name} {np.mean(values):.4g}" for name, values in outcomes.items()]
    return f"{len(finished)} episodes: {', '.join(parts)}"
