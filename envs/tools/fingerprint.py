"""A digest of an environment's dynamics: it changes when the rules do, and with nothing else."""

import hashlib
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.env import BatchEnv
from ..core.random_policy import random_actions
from ..core.timestep import TimeStep
from ..interop.from_pettingzoo import Bridge
from ..registration.make import make_from
from .play import play

SEED = 12345
COPIES = 3
STEPS = 200
DECIMALS = 4
BRIDGED = "bridged-1:"
"""Prefix of the digests of bridged environments.

Those without it are of earlier versions and cannot be compared.
"""
BRIDGED_STEPS = 100


@dataclass(frozen=True)
class Identity:
    """The dynamics of an environment, as far as they can be told."""

    digest: str | None
    """None if the same seed and actions lead to different traces."""
    note: str = ""
    """A sentence on why there is no digest, else empty."""


def identify(id: str, config: Any, env: BatchEnv) -> Identity:
    """Compute the identity of the environment `id`, of which `env` has been built.

    A bridged one is played twice on the first env of `env`, because more envs than were asked for
    may not be possible in one process, and closing them may close what all share. `env` has to be
    reset afterwards.
    """
    if not isinstance(env, Bridge):
        return Identity(fingerprint(id, config))
    one, other = (_trace(env) for _ in range(2))
    for t, (first, second) in enumerate(zip(one, other)):
        if first != second:
            when = "after a reset" if t == 0 else f"at step {t}"
            return Identity(
                None,
                f"'{id}' is not reproducible: with the same seed and the same actions it differs {when}; training in it cannot be repeated, "
                "and it cannot be told later if its rules have changed",
            )
    return Identity(_digest_of(one))


def trace_digest(env: Bridge) -> str:
    """Play the first env of a bridge once.

    Returns the digest that `identify` gives if the trace repeats. `env` has to be reset afterwards.
    """
    return _digest_of(_trace(env))


def _digest_of(trace: list[bytes]) -> str:
    return BRIDGED + hashlib.sha256(b"".join(trace)).hexdigest()


def _trace(env: Bridge) -> list[bytes]:
    """Digests of the steps of seeded random play on the first env of `env`; builds no other."""
    alone = env.alone()
    alone.needs_state = False
    generator = np.random.default_rng(SEED)
    optional = _optional_masks(alone)
    steps = play(alone, lambda step: random_actions(alone.spec.groups, step, generator), SEED)
    return [_step_digest(step, optional) for step in islice(steps, BRIDGED_STEPS + 1)]


def _optional_masks(env: BatchEnv) -> frozenset[str]:
    return frozenset(group.name for group in env.spec.groups if group.optional_mask)


def _step_digest(step: TimeStep, optional: frozenset[str]) -> bytes:
    digest = hashlib.sha256()
    _add_step(digest, step, optional)
    return digest.digest()


def fingerprint(id: str, config: Any) -> str:
    """SHA-256 over seeded random play of the environment `id` with its config.

    It covers observations, masks, rewards, flags, signals and metrics of COPIES envs over STEPS
    steps. Floats are rounded, so that it is the same on other machines; the number of threads does
    not matter.
    """
    env = make_from(id, COPIES, config)
    generator = np.random.default_rng(SEED)
    digest = hashlib.sha256()
    optional = _optional_masks(env)
    try:
        steps = play(env, lambda step: random_actions(env.spec.groups, step, generator), SEED)
        for step in islice(steps, STEPS + 1):
            _add_step(digest, step, optional)
    finally:
        env.close()
    return digest.hexdigest()


def _add_step(digest: Any, step: TimeStep, optional: frozenset[str]) -> None:
    """Add a step.

    Masks that nobody announced, of the groups `optional`, count where they exclude something.
    """
    for name, group in step.groups.items():
        digest.update(name.encode())
        _add(digest, np.where(_spread(group.active, group.observation), group.observation, 0))
        silent = name in optional and group.action_mask is not None and group.action_mask[group.active].all()
        if group.action_mask is not None and not silent:
            _add(digest, group.action_mask & group.active[..., None])
        for value in (group.reward, group.terminated, group.active):
            _add(digest, value)
    for value in (step.truncated, step.first, step.last, *step.signals.values()):
        _add(digest, value)
    for name in sorted(step.metrics):
        digest.update(name.encode())
        _add(digest, np.asarray(step.metrics[name], np.float64)[step.last])


def _spread(active: NDArray[np.bool_], like: NDArray[Any]) -> NDArray[np.bool_]:
    return active.reshape(*active.shape, *[1] * (like.ndim - active.ndim))


def _add(digest: Any, value: NDArray[Any]) -> None:
    if value.dtype.kind == "f":
        value = np.round(value.astype(np.float64), DECIMALS) + 0.0  # the sum turns -0 into 0
    digest.update(np.ascontiguousarray(value).tobytes())
