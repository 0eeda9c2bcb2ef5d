"""The classifier norm model on its bases: what it adds to them, and that it adds nothing else."""

import dataclasses

import numpy as np
import pytest
import torch

from stigmergy.algorithms.core.conformance import differences, tensors
from stigmergy.algorithms.core.learner import Context, Information
from stigmergy.algorithms.core.make import build_config
from stigmergy.algorithms.norms.classifier import pseudo_reward
from stigmergy.algorithms.norms.cnm import CNM, CNMMAPPO
from stigmergy.envs.core.sanction_signals import OPPORTUNITY, SANCTION
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.make import make
from stigmergy.training.experiment import build_experiment
from stigmergy.training.trainer import Trainer

from ..support.every_learner import build, every_learner, noise, quick_config
from ..support.loop import Collector, train

OFF = {"norms": {"classifier": False, "alpha": 0.0, "beta": 0.0}}
BASES = {"cnm": "ippo", "cnm_dpo": "dpo", "cnm_mappo": "mappo"}


def learner(env, name="cnm", **wanted):
    return build(name, quick_config(every_learner()[name], **wanted), env)


def states(names, wanted, env=noise, updates=3):
    """State and metrics of learners that learnt from three rollouts of their own."""
    results = []
    for name in names:
        world = env()
        one = learner(world, name, **wanted)
        metrics = train(world, one, 12, updates)
        results.append((tensors(one.state_dict()), metrics))
    return results


@pytest.mark.parametrize("memory", ["none", "gru"])
@pytest.mark.parametrize(("name", "base"), BASES.items())
def test_switched_off_it_is_its_base_to_the_bit(name, base, memory):
    wanted = {**OFF, "network": {"memory": memory}}
    (one, metrics), (other, others_metrics) = states([name, base], wanted)
    assert not differences(one, other)
    assert metrics == others_metrics
    (on, _), _ = states([name, base], {"network": {"memory": memory}})
    assert set(differences(on, other)) & on.keys() & other.keys()


@pytest.mark.parametrize(("name", "base"), BASES.items())
def test_defaults_are_the_bases_own(name, base):
    own, others = (vars(build_config(which, {})) for which in (name, base))
    own.pop("norms")
    assert own == others


def rollout_of(one, env, length=12):
    return Collector(env, one, length).collect()


def test_policies_learn_from_reward_and_pseudo_reward_and_report_reward_alone():
    env = noise()
    one = learner(env, norms={"alpha": 2.0, "beta": 3.0})
    rollout = rollout_of(one, env)
    paid = one._rewards(rollout) - rollout.reward
    disapproval = rollout.record["extra_inputs"][..., 0]
    for t, env_index, agent in np.ndindex(paid.shape):
        took = (
            rollout.signals[OPPORTUNITY][t + 1, env_index, agent] and rollout.signals[SANCTION][t + 1, env_index, agent]
        )
        p = disapproval[t, env_index, agent]
        expected = 2 * p - 3 * (1 - p) if took else 0
        np.testing.assert_allclose(paid[t, env_index, agent], expected, rtol=1e-4, atol=1e-5)
    assert (paid != 0).any()
    before = rollout.reward.copy()
    metrics = one.learn(rollout)
    np.testing.assert_array_equal(rollout.reward, before)
    assert "mean_return" not in metrics
    np.testing.assert_allclose(metrics["pseudo_reward"], paid.sum() / rollout.valid.sum(), rtol=1e-5)


def test_nothing_is_paid_while_classifiers_warm_up():
    env = noise()
    one = learner(env, norms={"warm_up": 2})
    collector = Collector(env, one, 12)
    paid = [one.learn(collector.collect())["pseudo_reward"] for _ in range(4)]
    assert paid[:2] == [0, 0]
    assert paid[2] != 0
    assert paid[3] != 0


def test_the_judgement_is_that_of_the_classifier_that_acted():
    env = noise()
    one = learner(env)
    collector = Collector(env, one, 12)
    for _ in range(2):  # after learning, too
        rollout = collector.collect()
        seen = torch.from_numpy(rollout.observation[:-1].copy()).flatten(0, 1)
        expected = one.norms.judge(seen).unflatten(0, rollout.first[:-1].shape)
        torch.testing.assert_close(torch.from_numpy(rollout.record["extra_inputs"][..., 0].copy()), expected)
        one.learn(rollout)
        later = one.norms.judge(seen).unflatten(0, rollout.first[:-1].shape)
        assert not torch.allclose(later, expected, atol=1e-4)


def test_no_gradient_passes_between_policy_and_classifier():
    """Without events the classifiers keep every bit while policies learn.

    With other events policies learn the same.
    """
    env = noise()
    rollout = rollout_of(learner(env), env)
    nobody = rollout.events._replace(**{name: x[:0] for name, x in rollout.events._asdict().items()})
    swapped = rollout.events._replace(sanctioned=~rollout.events.sanctioned)
    fresh = tensors(learner(env).state_dict())
    learnt = {}
    for name, events in (("as it was", rollout.events), ("nobody", nobody), ("swapped", swapped)):
        one = learner(env)
        one.learn(rollout._replace(events=events))
        learnt[name] = tensors(one.state_dict())
    norms = {name for name in fresh if name.startswith("norms/")}
    assert not norms & set(differences(learnt["nobody"], fresh))
    assert norms & set(differences(learnt["swapped"], learnt["as it was"]))
    for other in ("nobody", "swapped"):
        assert set(differences(learnt["as it was"], learnt[other])) <= norms
    assert set(differences(learnt["nobody"], fresh)) - norms


@pytest.mark.parametrize("sees", [True, False])
def test_the_policy_sees_its_own_classifier_if_it_is_to(sees):
    env = noise()
    one = learner(env, norms={"policy_sees": sees})
    for parameter in one.network.parameters():
        parameter.data += 0.1 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(0))
    step = env.reset(0).groups["agents"]

    def policy():
        return one._forward(one._inputs(step.observation, step.first, step.active), None)[0].detach()

    before = policy()
    one.norms.network.head.bias.data[1] += 3.0
    moved = (policy() - before).abs().flatten(1).amax(dim=1)
    assert (moved[1] > 0) == sees
    assert moved[0] == moved[2] == 0


def test_it_counts_what_happened():
    env = noise()
    one = learner(env)
    rollout = rollout_of(one, env)
    metrics = one.learn(rollout)
    chance, shot = (rollout.signals[name][1:] > 0 for name in (OPPORTUNITY, SANCTION))
    took = chance & shot
    assert took.sum() < shot.sum()  # some sanction where there is nobody, which is no event
    assert (metrics["disapprovals"], metrics["approvals"]) == (took.sum(), (chance & ~shot).sum())
    np.testing.assert_allclose(metrics["sanction_rate"], took.sum() / chance.sum())
    share = (rollout.record["extra_inputs"][..., 0][took] >= 0.5).mean()
    np.testing.assert_allclose(metrics["disapproved_share"], share)


def test_own_rows_are_found_among_all_agents_of_the_world():
    """In a scenario the learner is one agent of six.

    Its signals are in the row that it has in the world.
    """
    env = make("dilemmas/allelopathic_harvest_among_punishers_of_green_small-v0", 8)
    (place,) = env.spec.groups[0].places
    one = learner(env)
    rollout = rollout_of(one, env, 60)
    chance, taken = one._own(rollout)
    np.testing.assert_array_equal(chance[..., 0], rollout.signals[OPPORTUNITY][1:, :, place] > 0)
    own = rollout.events.agent == place
    assert chance.sum() == own.sum()
    assert taken.sum() == rollout.events.sanctioned[own].sum()
    assert 0 < own.sum() < len(own)
    paid = one._pseudo_reward(rollout)
    expected = pseudo_reward(taken, rollout.record["extra_inputs"][..., 0], one.norm_config)
    np.testing.assert_array_equal(paid, expected)


def test_returns_of_a_run_hold_no_pseudo_reward():
    """Two runs play the same, for they hardly learn.

    One pays itself a fortune for sanctions, and reports the same episodes.
    """
    config = {
        "environment": "dilemmas/allelopathic_harvest-v0",
        "task": {"map": "small", "num_agents": 4, "max_cycles": 20},
        "algorithm": "cnm",
        "training": {"num_envs": 4, "rollout_length": 24, "threads": 1, "evaluation_interval": 0, "tensorboard": False},
    }
    metrics = []
    for alpha in (0.0, 100.0):
        norms = {"alpha": alpha, "beta": 0.0, "hidden": (8,), "channels": (4,)}
        learner = {"norms": norms, "network": {"hidden": (8,), "channels": (4,)}, "learning_rate": 1e-12}
        trainer = Trainer(build_experiment({**config, "learner": learner}))
        metrics.append({f"{name} {k}": value for k in range(2) for name, value in trainer.update().items()})
    plain, rich = metrics
    assert plain["episode/sanctions 1"] > 0
    assert {k: v for k, v in plain.items() if k.startswith("episode/")} == {
        k: v for k, v in rich.items() if k.startswith("episode/")
    }
    assert rich["agents/shaped_return 0"] > plain["agents/shaped_return 0"] + 1


def test_a_base_that_declares_local_is_refused():
    class Blind(CNM):
        name = "blind"
        information = Information.LOCAL

    env = noise()
    with pytest.raises(BadParameter, match=r"^blind declares LOCAL; what learns norms sees public sanctions"):
        Blind(Context(env.spec, env.spec.groups[0]), CNM.Config())


def test_a_missing_global_state_is_named_by_the_learner_that_needs_it():
    env = make("dilemmas/allelopathic_harvest-v0", 1)
    spec = dataclasses.replace(env.spec, state_shape=None)
    with pytest.raises(BadParameter, match=r"^cnm_mappo learns from a global state"):
        CNMMAPPO(Context(spec, spec.groups[0]), CNMMAPPO.Config())
