"""Cost of public sanctions.

Two parts are timed: recording opportunities for sanctions inside a step, and collecting the events
for a learner.

`python -m benchmarks signals`: 64 envs, default parameters, random actions, one thread. Values are
medians of rounds in which the variants take turns.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType, MethodType, SimpleNamespace
from typing import Any

import numba
import numpy as np
from numba import njit

import stigmergy
from benchmarks.speed import ACTIONS, in_turn, per_second
from stigmergy.algorithms.core.learner import Decision, Information
from stigmergy.envs.core.random_policy import random_actions
from stigmergy.envs.dilemmas.grid_engine.env import GridDilemma
from stigmergy.envs.dilemmas.grid_engine.sanctions import note_opportunities
from stigmergy.envs.kernels import each_env
from stigmergy.training.rollout_buffer import RolloutBuffer

TASKS = ("dilemmas/cleanup-v0", "dilemmas/harvest-v0", "dilemmas/allelopathic_harvest-v0")
NUM_ENVS = 64
LENGTH = 32
"""Steps of a rollout."""
ROUNDS, SECONDS = 15, 0.3
WARM_UP, FRAMES = 200, 8
"""Steps of random play before timing starts, and states of it on which the kernel alone is timed.
The states are some steps apart."""


@dataclass(frozen=True)
class Row:
    """Measurements of one task. Shares are medians over rounds."""

    id: str
    agents: int
    step: float
    """Microseconds of a whole step of all envs."""
    kernel: float
    """Microseconds of clearing the signals and recording opportunities, timed alone."""
    share: float
    """Share of the kernel in a step."""
    saved: float
    """Share of a step that is saved without recording; the rest of the step is unchanged."""
    local: float
    """Agent-steps per second of collecting for a learner that declares LOCAL."""
    public: float
    """Agent-steps per second for PUBLIC: signals, events, and their contexts."""
    collecting: float
    """Slowdown of PUBLIC, as a share of LOCAL's speed."""


@njit
def note_nothing(state, k, scratch, opportunity, env):
    """Replacement of `note_opportunities` that records nothing."""


_note_all = each_env(note_opportunities)


def with_note(id: str, note: Any, num_envs: int = NUM_ENVS) -> GridDilemma:
    """Build the task with another function in place of `note_opportunities`.

    Its step is compiled anew and not cached on disk.
    """
    env: Any = stigmergy.make(id, num_envs)
    rules: Any = sys.modules[type(env).__module__.removesuffix(".env") + ".rules"]
    advance = each_env(njit(_swapped(rules.advance.__wrapped__, note_opportunities=note)))
    advance._loop = njit(advance.loop.py_func)  # the cache would take it for the loop of the task's own kernel
    env._play = MethodType(_swapped(type(env)._play, rules=SimpleNamespace(advance=advance)), env)
    return env


def _swapped(function: Any, **names: Any) -> FunctionType:
    """Copy of a function with other objects under some names of its module."""
    missing = names.keys() - set(function.__code__.co_names)
    assert not missing, f"{function.__qualname__} does not use {', '.join(missing)}"
    return FunctionType(function.__code__, function.__globals__ | names, function.__name__)


def _stepper(env: GridDilemma) -> Callable[[int], object]:
    """Function that continues random play by a number of steps."""
    actions = _actions(env)
    for k in range(WARM_UP):
        env.step(actions[k % ACTIONS])
    return lambda k: env.step(actions[k % ACTIONS])


def _actions(env: GridDilemma) -> list[dict[str, np.ndarray]]:
    generator = np.random.default_rng(0)
    step = env.reset(0)
    return [random_actions(env.spec.groups, step, generator) for _ in range(ACTIONS)]


def _kernel(id: str, num_envs: int) -> Callable[[int], object]:
    """Function that runs the kernel of a step on states of random play."""
    env: Any = stigmergy.make(id, num_envs)
    step, frames = _stepper(env), []
    for _ in range(FRAMES):
        frames.append(env.snapshot())
        for k in range(10):
            step(k)
    signals, opportunity = list(env.signals.values()), env.signals["opportunity"]

    def note(k: int) -> None:
        for signal in signals:
            signal.fill(0)
        _note_all(frames[k % FRAMES], env.constants, env.scratch, opportunity)

    return note


def _collector(id: str, information: Information, num_envs: int) -> Callable[[int], object]:
    """Function that collects a rollout of random play, as training does."""
    env: Any = stigmergy.make(id, num_envs)
    actions = _actions(env)
    group = env.spec.groups[0]
    buffer = RolloutBuffer(env.spec, group, num_envs, LENGTH, information)
    step = env.step(actions[0])

    def collect(_: int) -> None:
        nonlocal step
        for t in range(LENGTH):
            buffer.see(t, step)
            action = actions[t % ACTIONS]
            step = env.step(action)
            buffer.follow(t, Decision(action[group.name]), step)
        buffer.see(LENGTH, step)
        buffer.rollout(None, None)

    return collect


def measure(id: str, seconds: float = SECONDS, rounds: int = ROUNDS, num_envs: int = NUM_ENVS) -> Row:
    """Measure one task."""
    numba.set_num_threads(1)
    stepping = {
        "step": _stepper(with_note(id, note_opportunities, num_envs)),
        "without": _stepper(with_note(id, note_nothing, num_envs)),
        "kernel": _kernel(id, num_envs),
    }
    collecting = {name.value: _collector(id, name, num_envs) for name in (Information.LOCAL, Information.PUBLIC)}
    contestants = {name: lambda run=run: per_second(run, seconds) for name, run in (stepping | collecting).items()}
    speeds = in_turn(contestants, rounds)
    agents = stigmergy.make(id).spec.num_agents
    medians = {name: float(np.median(own)) for name, own in speeds.items()}
    agent_steps = num_envs * agents * LENGTH
    return Row(
        id,
        agents,
        step=1e6 / medians["step"],
        kernel=1e6 / medians["kernel"],
        share=float(np.median(speeds["step"] / speeds["kernel"])),
        saved=float(np.median(1 - speeds["step"] / speeds["without"])),
        local=agent_steps * medians["local"],
        public=agent_steps * medians["public"],
        collecting=float(np.median(1 - speeds["public"] / speeds["local"])),
    )
