"""The conformance card of an environment: does it keep the contract that trainer, learners and PettingZoo rely on?

It works on anything registered, a user's own environment above all, so every finding is a sentence that says what to mend.
"""

import contextlib
import io
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pettingzoo.test import api_test, parallel_api_test

from .batch import BatchEnv
from .errors import UserError
from .factory import make_from
from .pettingzoo_view import ParallelView, aec_view
from .random_play import random_actions
from .spec import GroupSpec
from .timestep import TimeStep

SEED = 7
COPIES = 4
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
    """What `check` found."""

    id: str
    findings: list[Finding] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether nothing has to be mended."""
        return all(finding.passed for finding in self.findings)


class Broken(Exception):
    """The contract is broken; the text says how."""


@dataclass(frozen=True)
class Subject:
    """The environment under test."""

    id: str
    parameters: Any

    def build(self, num_envs: int = COPIES) -> BatchEnv:
        """New copies of it."""
        return make_from(self.id, num_envs, self.parameters)


def check(id: str, parameters: Any) -> Card:
    """Examine the environment `id` with its parameter dataclass. Raises UserError if it cannot even be built."""
    subject = Subject(id, parameters)
    subject.build(1).close()
    card = Card(id)
    topics: dict[str, Callable[[Subject], str]] = {
        "api": _check_api,
        "episodes": _check_episodes,
        "spaces": _check_spaces,
        "masks": _check_masks,
        "seeds": _check_seeds,
        "copies": _check_copies,
        "snapshots": _check_snapshots,
        "speed": _measure_speed,
        "random play": _play_randomly,
    }
    for topic, examine in topics.items():
        try:
            card.findings.append(Finding(topic, True, examine(subject)))
        except Broken as broken:
            card.findings.append(Finding(topic, False, str(broken)))
        except UserError:
            raise
        except Exception as error:  # it is the user's code that failed, and the card says where
            card.findings.append(Finding(topic, False, f"raised {type(error).__name__}: {error}"))
    return card


def _play(env: BatchEnv, steps: int, look: Callable[[int, TimeStep], None], seed: int = SEED) -> None:
    """Random play; `look` sees every time step, the first included."""
    generator = np.random.default_rng(seed)
    step = env.reset(seed)
    look(0, step)
    for t in range(1, steps + 1):
        step = env.step(random_actions(env.spec.groups, step, generator))
        look(t, step)


def _arrays(step: TimeStep) -> dict[str, NDArray[Any]]:
    """Everything of a step that two equal courses must share; inactive rows are left out."""
    arrays = {"truncated": step.truncated, "first": step.first, "last": step.last}
    for name, group in step.groups.items():
        active = group.active.reshape(*group.active.shape, *[1] * (group.observation.ndim - 2))
        arrays |= {
            f"observation of {name}": np.where(active, group.observation, 0),
            f"reward of {name}": group.reward,
            f"terminated of {name}": group.terminated,
            f"active of {name}": group.active,
        }
    return {name: value.copy() for name, value in arrays.items()}


def _course(env: BatchEnv, steps: int = STEPS, seed: int = SEED) -> list[dict[str, NDArray[Any]]]:
    steps_seen: list[dict[str, NDArray[Any]]] = []
    _play(env, steps, lambda t, step: steps_seen.append(_arrays(step)), seed)
    env.close()
    return steps_seen


def _difference(one: list[dict[str, NDArray[Any]]], other: list[dict[str, NDArray[Any]]]) -> str | None:
    for t, (a, b) in enumerate(zip(one, other, strict=True)):
        for name in a:
            if not np.array_equal(a[name], b[name], equal_nan=a[name].dtype.kind == "f"):
                return f"{name} differs at step {t}"
    return None


def _check_api(subject: Subject) -> str:
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        for name, test in (("parallel_api_test", _parallel_test), ("api_test", _aec_test)):
            try:
                test(subject.build(1))
            except Exception as error:
                raise Broken(f"PettingZoo's {name} fails: {error or type(error).__name__}") from error
    return "PettingZoo's parallel_api_test and api_test pass"


def _parallel_test(env: BatchEnv) -> None:
    parallel_api_test(ParallelView(env), num_cycles=STEPS)


def _aec_test(env: BatchEnv) -> None:
    api_test(aec_view(ParallelView(env)), num_cycles=STEPS)


def _check_episodes(subject: Subject) -> str:
    env = subject.build()
    lengths = np.zeros(COPIES, int)
    ended: list[int] = []
    before = np.zeros(COPIES, np.bool_)

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

    _play(env, STEPS if env.spec.horizon is None else max(STEPS, 2 * env.spec.horizon + 2), look)
    if env.spec.horizon is not None and (not ended or max(ended) > env.spec.horizon):
        raise Broken(f"the horizon is {env.spec.horizon}, but episodes ended after {ended or 'no'} steps")
    if not ended:
        return f"no episode ended in {STEPS} random steps"
    return f"{len(ended)} random episodes of {min(ended)} to {max(ended)} steps begin and end as they should"


def _check_metrics(env: BatchEnv, step: TimeStep) -> None:
    if set(step.metrics) != set(env.spec.metrics):
        raise Broken(f"the spec names the metrics {list(env.spec.metrics)}, but _measure returns {list(step.metrics)}")
    for name, values in step.metrics.items():
        if not np.isfinite(np.asarray(values, float)[step.last]).all():
            raise Broken(f"the metric '{name}' of an episode that ended is not finite")


def _check_spaces(subject: Subject) -> str:
    env = subject.build()

    def look(t: int, step: TimeStep) -> None:
        for group in env.spec.groups:
            _check_rows(group, step, t)

    _play(env, STEPS, look)
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
    _play(env, STEPS, look)
    env.close()
    return f"every active agent of {', '.join(masked)} has a legal action at every step"


def _check_seeds(subject: Subject) -> str:
    one, again, other = (_course(subject.build(), seed=seed) for seed in (SEED, SEED, SEED + 1))
    difference = _difference(one, again)
    if difference:
        raise Broken(
            f"the same seed and actions give two courses: {difference}; draw random numbers from the state's `stream` alone"
        )
    starts_alike = _difference(one[:1], other[:1]) is None
    return "the same seed repeats a course; " + (
        "all seeds begin alike" if starts_alike else "another seed begins another"
    )


def _check_copies(subject: Subject) -> str:
    if not subject.build(1).spec.resumable:
        return "copies are environments of their own, stepped one after the other"
    few, many = _in_step(subject.build(COPIES)), _in_step(subject.build(4 * COPIES))
    difference = _difference(few, many)
    if difference:
        raise Broken(
            f"a copy's course depends on how many copies there are: {difference}; use `where`, and the copy's own stream"
        )
    return f"a copy runs the same course among {COPIES} as among {4 * COPIES}"


def _in_step(env: BatchEnv) -> list[dict[str, NDArray[Any]]]:
    """The first COPIES copies of `env`, given the same actions whatever their number."""
    draws = [np.random.default_rng((SEED, c)) for c in range(env.num_envs)]
    seen = []
    step = env.reset(SEED)
    for _ in range(STEPS):
        seen.append({name: value[:COPIES] for name, value in _arrays(step).items()})
        parts = [random_actions(env.spec.groups, _one_copy(step, c), draws[c]) for c in range(env.num_envs)]
        step = env.step({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
    env.close()
    return seen


def _one_copy(step: TimeStep, c: int) -> TimeStep:
    groups = {
        name: group._replace(
            active=group.active[c : c + 1],
            action_mask=None if group.action_mask is None else group.action_mask[c : c + 1],
        )
        for name, group in step.groups.items()
    }
    return step._replace(groups=groups)


def _check_snapshots(subject: Subject) -> str:
    env = subject.build()
    if not env.spec.resumable:
        return "its state cannot be copied, so a resumed run begins new episodes"
    generator = np.random.default_rng(SEED)
    step = env.reset(SEED)
    for _ in range(STEPS // 3):
        step = env.step(random_actions(env.spec.groups, step, generator))
    kept, seen = env.snapshot(), _arrays(step)
    draws = [random_actions(env.spec.groups, step, generator) for _ in range(1)]
    after = _arrays(env.step(draws[0]))
    other = subject.build()
    restored = {name: value for name, value in _arrays(other.restore(kept)).items() if not name.startswith("reward")}
    difference = _difference([{name: seen[name] for name in restored}], [restored])
    if difference is None:
        difference = _difference([after], [_arrays(other.step(draws[0]))])
    if difference:
        what = difference.split(" at step")[0]
        raise Broken(
            f"an environment restored from a snapshot goes on differently ({what}); all that evolves has to be in `state`"
        )
    return "a restored snapshot goes on to the bit"


def _measure_speed(subject: Subject) -> str:
    speeds = []
    for copies in SPEED_COPIES:
        if copies > 1 and copies * subject.build(1).spec.num_agents > SPEED_ROWS:
            continue
        speeds.append(f"{_agent_steps_per_second(subject.build(copies)):,.0f} with {copies}")
    return f"agent-steps per second, copies: {'; '.join(speeds)}"


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
    returns, finished = np.zeros(16), []
    outcomes: dict[str, list[float]] = {}

    def look(t: int, step: TimeStep) -> None:
        for group in step.groups.values():
            returns[:] += group.reward.mean(axis=1) / len(step.groups)
        finished.extend(returns[step.last].tolist())
        for name, values in step.metrics.items():
            outcomes.setdefault(name, []).extend(np.asarray(values, float)[step.last].tolist())
        returns[step.last] = 0

    _play(env, max(STEPS, (env.spec.horizon or 0) + 1), look)
    if not finished:
        return f"mean reward per agent and step {returns.mean() / STEPS:.4g}; no episode ended"
    parts = [f"return {np.mean(finished):.4g} ± {np.std(finished):.2g}"]
    parts += [f"{name} {np.mean(values):.4g}" for name, values in outcomes.items()]
    return f"{len(finished)} episodes: {', '.join(parts)}"
