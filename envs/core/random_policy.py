"""Legal random actions, for the scripted policy `random`, checks, fingerprints and tests."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from .spec import GroupSpec
from .timestep import GroupStep, TimeStep


def random_actions(
    groups: tuple[GroupSpec, ...], step: TimeStep, generator: np.random.Generator
) -> dict[str, NDArray[Any]]:
    """A random action of every agent of every group, as `BatchEnv.step` takes them."""
    return {group.name: random_action(group, step.groups[group.name], generator) for group in groups}


def random_action(group: GroupSpec, step: GroupStep, generator: np.random.Generator) -> NDArray[Any]:
    """Actions `(num_envs, n, *action_shape)` of one group.

    Each legal action is equally likely; in a box without bounds they are standard normal.
    """
    space = group.action_space
    rows = step.active.shape
    if isinstance(space, spaces.Box):
        shape = (*rows, *space.shape)
        bounded = np.isfinite(space.low) & np.isfinite(space.high)
        low, high = np.where(bounded, space.low, 0), np.where(bounded, space.high, 0)
        action = np.where(bounded, low + generator.random(shape) * (high - low), generator.standard_normal(shape))
        return np.clip(action, space.low, space.high).astype(np.float32)
    sizes = [int(space.n)] if isinstance(space, spaces.Discrete) else [int(n) for n in space.nvec]
    score = generator.random((*rows, sum(sizes)))
    if step.action_mask is not None:
        score = np.where(step.action_mask, score, -1)
    parts = np.split(score, np.cumsum(sizes)[:-1], axis=-1)
    choice = np.stack([part.argmax(axis=-1) for part in parts], axis=-1)
    return (choice[..., 0] if isinstance(space, spaces.Discrete) else choice) + space.start
