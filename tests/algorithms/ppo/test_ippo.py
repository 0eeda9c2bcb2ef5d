"""IPPO: first ratio, bootstrap, early stopping, schedules, divergence, states, config."""

import copy
import dataclasses
import io
import math

import numpy as np
import pytest
import torch

from stigmergy.algorithms.core.learner import Context, Diverged
from stigmergy.algorithms.core.returns import generalized_advantage
from stigmergy.algorithms.ppo.ippo import IPPO, IPPOConfig
from stigmergy.algorithms.ppo.networks import NetworkConfig
from stigmergy.algorithms.ppo.objectives import ppo_loss
from stigmergy.envs.errors import BadParameter

from ..support.loop import Collector, ippo, small, train
from ..support.tiny_envs import Noise

NETWORKS = {"plain": small(), "memory": small(memory="gru"), "two memories": small(memory="gru", separate_critic=True)}


def weights(learner):
    return {name: p.clone() for name, p in learner.network.state_dict().items()}


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("sharing", ["none", "all"])
@pytest.mark.parametrize("network", NETWORKS)
def test_the_first_minibatch_has_ratio_one(network, sharing, monkeypatch):
    """Decisions keep their probability when they are judged again from the stored hidden state.

    That holds in a second rollout too.
    """
    env = Noise(5, masks=True)
    learner = ippo(env, network=dataclasses.replace(NETWORKS[network], sharing=sharing))
    seen = []

    def watch(distribution, outputs, value, batch, *rest):
        log_prob, _ = distribution.log_prob_and_entropy(outputs.detach(), batch.sample, batch.mask)
        ratio, drift = (log_prob - batch.log_prob).exp(), value.detach() - batch.value
        seen.append((float((ratio - 1).abs()[batch.valid].max()), float(drift.abs()[batch.valid].max())))
        return ppo_loss(distribution, outputs, value, batch, *rest)

    monkeypatch.setattr("stigmergy.algorithms.ppo.learner.ppo_loss", watch)
    collector = Collector(env, learner, 12)
    for _ in range(3):
        seen.clear()
        learner.learn(collector.collect())
        ratio, drift = seen[0]
        assert ratio < 1e-12
        assert drift < 1e-12
        assert seen[-1][0] > 1e-3  # and later ones do not


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("network", NETWORKS)
def test_the_bootstrap_is_the_value_of_the_next_decision(network, normalize, monkeypatch):
    """The value behind the rollout's end is the first value of the next rollout."""
    env = Noise(5)
    learner = ippo(env, network=NETWORKS[network], normalize_value=normalize)
    used = []

    def watch(reward, value, *rest):
        used.append(value)
        return generalized_advantage(reward, value, *rest)

    monkeypatch.setattr("stigmergy.algorithms.core.rollout.generalized_advantage", watch)
    collector = Collector(env, learner, 10)
    learner.learn(collector.collect())
    one, following = collector.collect(), collector.collect()
    assert not following.first[0].any()  # where an episode begins, memory does not matter
    learnt_scale = copy.deepcopy(learner.normalizer)
    learner.learn(one)
    expected = torch.from_numpy(np.concatenate([one.record["value"], following.record["value"][:1]]))
    if learnt_scale is not None:
        expected = learnt_scale.denormalize(expected.flatten(0, 1).T).T.reshape(expected.shape)
    np.testing.assert_allclose(used[1][one.active], expected.numpy()[one.active], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("normalize", [False, True])
def test_explained_variance_is_that_of_the_values_that_collected(normalize):
    learner = ippo(Noise(5), normalize_value=normalize, num_updates=4, anneal=True)
    collector = Collector(Noise(5), learner, 12)
    for update in range(2):
        rollout = collector.collect()
        value = learner.estimate(rollout)
        advantage, valid = rollout.advantage(value, 0.99, 0.95)
        shares = []
        for agent in range(3):
            rows = valid[:, :, agent]
            error = advantage[:, :, agent][rows].astype(float)
            shares.append(1 - error.var() / (error + value[:-1, :, agent][rows]).var())
        metrics = learner.learn(rollout)
        assert metrics["explained_variance"] == pytest.approx(np.mean(shares), rel=1e-4)
        assert metrics["learning_rate"] == pytest.approx(3e-3 * (1 - update / 4))


def test_explained_variance_is_left_out_where_returns_do_not_vary():
    learner = ippo(Noise(5), gamma=0.0)
    rollout = Collector(Noise(5), learner, 12).collect()
    same = rollout._replace(reward=np.full_like(rollout.reward, 0.5))
    same.record["value"][:] = 0
    metrics = learner.learn(same)
    assert "explained_variance" not in metrics
    assert metrics["learning_rate"] == 3e-3


def test_early_stopping_stops_the_agent_that_moved_and_no_other():
    env = Noise(5)
    learner = ippo(env, target_kl=0.05, learning_rate=1e-4)
    rollout = Collector(env, learner, 12).collect()
    with torch.no_grad():
        # agent 0 is no more what it was when it collected
        learner.network.actor.bias[0, 0, 0] += 3.0
    before = weights(learner)
    learner.learn(rollout)
    assert learner.optimizer.steps.tolist() == [0, 16, 16]
    after = weights(learner)
    for name, p in before.items():
        assert torch.equal(p[0], after[name][0])
        assert not torch.equal(p[1], after[name][1])
    train(env, learner, 12, 1)
    assert learner.optimizer.steps.tolist() == [16, 32, 32]  # the next rollout finds it going again


def test_early_stopping_comes_within_an_update():
    env = Noise(5)
    learner = ippo(env, target_kl=1e-3, learning_rate=3e-2)
    train(env, learner, 12, 1)
    assert (learner.optimizer.steps > 0).all()
    assert (learner.optimizer.steps < 16).all()


def test_the_learning_rate_falls_to_zero_over_the_run():
    env = Noise(5)
    learner = ippo(env, num_updates=4, anneal=True, learning_rate=1e-3)
    rates, moves = [], []
    for _ in range(5):
        rates.append(learner.learning_rate())
        before = weights(learner)
        train(env, learner, 12, 1)
        moves.append(max(float((p - before[name]).abs().max()) for name, p in weights(learner).items()))
    assert rates == pytest.approx([1e-3, 7.5e-4, 5e-4, 2.5e-4, 0.0])
    assert moves[0] > moves[3] > 0
    assert moves[4] == 0
    assert ippo(env, num_updates=4, anneal=False, learning_rate=1e-3).learning_rate() == 1e-3


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_divergence_names_the_agent(bad):
    env = Noise(5)
    learner = ippo(env)
    rollout = Collector(env, learner, 12).collect()
    spared = ippo(env)
    spared.learn(rollout)
    t, e, _ = np.argwhere(rollout.valid[:, :, 1:2])[3]
    rollout.reward[t, e, 1] = bad
    with pytest.raises(Diverged, match=r"the learner of 'agents' diverged: \w+ of agent_1 is (nan|inf)"):
        learner.learn(rollout)
    for name, p in weights(learner).items():
        # the others learn on as if nothing were
        assert torch.equal(p[[0, 2]], weights(spared)[name][[0, 2]])


def test_divergence_of_shared_parameters_names_all():
    env = Noise(5)
    learner = ippo(env, network=small(sharing="all"))
    rollout = Collector(env, learner, 12).collect()
    rollout.reward[:] = math.nan
    with pytest.raises(Diverged, match="of all is nan"):
        learner.learn(rollout)


def continued(collector, learner, updates):
    """Actions and metrics of further updates."""
    trace = []
    for _ in range(updates):
        rollout = collector.collect()
        trace += [rollout.action.copy(), *(value.copy() for value in rollout.record.values())]
        trace += learner.learn(rollout).values()
    return trace


@pytest.mark.parametrize("network", NETWORKS)
def test_a_saved_learner_continues_to_the_bit(network):
    options = {"network": NETWORKS[network], "num_updates": 8, "anneal": True, "normalize_value": True}
    env = Noise(5, masks=True)
    learner = ippo(env, **options)
    collector = Collector(env, learner, 12)
    continued(collector, learner, 2)
    file = io.BytesIO()
    torch.save({"learner": learner.state_dict(), "hidden_state": collector.hidden_state}, file)
    snapshot = env.snapshot()
    expected = continued(collector, learner, 3)

    file.seek(0)
    saved = torch.load(file, weights_only=True)
    for other in (ippo(env, **options), learner):  # a new one, and the same one taken back
        other.load_state_dict(saved["learner"])
        again = Collector(env, other, 12)
        again.step, again.hidden_state = env.restore(snapshot), saved["hidden_state"]
        for one, two in zip(expected, continued(again, other, 3), strict=True):
            np.testing.assert_array_equal(one, two)
    # The state counts: without it the same experience gives something else.
    again = Collector(env, ippo(env, **options), 12)
    again.step, again.hidden_state = env.restore(snapshot), saved["hidden_state"]
    assert any(not np.array_equal(one, two) for one, two in zip(expected, continued(again, again.learner, 3)))


def test_taking_back_a_learner_that_had_not_acted_takes_back_its_draws():
    env = Noise(5)
    learner = ippo(env)
    start = copy.deepcopy(learner.state_dict())
    expected = continued(Collector(env, learner, 12), learner, 1)
    learner.load_state_dict(start)
    for one, two in zip(expected, continued(Collector(env, learner, 12), learner, 1), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("network", NETWORKS)
def test_decisions_in_one_copy_do_not_depend_on_the_other_copies(network):
    env = Noise(5, masks=True)
    step = env.reset(0).groups["agents"]
    rng = np.random.default_rng(0)
    observation, mask = step.observation.copy(), step.action_mask.copy()
    observation[1:], mask[1:] = rng.normal(size=observation[1:].shape), True
    changed = step._replace(observation=observation, action_mask=mask)
    learners = [ippo(env, network=NETWORKS[network]) for _ in range(2)]
    one, other = (
        learner.act(seen, learner.initial_hidden_state(5)) for learner, seen in zip(learners, (step, changed))
    )
    np.testing.assert_array_equal(one.action[0], other.action[0])
    for name, value in one.record.items():
        np.testing.assert_array_equal(value[0], other.record[name][0])
        assert (value[1:] != other.record[name][1:]).any()
    if one.hidden_state is not None:
        assert torch.equal(one.hidden_state[0], other.hidden_state[0])


def test_greedy_decisions_are_the_most_likely_and_draw_nothing():
    env = Noise(64, masks=True)
    learner = ippo(env)
    with torch.no_grad():
        learner.network.actor.weight.mul_(100)
    step = env.reset(0).groups["agents"]
    before = learner.stream("policy").get_state()
    greedy = learner.act(step, None, greedy=True)
    assert torch.equal(learner.stream("policy").get_state(), before)
    drawn = [learner.act(step, None) for _ in range(50)]
    assert any((one.action != greedy.action).any() for one in drawn)
    assert all((greedy.record["log_prob"] >= one.record["log_prob"]).all() for one in drawn)


def test_one_seed_gives_one_learner():
    env = Noise(5)
    learners = [ippo(env, seed=seed) for seed in (3, 3, 4)]
    runs = [continued(Collector(env, learner, 12), learner, 2) for learner in learners]
    assert all(np.array_equal(one, two) for one, two in zip(runs[0], runs[1]))
    assert not np.array_equal(runs[0][0], runs[2][0])


@pytest.mark.parametrize("sharing", ["none", "all"])
def test_a_rollout_in_which_nobody_acts_changes_nothing(sharing):
    env = Noise(5)
    learner = ippo(env, network=small(sharing=sharing), normalize_value=True)
    rollout = Collector(env, learner, 12).collect()
    learner.learn(rollout)  # from here on Adam's momentum would carry the weights along
    before = weights(learner)
    metrics = learner.learn(rollout._replace(active=np.zeros_like(rollout.active)))
    assert all(torch.equal(p, before[name]) for name, p in weights(learner).items())
    assert all(math.isfinite(value) for value in metrics.values())


@pytest.mark.parametrize("memory", ["none", "gru"])
def test_more_minibatches_than_rows_will_do(memory):
    env = Noise(2)
    learner = ippo(env, network=small(memory=memory), minibatches=1000)
    before = weights(learner)
    train(env, learner, 3, 1)
    assert any(not torch.equal(p, before[name]) for name, p in weights(learner).items())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"learning_rate": 0.0}, "learning_rate is 0.0; allowed is above 0"),
        ({"gamma": 1.5}, "gamma is 1.5; allowed is 0 to 1"),
        ({"gae_lambda": math.nan}, "gae_lambda is nan"),
        ({"epochs": 0}, "epochs is 0; allowed is 1 to 1000000"),
        ({"target_kl": -1.0}, "target_kl is -1.0; allowed is above 0, or none"),
    ],
)
def test_settings_out_of_range_are_named(options, sentence):
    with pytest.raises(BadParameter, match=sentence):
        IPPOConfig(**options)


def test_network_settings_out_of_range_are_named():
    with pytest.raises(BadParameter, match="hidden is empty"):
        NetworkConfig(hidden=())
    with pytest.raises(BadParameter, match="agent_id is true with sharing 'none'"):
        NetworkConfig(agent_id=True)


def test_a_learner_is_built_from_spec_and_settings_alone():
    env = Noise(2)
    learner = IPPO(Context(env.spec, env.spec.groups[0], seed=1), IPPOConfig())
    assert learner.learning_rate() == IPPOConfig().learning_rate
