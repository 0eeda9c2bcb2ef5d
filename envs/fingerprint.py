"""A digest of an environment's dynamics: it changes when the rules do, and with nothing else."""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .factory import make_from
from .random_play import random_actions
from .timestep import TimeStep

SEED = 12345
COPIES = 3
STEPS = 200
DECIMALS = 4


def fingerprint(id: str, parameters: Any) -> str:
    """SHA-256 over seeded random play of the environment `id` with its parameter dataclass.

    It covers observations, masks, rewards, flags, signals and metrics of COPIES copies over STEPS steps. Floats are rounded, so that it is the same on
    other machines; the number of threads does not matter.
    """
    env = make_from(id, COPIES, parameters)
    generator = np.random.default_rng(SEED)
    digest = hashlib.sha256()
    optional = frozenset(group.name for group in env.spec.groups if group.optional_mask)
    try:
        step = env.reset(SEED)
        _add_step(digest, step, optional)
        for _ in range(STEPS):
            step = env.step(random_actions(env.spec.groups, step, generator))
            _add_step(digest, step, optional)
    finally:
        env.close()
    return digest.hexdigest()


def _add_step(digest: Any, step: TimeStep, optional: frozenset[str]) -> None:
    """Add a step; masks that nobody announced, of the groups `optional`, count where they exclude something."""
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
