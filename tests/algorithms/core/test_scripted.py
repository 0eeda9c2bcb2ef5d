"""Contract of every registered scripted policy, in every task that it plays.

Later ones are picked up without being named.
"""

import numpy as np
import pytest

from stigmergy.algorithms.core.learner import Context
from stigmergy.algorithms.core.make import make_learner, scripted_for
from stigmergy.envs import environments, make
from stigmergy.envs.core.random_policy import random_action
from stigmergy.envs.core.scripted_policy import ScriptedPolicy
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.scenario import Scenario
from stigmergy.training.evaluation import group_step
from tests.support.process_state import SHIPPED

OURS = [id for id in SHIPPED if not isinstance(environments.find(id).target, Scenario)]
STEPS = 15


def players():
    """Task, group and policy, for all that fit together."""
    for id in OURS:
        env = make(id).spec
        for group in env.groups:
            for name in scripted_for(env, group):
                yield pytest.param(id, group.name, name, id=f"{id}-{group.name}-{name}")


def build(env, group, name, seed=0):
    return make_learner(name, Context(env.spec, env.spec.group(group), seed, env_config=env.config))


@pytest.mark.parametrize(("id", "group", "name"), list(players()))
def test_a_policy_acts_legally_looks_without_touching_and_repeats_itself(id, group, name):
    env = make(id, 3)
    policy, other = build(env, group, name), build(env, group, name)
    generator = np.random.default_rng(0)
    step = env.reset(0)
    for _ in range(STEPS):
        before = env.snapshot()
        actions = {
            own.name: random_action(own, step.groups[own.name], generator)
            for own in env.spec.groups
            if own.name != group
        }
        actions[group] = policy.act(group_step(env, step, group, policy), None).action
        again = other.act(group_step(env, step, group, other), None).action
        np.testing.assert_array_equal(actions[group], again)
        for old, new in zip(before, env.state):
            np.testing.assert_array_equal(old, new)
        step = env.step(actions)  # raises if an action is not legal
        mask = step.groups[group].action_mask
        assert mask is None or mask.shape[-1] > 0


@pytest.mark.parametrize("id", OURS)
def test_every_task_has_a_yardstick(id):
    if id == "games/value_truth-v0":
        pytest.skip("nothing depends on what is done there")
    env = make(id).spec
    assert all(scripted_for(env, group) for group in env.groups)


class Still(ScriptedPolicy):
    """Plays one group of one task."""

    plays = ("pathfinding/oneshot",)
    groups = ("agents",)

    def act(self, world, generator):
        return np.zeros(world.position.shape[:2], np.int64)


def test_a_policy_refuses_what_it_does_not_play():
    env, other = make("pathfinding/oneshot-v0"), make("pathfinding/lifelong-v0")
    group = env.spec.groups[0]
    assert isinstance(Still.built_for("still", env.spec, group, env.config), Still)
    with pytest.raises(BadParameter, match=r"'still' is for pathfinding/oneshot\*, not for 'pathfinding/lifelong-v0'"):
        Still.built_for("still", other.spec, group, other.config)
