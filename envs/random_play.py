"""Legal random actions, for checks, fingerprints and tests."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from .spec import GroupSpec
from .timestep import TimeStep


def random_actions(groups: tuple[GroupSpec, ...], step: TimeStep, generator: np.random.Generator) -> dict[str, NDArray[Any]]:
    """For every group actions `(num_envs, n, *action_shape)`, each legal one equally likely (standard normal where a box has no bounds)."""
    return {group.name: _draw(group, step.groups[group.name].active.shape, step.groups[group.name].action_mask, generator) for group in groups}


def _draw(group: GroupSpec, rows: tuple[int, ...], mask: NDArray[np.bool_] | None, generator: np.random.Generator) -> NDArray[Any]:
    space = group.action_space
    if isinstance(space, spaces.Box):
        shape = (*rows, *space.shape)
        bounded = np.isfinite(space.low) & np.isfinite(space.high)
        low, high = np.where(bounded, space.low, 0), np.where(bounded, space.high, 0)
        action = np.where(bounded, low + generator.random(shape) * (high - low), generator.standard_normal(shape))
        return np.clip(action, space.low, space.high).astype(np.float32)
    sizes = [int(space.n)] if isinstance(space, spaces.Discrete) else [int(n) for n in space.nvec]
    score = generator.random((*rows, sum(sizes)))
    if mask is not None:
        score = np.where(mask, score, -1)
    parts = np.split(score, np.cumsum(sizes)[:-1], axis=-1)
    choice = np.stack([part.argmax(axis=-1) for part in parts], axis=-1)
    return (choice[..., 0] if isinstance(space, spaces.Discrete) else choice) + space.start
