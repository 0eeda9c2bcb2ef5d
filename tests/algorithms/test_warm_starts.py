"""Learners that start from the parameters of another one."""

import dataclasses
from typing import Any

import pytest
import torch

from stigmergy.algorithms.core.learner import Context, DoesNotFit, Learner
from stigmergy.algorithms.core.make import make_learner

from .support.every_learner import N, Noise, build, every_learner, noise, quick_config, rollouts

TAKEN = ("network", "parts", "targets", "norms")


def tensors(state, prefix=""):
    """Tensors of nested dicts by dotted name."""
    found = {}
    for name, value in state.items():
        if isinstance(value, dict):
            found |= tensors(value, f"{prefix}{name}.")
        elif isinstance(value, torch.Tensor):
            found[f"{prefix}{name}"] = value
    return found


def networks(learner):
    taken = {name: value for name, value in learner.state_dict().items() if name in TAKEN}
    return {name: value for name, value in tensors(taken).items() if "optimizer" not in name}


def equal(some, others):
    return some.keys() == others.keys() and all(torch.equal(value, others[name]) for name, value in some.items())


@pytest.mark.parametrize("name", list(every_learner()))
def test_every_learner_takes_the_networks_and_nothing_else(name):
    config = quick_config(every_learner()[name])
    base, own, control = (build(name, config, noise(), seed=seed) for seed in (1, 2, 2))
    for rollout in rollouts(name, config, noise(), 2):
        base.learn(rollout)
    assert not equal(networks(own), networks(base))
    own.start_from(base)
    assert networks(own)
    assert equal(networks(own), {**networks(base), **_targets_of_parts(base)})
    left = {key: value for key, value in own.state_dict().items() if key not in (*TAKEN, "normalizer")}
    new = {key: value for key, value in control.state_dict().items() if key not in (*TAKEN, "normalizer")}
    assert equal(tensors(left), tensors(new))
    assert left["updates"] == 0


def _targets_of_parts(base):
    """Target networks begin as the networks themselves, not as the targets of the base."""
    parts = base.state_dict().get("parts", {})
    return {f"targets.{name}": value for name, value in tensors(parts).items()}


def learner(name: str, agents: int = N, **config: Any):
    env = Noise(4, agents, masks=True)
    return make_learner(name, Context(env.spec, env.spec.groups[0]), config)


def test_a_number_of_agents_fits_shared_networks_alone():
    own, base = (learner("ippo", n, network={"hidden": (8,), "sharing": "all"}) for n in (2, 3))
    base.context = dataclasses.replace(base.context, seed=1)
    own.start_from(base)
    assert equal(networks(own), networks(base))
    with pytest.raises(
        DoesNotFit, match=r"it has networks of 3 agents, and here are networks of 2 agents; .*sharing all"
    ):
        learner("ippo", 2).start_from(learner("ippo", 3))


def test_a_base_that_does_not_fit_is_told_by_its_tensors():
    own, wide = (learner("ippo", network={"hidden": (width,)}) for width in (8, 9))
    before = networks(own)
    with pytest.raises(
        DoesNotFit, match=r"layers.0.weight is \(3, 3, 9\) there and \(3, 3, 8\) here; .*; critic.weight is"
    ):
        own.start_from(wide)
    assert equal(before, networks(own))
    with pytest.raises(DoesNotFit, match="; and 2 more tensors"):
        own.start_from(learner("ippo", network={"hidden": (7,), "memory": "gru", "memory_size": 8}))
    with pytest.raises(DoesNotFit, match=r"mixer.* is missing there and "):
        learner("qmix", team_reward="mean").start_from(learner("vdn", team_reward="mean"))
    with pytest.raises(DoesNotFit, match="it is of IQL, and IPPO starts from the PPO family alone"):
        own.start_from(learner("iql"))
    with pytest.raises(DoesNotFit, match="it is of IPPO, and iql starts from Q-learners alone"):
        learner("iql").start_from(own)


def test_learners_of_one_family_start_from_each_other():
    own, base = learner("dpo"), learner("ippo")
    own.start_from(base)
    assert equal(networks(own), networks(base))


def test_a_learner_that_does_not_define_it_says_so():
    class Other(Learner):
        def act(self, step, hidden_state, greedy=False):
            raise NotImplementedError

    with pytest.raises(DoesNotFit, match="Other does not define `start_from`"):
        Other(learner("ippo").context, None).start_from(learner("ippo"))
