"""The classifiers of norms: what they can tell apart, what they learn from, and what they pay."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gymnasium import spaces

from stigmergy.algorithms.core.learner import Context
from stigmergy.algorithms.norms.classifier import NormConfig, NormModel, pseudo_reward
from stigmergy.envs.core.sanction_signals import Events, context_space, signal_shapes
from stigmergy.envs.core.spec import EnvSpec, GroupSpec
from stigmergy.envs.errors import BadParameter

N = 3
PLANES = spaces.Box(0, 1, (4, 5, 5), np.uint8)
RED, BLUE = 0, 1
QUICK = NormConfig(hidden=(32,), channels=(8,), learning_rate=3e-3, steps=1, disapprovals=32, approvals=256)


def world(observation=PLANES, n=N, signals=None):
    group = GroupSpec("agents", n, observation, spaces.Discrete(3))
    return EnvSpec("test/norms-v0", (group,), 10, signals=signal_shapes(n) if signals is None else signals)


def model(config=QUICK, n=N, seed=0, observation=PLANES):
    env = world(observation, n)
    return NormModel(Context(env, env.groups[0]), config, "cnm", torch.Generator().manual_seed(seed))


def meetings(number, rng, share=0.1):
    """Frames of a neighbour somewhere ahead that carries red or blue, among noise.

    Who carries red is a `share` of all. (frames, red)
    """
    frames = (rng.random((number, *PLANES.shape)) < 0.2).astype(np.uint8)
    frames[:, [RED, BLUE]] = 0
    red = rng.random(number) < share
    row, col = rng.integers(0, 3, number), rng.integers(1, 4, number)
    frames[np.arange(number), np.where(red, RED, BLUE), row, col] = 1
    return frames, red


def events(context, sanctioned):
    nothing = np.zeros(len(context), np.int64)
    return Events(nothing, nothing, nothing, np.asarray(sanctioned, np.bool_), context)


def balanced_accuracy(learnt, frames, sanctioned):
    """Of each agent's classifier, by a loop."""
    found = []
    for agent in range(N):
        says = learnt.judge(torch.from_numpy(np.repeat(frames[:, None], N, axis=1)))[:, agent].numpy() >= 0.5
        found.append((np.mean(says[sanctioned]) + np.mean(~says[~sanctioned])) / 2)
    return np.array(found)


def train(config, shuffled=False, updates=300):
    rng, stream = np.random.default_rng(0), torch.Generator().manual_seed(0)
    learnt = model(config)
    for _ in range(updates):
        frames, red = meetings(400, rng)
        learnt.learn(events(frames, rng.permutation(red) if shuffled else red), stream)
    return learnt, *meetings(4000, rng)


def test_it_learns_whom_the_group_sanctions():
    learnt, frames, red = train(QUICK)
    assert (balanced_accuracy(learnt, frames, red) > 0.95).all()


def test_from_shuffled_labels_it_learns_nothing():
    learnt, frames, red = train(QUICK, shuffled=True)
    np.testing.assert_allclose(balanced_accuracy(learnt, frames, red), 0.5, atol=0.1)
    # Nor can it tell its own training labels apart: on new events shuffled alike, none of them
    # differ by what is seen.
    other = np.random.default_rng(1).permutation(red)
    np.testing.assert_allclose(balanced_accuracy(learnt, frames, other), 0.5, atol=0.06)


def test_what_it_reports_was_measured_before_it_learnt():
    rng, stream = np.random.default_rng(0), torch.Generator().manual_seed(0)
    frames, red = meetings(400, rng, share=0.5)
    learnt = model(replace(QUICK, steps=60))
    first = learnt.learn(events(frames, red), stream)
    assert (first["balanced_accuracy"] < 0.8).all()
    assert first["classifier_loss"].sub(np.log(2)).abs().max() < 0.05
    second = learnt.learn(events(frames, red), stream)
    assert (second["balanced_accuracy"] > 0.9).all()


def test_without_balance_the_rarer_kind_counts_less():
    """Constant frames are judged by the share of sanctions among the events drawn.

    It is even, or a fifth.
    """
    frames = np.ones((500, *PLANES.shape), np.uint8)
    sanctioned = np.arange(500) % 25 == 0
    found = {}
    for balance in (True, False):
        learnt = model(replace(QUICK, balance=balance, disapprovals=50, approvals=200, steps=300, learning_rate=1e-2))
        learnt.learn(events(frames, sanctioned), torch.Generator().manual_seed(0))
        found[balance] = learnt.judge(torch.from_numpy(frames[:1, None].repeat(N, axis=1))).numpy()
    np.testing.assert_allclose(found[True], 0.5, atol=0.02)
    # no more disapprovals are drawn than there are
    np.testing.assert_allclose(found[False], 20 / 220, atol=0.02)


def test_a_group_that_lets_everything_pass_approves():
    frames, _ = meetings(200, np.random.default_rng(0))
    learnt = model(replace(QUICK, steps=50))
    metrics = learnt.learn(events(frames, np.zeros(200)), torch.Generator().manual_seed(0))
    assert "balanced_accuracy" not in metrics
    assert learnt.judge(torch.from_numpy(frames[:, None].repeat(N, axis=1))).max() < 0.1


def test_without_events_nothing_changes():
    learnt = model()
    before = [p.clone() for p in learnt.network.parameters()]
    assert learnt.learn(events(np.zeros((0, *PLANES.shape), np.uint8), []), torch.Generator()) == {}
    assert all(torch.equal(a, b) for a, b in zip(before, learnt.network.parameters()))


def test_the_loss_is_the_mean_of_both_kinds_means():
    logit = torch.randn(N, 7, generator=torch.Generator().manual_seed(0))
    bce = F.binary_cross_entropy_with_logits
    for balance in (True, False):
        counts = torch.tensor([[2] * N, [5] * N])
        loss = model(replace(QUICK, balance=balance))._loss(logit[:, :2], logit[:, 2:], counts)
        for agent in range(N):
            one, other = logit[agent, :2], logit[agent, 2:]
            parts = bce(one, torch.ones(2)), bce(other, torch.zeros(5))
            expected = sum(parts) / 2 if balance else (2 * parts[0] + 5 * parts[1]) / 7
            torch.testing.assert_close(loss[agent], expected)
        counts[0, 1] = 0  # for one agent nobody sanctioned
        loss = model(replace(QUICK, balance=balance))._loss(logit[:, :2], logit[:, 2:], counts)
        torch.testing.assert_close(loss[1], bce(logit[1, 2:], torch.zeros(5)))


def test_classifiers_are_private():
    """They begin apart, draw apart, and no gradient of one reaches another."""
    learnt = model()
    weights = [p for name, p in learnt.network.named_parameters() if name.endswith("weight")]
    assert weights
    assert not any(torch.equal(p[0], p[1]) for p in weights)
    frames, red = meetings(50, np.random.default_rng(0))
    drawn = learnt._draw(learnt._pools(events(frames, red), False), 20, torch.Generator())
    assert not torch.equal(drawn[0], drawn[1])
    learnt.network(torch.from_numpy(frames[:, None].repeat(N, axis=1)))[1].sum().backward()
    for parameter in learnt.network.parameters():
        assert parameter.grad is not None
        moved = parameter.grad.flatten(1).abs().amax(dim=1)
        assert moved[1] > 0
        assert moved[0] == moved[2] == 0


def test_an_agent_may_learn_from_the_others_alone():
    """Agent 0 alone sanctions, always.

    The others learn that frames are disapproved of, and it does not.
    """
    frames = np.ones((90, *PLANES.shape), np.uint8)
    agent = np.arange(90) % N
    told = events(frames, agent == 0)._replace(agent=agent)
    judged = {}
    for whose in ("all", "others"):
        learnt = model(
            replace(QUICK, events=whose, steps=200, balance=False, approvals=60, disapprovals=60, learning_rate=1e-2)
        )
        learnt.learn(told, torch.Generator().manual_seed(0))
        judged[whose] = learnt.judge(torch.from_numpy(frames[:1, None].repeat(N, axis=1)))[0].numpy()
    np.testing.assert_allclose(judged["all"], 1 / 3, atol=0.05)
    np.testing.assert_allclose(judged["others"], [0, 1 / 2, 1 / 2], atol=0.05)


def test_agreement_counts_pairs():
    learnt = model(n=4)
    frames, _ = meetings(60, np.random.default_rng(0))
    learnt.network.head.bias.data[0] += 5.0  # one that disapproves of everything
    rows = torch.randint(60, (60,), generator=torch.Generator().manual_seed(7))
    says = (learnt.judge(torch.from_numpy(frames[rows][:, None].repeat(4, axis=1))) >= 0.5).numpy()
    expected = [np.mean([np.mean(says[:, i] == says[:, j]) for j in range(4) if j != i]) for i in range(4)]
    found = learnt._agreement(events(frames, np.zeros(60)), torch.Generator().manual_seed(7))
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert len(set(expected)) > 1


@pytest.mark.parametrize(
    ("form", "expected"), [("linear", [0.2, -0.4, 0.0, -0.1]), ("threshold", [0.2, -0.4, 0.2, 0.2])]
)
def test_the_pseudo_reward_by_hand(form, expected):
    disapproval = np.array([1.0, 0.0, 2 / 3, 0.5], np.float32)
    paid = pseudo_reward(np.ones(4, np.bool_), disapproval, NormConfig(pseudo_reward=form))
    np.testing.assert_allclose(paid, expected, atol=1e-7)
    nothing = pseudo_reward(np.zeros(4, np.bool_), np.full(4, np.nan, np.float32), NormConfig(pseudo_reward=form))
    np.testing.assert_array_equal(nothing, 0)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"alpha": -1}, "alpha is -1; allowed is 0 or more"),
        ({"beta": float("inf")}, "beta is inf; allowed is what float32 holds"),
        ({"disapprovals": 0}, "disapprovals is 0; allowed is 1 to 1000000"),
        ({"steps": 0}, "steps is 0; allowed is 1 to 1000000"),
        ({"hidden": ()}, "hidden is empty; give the width of at least one layer"),
        ({"classifier": False}, "alpha is 0.2 and beta 0.4 with classifier off; allowed is 0 for both"),
    ],
)
def test_wrong_settings_are_named(changes, sentence):
    with pytest.raises(BadParameter, match=sentence):
        NormConfig(**changes)
    NormConfig(classifier=False, alpha=0, beta=0)


def test_a_world_without_public_sanctions_is_refused():
    env = world(signals={"siren": (N,)})
    assert context_space(env) is None
    with pytest.raises(BadParameter, match=r"^cnm learns norms from public sanctions, and 'test/norms-v0' has none"):
        NormModel(Context(env, env.groups[0]), QUICK, "cnm", torch.Generator())


def test_frames_unlike_the_own_ones_are_refused():
    """As with a scenario whose agents see less than those whose sanctions are public."""
    whole = world()
    narrow = GroupSpec("agents", 1, spaces.Box(0, 1, (4, 3, 3), np.uint8), spaces.Discrete(3))
    env = replace(world(), groups=(narrow,), world=whole)
    with pytest.raises(
        BadParameter, match=r"'agents' see uint8\(4, 3, 3\), and those who sanction saw uint8\(4, 5, 5\)"
    ):
        NormModel(Context(env, narrow), QUICK, "cnm", torch.Generator())


@pytest.mark.parametrize(
    "space",
    [spaces.Box(-1, 1, (5,), np.float32), spaces.Box(-1, 1, (4, 5), np.float32), spaces.Box(0, 1, (5, 4, 4), np.uint8)],
)
def test_what_is_hidden_changes_no_judgement(space):
    config = replace(QUICK, hides=(1, 4))
    learnt, everything = model(config, observation=space), model(observation=space)
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 2, (6, N, *space.shape)).astype(space.dtype)
    other = np.moveaxis(frames.copy(), 3 if len(space.shape) == 2 else 2, 0)
    other[[1, 4]] = 1 - other[[1, 4]]
    other = np.moveaxis(other, 0, 3 if len(space.shape) == 2 else 2).copy()
    for one, same in ((learnt, True), (everything, False)):
        judged = [one.judge(torch.from_numpy(x)) for x in (frames, other)]
        assert torch.equal(*judged) == same


@pytest.mark.parametrize("hides", [(4,), (-1,), (0, 1, 2, 3)])
def test_hiding_what_is_not_there_is_refused(hides):
    with pytest.raises(
        BadParameter, match=r"norms.hides is \[.*\]; allowed are numbers from 0 to 3, and not all of them"
    ):
        model(replace(QUICK, hides=hides))
    with pytest.raises(BadParameter, match="each number once"):
        NormConfig(hides=(1, 1))


def test_an_agent_without_events_to_learn_from_does_not_hide_the_others():
    """Agent 0 alone sanctions and learns from the others.

    It has approvals alone, and the other two have both kinds.
    """
    frames, _ = meetings(90, np.random.default_rng(0))
    agent = np.arange(90) % N
    told = events(frames, agent == 0)._replace(agent=agent)
    metrics = model(replace(QUICK, events="others")).learn(told, torch.Generator().manual_seed(0))
    assert len(metrics["balanced_accuracy"]) == 2
    assert len(metrics["classifier_loss"]) == 3
    alone = model(replace(QUICK, events="others"))
    alone.learn(events(frames, agent == 0)._replace(agent=np.zeros(90, np.int64)), torch.Generator().manual_seed(0))
    before = model(replace(QUICK, events="others"))
    for one, other in zip(alone.network.parameters(), before.network.parameters()):
        assert torch.equal(one[0], other[0])  # all events are its own: it has learnt nothing
        assert not torch.equal(one[1], other[1])
