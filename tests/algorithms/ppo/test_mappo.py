"""MAPPO: critics that see the global state while learning, actors that do without."""

import numpy as np
import pytest
import torch
from gymnasium import spaces

from stigmergy.algorithms.nn.layers import AgentAxis
from stigmergy.algorithms.ppo.central_critic import CentralCritic
from stigmergy.algorithms.ppo.mappo import MAPPO
from stigmergy.algorithms.ppo.objectives import ppo_loss
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.make import make
from stigmergy.training.rollout_buffer import RolloutBuffer

from ..support.loop import Collector, ippo, mappo, small, train
from ..support.tiny_envs import ENTITIES, FEATURES, IMAGE, Noise
from ..test_truth import CUT, FEW, GAMMA, OPTIONS, TO_GO, UPDATES

SEES = [
    {"state": "environment"},
    {"state": "observations"},
    {"state": "environment", "critic_sees": "state_and_observation"},
]


def parameters(part):
    return [p.detach().clone() for p in part.parameters()]


def equal(one, other):
    return all(torch.equal(x, y) for x, y in zip(one, other, strict=True))


# What the critic sees


def test_the_critic_knows_what_agents_cannot_see():
    """Agents see nothing, the state tells how much of the episode is gone.

    A central critic learns what is left, an agent's own the mean.
    """
    options = {**OPTIONS, **FEW, "gamma": GAMMA, "gae_lambda": 1.0, "network": small(activation="tanh")}
    found = {}
    for name, build in (("mappo", mappo), ("ippo", ippo)):
        env = make("games/value_truth-v0", 4, ends="termination", observe="nothing", max_cycles=CUT, num_agents=2)
        learner = build(env, num_updates=UPDATES, **options)
        train(env, learner, 3 * (CUT + 1), UPDATES)
        rollout = Collector(env, learner, CUT).collect()
        found[name] = learner.estimate(rollout)[:-1]
    truth = np.broadcast_to(TO_GO[:, None, None], found["mappo"].shape)
    np.testing.assert_allclose(found["mappo"], truth, atol=0.2)
    np.testing.assert_allclose(found["ippo"], TO_GO.mean(), rtol=0.03)


@pytest.mark.parametrize("sees", SEES)
def test_values_depend_on_the_state_and_decisions_on_nothing_central(sees):
    env = Noise(5, masks=True)
    learner = mappo(env, **sees)
    rollout = Collector(env, learner, 12).collect()
    assert "value" not in rollout.record  # acting computes none
    rng = np.random.default_rng(0)
    state, observation = rng.normal(size=rollout.state.shape), rollout.observation.copy()
    observation[:, :, 1:] = rng.normal(size=observation[:, :, 1:].shape)
    before = learner.estimate(rollout)
    other_state = learner.estimate(rollout._replace(state=state.astype(np.float32)))
    others_seen = learner.estimate(rollout._replace(observation=observation.astype(np.float32)))
    active = rollout.active[:, :, 0]
    environment = sees["state"] == "environment"
    assert (before != other_state)[rollout.active].all() == environment
    assert (before != other_state).any() == environment
    assert (before[..., 0] != others_seen[..., 0])[active].any() != environment
    # The critic may be anything: the agents act the same.
    step = env.reset(0).groups["agents"]
    corrupt = mappo(env, **sees)
    with torch.no_grad():
        for p in corrupt.network.critic.parameters():
            p.fill_(torch.nan)
    one, other = (built.act(step, None) for built in (mappo(env, **sees), corrupt))
    np.testing.assert_array_equal(one.action, other.action)
    for name, value in one.record.items():
        np.testing.assert_array_equal(value, other.record[name])


@pytest.mark.parametrize("sees", SEES)
def test_each_agents_critic_and_actor_learn_from_its_own_reward(sees):
    env = Noise(5)
    rollout = Collector(env, mappo(env), 12).collect()
    paid = rollout.reward.copy()
    paid[..., 1] += 1 + np.arange(len(paid))[:, None]
    one, other = mappo(env, normalize_value=True, **sees), mappo(env, normalize_value=True, **sees)
    one.learn(rollout)
    other.learn(rollout._replace(reward=paid))
    for x, y in zip(parameters(one.network), parameters(other.network), strict=True):
        assert torch.equal(x[[0, 2]], y[[0, 2]])
    for part in ("actor", "critic"):
        ours, theirs = (parameters(getattr(built.network, part)) for built in (one, other))
        assert not all(torch.equal(x[1], y[1]) for x, y in zip(ours, theirs))


def test_the_gradient_of_a_shared_critic_is_all_agents():
    """The negative control of the above."""
    env = Noise(5)
    network = small(sharing="all", agent_id=True)
    rollout = Collector(env, mappo(env, network=network), 12).collect()
    one, other = mappo(env, network=network), mappo(env, network=network)
    one.learn(rollout)
    other.learn(rollout._replace(reward=rollout.reward * [1, 2, 1]))
    assert not equal(parameters(one.network.critic), parameters(other.network.critic))


# The critic


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("shape", [(4,), (5, 3), (2, 6, 6)], ids=["features", "entities", "image"])
@pytest.mark.parametrize("own", [None, FEATURES, IMAGE], ids=["state", "and features", "and image"])
def test_critics_are_as_many_separate_ones(shape, own):
    """The critic of agent 1 alone, with its weights, says what it says among three."""
    stream, rows = torch.Generator().manual_seed(0), 7
    together = CentralCritic(shape, own, small(), AgentAxis(3, False), stream)
    alone = CentralCritic(shape, own, small(), AgentAxis(1, False), stream)
    alone.load_state_dict({name: p[1:2] for name, p in together.state_dict().items()})
    state = torch.randn(rows, *shape, generator=stream)
    seen = torch.rand(rows, 3, *(own or FEATURES).shape, generator=stream)
    values = together(state, seen)
    assert values.shape == (3, rows)
    torch.testing.assert_close(values[1:2], alone(state, seen[:, 1:2]))
    assert (values[0] != values[1]).all()


@pytest.mark.usefixtures("double")
def test_a_shared_critic_tells_agents_apart_by_their_id_or_observation_alone():
    stream, rows = torch.Generator().manual_seed(0), 7
    state, seen = torch.randn(rows, 4, generator=stream), torch.randn(rows, 3, 3, generator=stream)
    agent_axis = AgentAxis(3, True)
    plain, with_id, with_own = (
        CentralCritic((4,), own, small(sharing="all", agent_id=identity), agent_axis, stream)
        for own, identity in ((None, False), (None, True), (FEATURES, False))
    )
    alike = agent_axis.merge(plain(state, seen))
    assert alike.shape == (rows, 3)
    assert (alike == alike[:, :1]).all()
    assert len(alike[:, 0].unique()) == rows
    for critic in (with_id, with_own):
        apart = agent_axis.merge(critic(state, seen))
        assert (apart[:, 0] != apart[:, 1]).all()
    # Each agent's own observation stands beside the state, not another's.
    other = seen.clone()
    other[:, 1] += 1
    before, after = (agent_axis.merge(with_own(state, x)) for x in (seen, other))
    torch.testing.assert_close(before[:, [0, 2]], after[:, [0, 2]])
    assert (before[:, 1] != after[:, 1]).all()


# Learning

CASES = {
    "plain": ({}, {}),
    "memory": ({"masks": True}, {"network": small(memory="gru")}),
    "shared with memory": ({"masks": True}, {"network": small(memory="gru", sharing="all", agent_id=True)}),
    "multi-discrete": ({"action": spaces.MultiDiscrete([3, 2]), "masks": True}, {}),
    "box": ({"action": spaces.Box(-2, 1, (2,), np.float32)}, {}),
    "images": ({"observation": IMAGE}, {"state": "observations", "critic_sees": "state_and_observation"}),
    "entities": ({"observation": ENTITIES}, {"state": "observations", "network": small(sharing="all")}),
}


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_the_first_minibatch_finds_the_values_and_ratios_of_before(case, normalize, monkeypatch):
    environment, options = CASES[case]
    env = Noise(5, **environment)
    learner = mappo(env, normalize_value=normalize, **options)
    seen = []

    def watch(distribution, outputs, value, batch, *rest):
        log_prob, _ = distribution.log_prob_and_entropy(outputs.detach(), batch.sample, batch.mask)
        drifts = (log_prob - batch.log_prob).abs(), (value.detach() - batch.value).abs()
        seen.append([float(x[batch.valid].max()) for x in drifts])
        return ppo_loss(distribution, outputs, value, batch, *rest)

    monkeypatch.setattr("stigmergy.algorithms.ppo.learner.ppo_loss", watch)
    collector = Collector(env, learner, 12)
    before = parameters(learner.network.critic)
    for _ in range(2):
        seen.clear()
        metrics = learner.learn(collector.collect())
        assert max(seen[0]) < 1e-10
        assert min(seen[-1]) > 1e-4
        assert all(np.isfinite(list(metrics.values())))
    assert not equal(before, parameters(learner.network.critic))


@pytest.mark.parametrize("sees", SEES)
def test_inactive_rows_change_nothing(sees):
    env = Noise(5)
    rollout = Collector(env, mappo(env), 12).collect()
    idle = ~rollout.active[..., None]
    assert idle.any()
    dirty = rollout._replace(observation=np.where(idle, np.float32(np.nan), rollout.observation))
    one, other = mappo(env, **sees), mappo(env, **sees)
    assert one.learn(rollout) == other.learn(dirty)
    assert equal(parameters(one.network), parameters(other.network))
    estimates = one.estimate(rollout), one.estimate(dirty)
    np.testing.assert_array_equal(estimates[0][rollout.active], estimates[1][rollout.active])


def test_the_critic_has_no_part_in_the_actors_features():
    """A gradient of the value reaches the critic alone."""
    env = Noise(5)
    learner = mappo(env, entropy=0.0)
    rollout = Collector(env, learner, 12).collect()
    flat = rollout._replace(reward=np.zeros_like(rollout.reward))
    with torch.no_grad():
        # values of 0 are right: there is no advantage and no error
        learner.network.critic.head.weight.zero_()
    before = parameters(learner.network.bodies) + parameters(learner.network.actor)
    learner.learn(flat)
    assert equal(before, parameters(learner.network.bodies) + parameters(learner.network.actor))
    with torch.no_grad():
        learner.network.critic.head.bias.fill_(1.0)  # now it errs, and learns
    critic = parameters(learner.network.critic)
    learner.learn(flat)
    assert not equal(critic, parameters(learner.network.critic))


def test_without_a_global_state_it_says_what_to_do():
    env = make("swarm/spread-v0", 2)
    spec = env.spec.__class__(env.spec.id, env.spec.groups, env.spec.horizon)
    assert spec.state_shape is None

    class Stateless:
        pass

    world = Stateless()
    world.spec = spec
    with pytest.raises(
        BadParameter, match="set state to observations to put those of the group's agents together instead"
    ):
        mappo(world)
    mappo(world, state="observations")


def test_the_rollout_holds_the_state_because_it_is_declared():
    env = Noise(5)
    buffer = RolloutBuffer(env.spec, env.spec.groups[0], 5, 3, MAPPO.information)
    assert buffer.state is not None
