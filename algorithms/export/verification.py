"""Comparison of an exported policy with its learner, before the file is written."""

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...envs.core.spec import GroupSpec
from ...envs.core.timestep import GroupStep
from ..core.learner import Learner
from ..core.policy_graph import NotExportable
from .load_policy import Policy

STEPS, ENVS = 3, 8
TOLERANCE = 1e-3
"""Largest difference, as a share of the largest logit, that counts as rounding."""


def verify(learner: Learner, policy: Policy) -> None:
    """Let both act greedily for a few steps on random observations, masks and pauses.

    The learner's own hidden state is not touched.

    Raises:
        NotExportable: their actions differ by more than rounding.
    """
    generator = np.random.default_rng(0)
    hidden_state, exported = learner.initial_hidden_state(ENVS), None
    for t in range(STEPS):
        step = random_step(learner.group, generator, first=t == 0)
        decision = learner.act(step, hidden_state, greedy=True)
        action, logits, exported = policy.act(step.observation, step.action_mask, exported, step.active)
        if not same_actions(learner.group, decision.action, action, logits)[step.active].all():
            raise NotExportable(
                f"the policy of '{learner.group.name}' cannot be exported: its export_policy describes other actions than those that "
                f"{type(learner).__name__} takes"
            )
        hidden_state = decision.hidden_state


def same_actions(
    group: GroupSpec, expected: NDArray, action: NDArray, logits: NDArray, tolerance: float = TOLERANCE
) -> NDArray[np.bool_]:
    """Compare actions `(envs, n, *action_shape)`; True for each agent `(envs, n)` if they agree.

    Other choices agree, too, if their logits differ by no more than the tolerance.
    """
    space = group.action_space
    bound = tolerance * np.maximum(1, np.abs(logits).max(axis=-1, initial=0))
    if isinstance(space, spaces.Box):
        return (np.abs(action - expected) <= bound.reshape(*bound.shape, *[1] * len(space.shape))).reshape(
            *bound.shape, -1
        ).all(axis=-1)  # fmt: skip
    sizes = [int(space.n)] if isinstance(space, spaces.Discrete) else space.nvec.tolist()
    offset = np.cumsum([0, *sizes[:-1]]) - np.atleast_1d(space.start)
    taken, meant = (
        np.take_along_axis(logits, numbers.reshape(*bound.shape, -1) + offset, axis=-1)
        for numbers in (action, expected)
    )
    return (np.abs(taken - meant) <= bound[..., None]).all(axis=-1)


def random_step(group: GroupSpec, generator: np.random.Generator, first: bool) -> GroupStep:
    """Random observations and masks within a group's spaces, where one agent in five pauses."""
    rows = (ENVS, group.size)
    space = group.observation_space
    low, high = (np.where(np.isfinite(bound), bound, edge) for bound, edge in ((space.low, -1), (space.high, 1)))
    drawn = generator.uniform(low, high, (*rows, *space.shape))
    observation = (np.rint(drawn) if space.dtype.kind in "iu" else drawn).astype(space.dtype)
    mask = None
    if group.has_action_mask:
        mask = generator.random((*rows, group.num_choices)) < 0.7
        sizes = getattr(group.action_space, "nvec", [group.num_choices])
        mask[..., np.cumsum([0, *sizes[:-1]])] = True
    flags = np.zeros(rows, np.bool_)
    active = generator.random(rows) < 0.8
    zeros = np.zeros(rows, np.float32)
    return GroupStep(observation, mask, zeros, flags, active, np.zeros(ENVS, np.bool_), np.full(ENVS, first))
