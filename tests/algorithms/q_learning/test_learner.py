"""Q-learning and value decomposition.

Losses against the papers' equations, schedules, hidden states, communication, refusals.
"""

import dataclasses

import numpy as np
import pytest
import torch
from gymnasium import spaces

from stigmergy.algorithms.core.learner import Context
from stigmergy.algorithms.core.make import learner_class, make_learner
from stigmergy.algorithms.nn.communication import communicate
from stigmergy.algorithms.nn.layers import AgentAxis
from stigmergy.algorithms.q_learning.replay import Replay
from stigmergy.envs.errors import BadParameter

from ..support.loop import Collector, train
from ..support.plain_q import Plain
from ..support.tiny_envs import ENTITIES, IMAGE, Bandit, Noise

N, NUM_ENVS, LENGTH = 3, 5, 12
TEAMS = ("vdn", "qmix", "qplex", "wqmix")
SMALL = {"hidden": [16], "channels": [4], "memory_size": 8}
FAST = {"batch_size": 16, "sequence_length": 5, "gradient_steps": 3, "target_interval": 4, "learning_rate": 1e-2}


def noise(**options):
    return Noise(NUM_ENVS, N, **{"masks": True, **options})


def build(name, env, network=None, num_updates=10, **config):
    if name in TEAMS:
        config = {"team_reward": "sum", "state": "environment", **config}
    context = Context(
        env.spec, env.spec.groups[0], seed=3, num_updates=num_updates, num_envs=NUM_ENVS, rollout_length=LENGTH
    )
    return make_learner(name, context, {"network": SMALL | (network or {}), **FAST, **config})


def sequence_of(learner, env, after=2):
    """A sequence to look at, from a learner that has learnt a little: its targets lie behind."""
    train(env, learner, LENGTH, after)
    return learner.replay.draw(9, 6, torch.Generator().manual_seed(1), "cpu")


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("network", [{}, {"memory": "gru", "last_action": True}], ids=["plain", "memory"])
@pytest.mark.parametrize("double_q", [True, False])
def test_the_loss_of_independent_learners_is_the_equation(double_q, network):
    env = noise(wait=0.0, die=0.1)
    learner = build("iql", env, network, double_q=double_q, reward_scale=0.5, target_interval=1000)
    # learnt enough for the two networks to disagree on what is best
    sequence = sequence_of(learner, env, after=8)
    with torch.no_grad():
        loss, _, metrics = learner._loss(sequence)
    with torch.no_grad():
        expected = Plain(learner, sequence).independent()
    np.testing.assert_allclose(metrics["td_loss"], expected, rtol=1e-9)
    assert float(loss) == pytest.approx(sum(expected), rel=1e-9)
    learner.config = dataclasses.replace(learner.config, double_q=not double_q)
    with torch.no_grad():
        other = learner._loss(sequence)[2]
    assert not np.allclose(other["td_loss"], expected, rtol=1e-3)  # the switch is not for show


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("team_reward", ["sum", "mean"])
@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("vdn", {}),
        ("qmix", {}),
        ("qplex", {}),
        ("wqmix", {}),
        ("wqmix", {"weighting": "central"}),
        ("qmix", {"double_q": False}),
    ],
)
def test_the_loss_of_a_team_is_the_equation(name, config, team_reward):
    env = noise(wait=0.0, die=0.1)
    learner = build(name, env, team_reward=team_reward, reward_scale=0.5, **config)
    sequence = sequence_of(learner, env, after=8)
    with torch.no_grad():
        loss, _, metrics = learner._loss(sequence)
        team, central = Plain(learner, sequence).team()
    # The team's reward, up to 4, is added up in single precision; 6e-8 of that beside errors of 0.2
    # and above, squared.
    assert float(metrics["td_loss"]) == pytest.approx(team, rel=1e-5)
    assert float(loss) == pytest.approx(team + central, rel=1e-5)
    if name == "wqmix":
        assert learner.config.weight < float(metrics["weight"]) < 1


@pytest.mark.parametrize("name", ["iql", "qmix"])
@pytest.mark.parametrize("targets", [{"n_step": 3}, {"return_lambda": 0.8}])
def test_longer_targets_change_the_loss(name, targets):
    env = noise()
    learner = build(name, env)
    sequence = sequence_of(learner, env)
    short = learner._loss(sequence)[2]["td_loss"]
    learner.config = dataclasses.replace(learner.config, **targets)
    assert not torch.allclose(learner._loss(sequence)[2]["td_loss"], short, rtol=1e-3)


def test_burn_in_leaves_the_first_steps_out_of_the_loss():
    env = noise()
    learner = build("iql", env, {"memory": "gru"})
    sequence = sequence_of(learner, env)
    learner.config = dataclasses.replace(learner.config, burn_in=2)
    before = learner._loss(sequence)[2]["td_loss"]
    sequence.reward[:2] += 100.0
    assert torch.equal(learner._loss(sequence)[2]["td_loss"], before)
    sequence.reward[2] += 100.0
    assert not torch.equal(learner._loss(sequence)[2]["td_loss"], before)


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("network", [{"memory": "gru"}, {"last_action": True}, {"memory": "gru", "last_action": True}])
@pytest.mark.parametrize("sharing", ["none", "all"])
def test_learning_sees_the_values_that_acting_saw(network, sharing):
    env = noise()
    learner = build("iql", env, {**network, "sharing": sharing})
    seen = []
    original = learner.network.forward

    def watched(*arguments):
        result = original(*arguments)
        seen.append(result[0][0])
        return result

    learner.network.forward = watched
    with torch.no_grad():
        rollout = Collector(env, learner, LENGTH).collect()
        acted = torch.stack(seen)
    learner = build("iql", env, {**network, "sharing": sharing})  # with the parameters it acted by
    sequence = whole(learner, rollout)
    looked = learner._forward(learner.network, sequence)[:-1]
    active = torch.from_numpy(rollout.active[:-1])
    torch.testing.assert_close(looked[active], acted[active], rtol=1e-10, atol=1e-10)


def whole(learner, rollout):
    replay = Replay(LENGTH + 1, rollout, keep_state=False)
    replay.add(rollout)
    return replay.whole("cpu")


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [("linear", [1.0, 0.775, 0.55, 0.325, 0.1, 0.1]), ("exponential", [1.0, 0.5623, 0.3162, 0.1778, 0.1, 0.1])],
)
def test_epsilon_falls_as_it_is_told(schedule, expected):
    env = Bandit(NUM_ENVS)
    learner = build("iql", env, epsilon_schedule=schedule, epsilon_end=0.1, epsilon_fraction=0.4)
    seen = []
    for update in range(6):
        learner.updates = update
        seen.append(learner.epsilon())
    np.testing.assert_allclose(seen, expected, rtol=1e-3)


def test_epsilon_is_the_share_of_random_actions_and_greedy_has_none():
    env = Bandit(400)
    learner = build("iql", env, num_updates=1, epsilon_start=0.3, epsilon_end=0.3)
    step = env.reset(0).groups["agents"]
    greedy = learner.act(step, None, greedy=True).action
    np.testing.assert_array_equal(greedy, learner.act(step, None, greedy=True).action)
    changed = (learner.act(step, None).action != greedy).mean()
    # A random action is one of three, so two thirds of them differ; three standard deviations of
    # 1,200 draws are 0.035.
    assert abs(changed - 0.3 * 2 / 3) < 0.035


@pytest.mark.parametrize("name", ["iql", *TEAMS])
def test_a_bandit_is_learnt(name):
    env = Bandit(NUM_ENVS)
    state = {} if name == "iql" else {"state": "observations"}
    learner = build(name, env, num_updates=40, gamma=0.0, gradient_steps=8, **state)
    train(env, learner, LENGTH, 40)
    step = env.reset(1).groups["agents"]
    context = step.observation.argmax(axis=-1)
    np.testing.assert_array_equal(learner.act(step, None, greedy=True).action, (context + np.arange(N)) % 3)


def test_maximization_raises_values_less_with_two_networks():
    """The best of noisy values is too high, and a single network repeats the mistake.

    That is van Hasselt's point.

    The mean over 12 agents: over seeds the difference is 0.09, with a standard deviation of 0.01.
    """
    taken = []
    for double_q in (True, False):
        env = Noise(NUM_ENVS, 12, die=0.0, wait=0.0)
        learner = build(
            "iql",
            env,
            num_updates=60,
            double_q=double_q,
            gamma=0.95,
            gradient_steps=8,
            target_interval=20,
            learning_rate=5e-3,
        )
        taken.append(np.mean([metrics["q_taken"] for metrics in train(env, learner, LENGTH, 60)[-10:]]))
    assert taken[1] > taken[0] + 0.04


def test_agents_hear_the_mean_of_those_who_are_there():
    agent_axis = AgentAxis(3, shared=False)
    x = torch.tensor([[[1.0]], [[2.0]], [[6.0]]], requires_grad=True)  # (m, rows, features)
    active = torch.tensor([[True, True, False]])
    heard = communicate(x, active, agent_axis)
    assert heard[:, 0].tolist() == [[1.0, 2.0], [2.0, 1.0], [6.0, 1.5]]
    heard[0, 0, 1].backward()
    assert x.grad.flatten().tolist() == [0.0, 1.0, 0.0]  # and can learn what to say


@pytest.mark.parametrize(
    ("channel", "memory"), [("none", "gru"), ("features", "gru"), ("memory", "gru"), ("memory", "none")]
)
def test_a_channel_carries_what_others_see(channel, memory):
    env = noise(wait=0.0, die=0.0, masks=False)
    learner = build("vdn", env, {"channel": channel, "memory": memory})
    train(env, learner, LENGTH, 2)
    step = env.reset(0).groups["agents"]
    other = step._replace(observation=step.observation.copy())
    other.observation[:, 1:] *= -3
    flags = torch.from_numpy(step.first)[None], torch.ones(1, NUM_ENVS, N, dtype=torch.bool)
    start = learner.initial_hidden_state(NUM_ENVS)
    one, two = (
        learner.network(torch.from_numpy(seen.observation)[None], start, *flags)[0][0, :, 0] for seen in (step, other)
    )
    assert torch.equal(one, two) == (channel == "none")


def test_the_team_is_paid_the_sum_or_the_mean_or_what_all_get():
    env = noise()
    reward = np.array([[[1.0, 2.0, 6.0]]], np.float32)
    assert build("vdn", env, team_reward="sum")._team_reward(reward).item() == 9
    assert build("vdn", env, team_reward="mean")._team_reward(reward).item() == 3
    group = dataclasses.replace(env.spec.groups[0], shared_reward=True)
    env.spec = dataclasses.replace(env.spec, groups=(group,))
    learner = build("vdn", env, team_reward=None)
    assert (
        learner._team_reward(np.array([[[0.0, -2.0, -2.0]]], np.float32)).item() == -2
    )  # the first one's end has come
    assert learner._team_reward(np.array([[[4.0, 4.0, 4.0]]], np.float32)).item() == 4


@pytest.mark.parametrize("observation", [ENTITIES, IMAGE], ids=["entities", "image"])
@pytest.mark.parametrize("state", ["environment", "observations"])
def test_teams_learn_from_any_kind_of_observation_and_state(observation, state):
    env = noise(observation=observation)
    metrics = train(env, build("wqmix", env, state=state, mixer="qplex"), LENGTH, 2)
    assert all(np.isfinite(value) for value in metrics[-1].values())


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("name", ["iql", "qmix"])
def test_an_action_of_parts_is_learnt_part_by_part(name):
    env = noise(action=spaces.MultiDiscrete([3, 2], start=[1, 0]))
    learner = build(name, env)
    train(env, learner, LENGTH, 3)
    step = env.reset(0).groups["agents"]
    action = learner.act(step, None, greedy=True).action
    values, _ = learner.network(
        torch.from_numpy(step.observation)[None],
        None,
        torch.from_numpy(step.first)[None],
        torch.from_numpy(step.active)[None],
    )
    values = values[0].masked_fill(~torch.from_numpy(step.action_mask), -torch.inf)
    np.testing.assert_array_equal(action[..., 0], values[..., :3].argmax(-1) + 1)
    np.testing.assert_array_equal(action[..., 1], values[..., 3:].argmax(-1))


@pytest.mark.usefixtures("double")
def test_soft_targets_follow_and_hard_ones_jump():
    env = noise()
    soft, hard = (build("iql", env, target_interval=1, target_tau=tau, gradient_steps=1) for tau in (0.1, 1.0))
    for learner in (soft, hard):
        before = [p.clone() for p in learner.targets.parameters()]
        train(env, learner, LENGTH, 1)
        for old, target, own in zip(before, learner.targets.parameters(), learner.parts.parameters()):
            torch.testing.assert_close(target, old + learner.config.target_tau * (own - old))


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("iql", {"gamma": 1.5}, "gamma is 1.5; allowed is 0 to 1"),
        (
            "iql",
            {"n_step": 3, "return_lambda": 0.5},
            "n_step is 3 and return_lambda 0.5; targets are of one kind or the other",
        ),
        ("iql", {"burn_in": 5}, "burn_in is 5; allowed is less than sequence_length, which is 5"),
        ("iql", {"learning_rate": 0.0}, "learning_rate is 0.0; allowed is above 0"),
        ("iql", {"epsilon_schedule": "exponential", "epsilon_end": 0.0}, "needs epsilon_start >= epsilon_end > 0"),
        ("qmix", {"mixer": "sums"}, "mixer is 'sums'; there is no such mixer"),
        (
            "qmix",
            {"team_reward": None},
            "qmix learns from one reward of the team, and 'test/noise-v0' pays each agent of the group 'agents' its own; ",
        ),
        ("wqmix", {"weight": 0.0}, "weight is 0.0; allowed is above 0 to 1"),
    ],
)
def test_bad_settings_get_a_sentence(name, change, message):
    with pytest.raises(BadParameter, match=message.replace("(", r"\(")):
        build(name, noise(), **change)


def test_boxes_and_missing_states_get_a_sentence_that_says_what_to_do():
    box = noise(masks=False, action=spaces.Box(-1, 1, (2,), np.float32))
    for name in ("iql", *TEAMS):
        with pytest.raises(BadParameter, match=f"{name} chooses among countable actions.*ippo, mappo and dpo"):
            build(name, box)
    blind = Bandit(NUM_ENVS)
    with pytest.raises(
        BadParameter, match="qmix learns from a global state, and 'test/bandit-v0' has none; set state to observations"
    ):
        build("qmix", blind)
    assert not build("vdn", blind).keeps_state  # a sum needs none


def test_presets_differ_in_mixer_and_weights_alone():
    chosen = {name: (s := learner_class(name).Config(), s.mixer, s.weighting)[1:] for name in TEAMS}
    assert chosen == {
        "vdn": ("vdn", "none"),
        "qmix": ("qmix", "none"),
        "qplex": ("qplex", "none"),
        "wqmix": ("qmix", "optimistic"),
    }
