"""Learners only read rollouts, which are views of a buffer that others read, too."""

import numpy as np
import pytest

from .support.every_learner import build, every_learner, noise, quick_config, rollouts


def contents(value):
    """Copies of all arrays below `value`."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, dict):
        return {key: contents(part) for key, part in value.items()}
    if isinstance(value, (tuple, list)):
        return [contents(part) for part in value]
    return None


@pytest.mark.parametrize("name", list(every_learner()))
def test_learning_leaves_a_rollout_as_it_was(name):
    env = noise()
    config = quick_config(every_learner()[name])
    learner = build(name, config, env)
    for rollout in rollouts(name, config, env, 2):
        before = contents(rollout)
        learner.learn(rollout)
        np.testing.assert_equal(contents(rollout), before)
