"""Learners of many agents where only some are."""

import dataclasses

import numpy as np
import pytest

import stigmergy
from stigmergy.algorithms.core.learner import Context
from stigmergy.envs.core.spec import GroupSpec
from stigmergy.training.agent_subset import AgentSubset, fits


def some(group: GroupSpec, places: tuple[int, ...]) -> GroupSpec:
    """The agents `places` of a group, as a scenario seats them."""
    agents = tuple(group.agents[i] for i in places)
    return dataclasses.replace(group, name="some", size=len(places), agents=agents, places=places)


@pytest.mark.usefixtures("double")  # products of other shapes differ in their last bits
@pytest.mark.parametrize("places", [(2,), (3, 0), (1, 2, 3)])
@pytest.mark.parametrize("sharing", ["none", "all"])
def test_each_acts_as_it_does_among_all(places, sharing):
    env = stigmergy.make("dilemmas/public_goods-v0", 5)  # with masks and parts
    (group,) = env.spec.groups
    config = {"network": {"hidden": [8], "memory": "gru", "memory_size": 6, "sharing": sharing}}
    context = Context(env.spec, group, 3)
    trained, again = (stigmergy.make_learner("ippo", context, config) for _ in range(2))
    fewer = AgentSubset(again, some(group, places))
    hidden_state, part = trained.initial_hidden_state(5), fewer.initial_hidden_state(5)
    step = env.reset(1)
    for _ in range(25):
        all_rows = step.groups["agents"]
        rows = list(places)
        own = all_rows._replace(
            **{
                name: getattr(all_rows, name)[:, rows]
                for name in ("observation", "action_mask", "reward", "terminated", "active")
            }
        )
        decision, ours = trained.act(all_rows, hidden_state, greedy=True), fewer.act(own, part, greedy=True)
        hidden_state, part = decision.hidden_state, ours.hidden_state
        np.testing.assert_array_equal(ours.action, decision.action[:, rows])
        step = env.step(decision.action)


def test_they_have_to_be_some_of_the_same_agents():
    (group,) = stigmergy.make("dilemmas/public_goods-v0").spec.groups
    (other,) = stigmergy.make("dilemmas/public_goods-v0", punishment=False).spec.groups
    assert fits(some(group, (2, 1)), group)
    assert not fits(group, group), "they load as they are"
    assert not fits(group, some(group, (2, 1)))
    assert not fits(some(other, (2, 1)), group)
