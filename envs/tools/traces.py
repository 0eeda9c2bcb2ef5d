"""Traces of an environment under seeded random play, and their first difference."""

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.env import BatchEnv
from ..core.random_policy import random_actions
from ..core.timestep import TimeStep
from .play import play

SEED = 7
COPIES = 4
Trace = list[dict[str, NDArray[Any]]]


def play_at_random(env: BatchEnv, steps: int, look: Callable[[int, TimeStep], None], seed: int = SEED) -> None:
    """Play `steps` random steps; `look` is given the number and time step of each."""
    generator = np.random.default_rng(seed)
    played = play(env, lambda step: random_actions(env.spec.groups, step, generator), seed)
    for t, step in enumerate(islice(played, steps + 1)):
        look(t, step)


def arrays(step: TimeStep) -> dict[str, NDArray[Any]]:
    """All of a step that equal traces must share; inactive rows are left out."""
    everything = {"truncated": step.truncated, "first": step.first, "last": step.last}
    for name, group in step.groups.items():
        active = group.active.reshape(*group.active.shape, *[1] * (group.observation.ndim - 2))
        everything |= {
            f"observation of {name}": np.where(active, group.observation, 0),
            f"reward of {name}": group.reward,
            f"terminated of {name}": group.terminated,
            f"active of {name}": group.active,
        }
    return {name: value.copy() for name, value in everything.items()}


def trace(env: BatchEnv, steps: int, seed: int = SEED) -> Trace:
    """Play a random trace, step by step, and close the environment."""
    steps_seen: Trace = []
    play_at_random(env, steps, lambda t, step: steps_seen.append(arrays(step)), seed)
    env.close()
    return steps_seen


def difference(one: Trace, other: Trace) -> str | None:
    """The first difference and its step; None if there is none."""
    for t, (a, b) in enumerate(zip(one, other, strict=True)):
        for name in a:
            if not np.array_equal(a[name], b[name], equal_nan=a[name].dtype.kind == "f"):
                return f"{name} differs at step {t}"
    return None


def in_step(env: BatchEnv, steps: int) -> Trace:
    """Play the first COPIES envs of `env`, given the same actions whatever their number."""
    draws = [np.random.default_rng((SEED, c)) for c in range(env.num_envs)]

    def act(step: TimeStep) -> dict[str, NDArray[Any]]:
        parts = [random_actions(env.spec.groups, _one_copy(step, c), draws[c]) for c in range(env.num_envs)]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    played = islice(play(env, act, SEED), steps)
    seen = [{name: value[:COPIES] for name, value in arrays(step).items()} for step in played]
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
