"""DPO: objective, coefficients, and separation of agents.

The objective is compared with slow references, and at the policy that collected.
"""

import math

import numpy as np
import pytest
import torch
from gymnasium import spaces

from stigmergy.algorithms.nn.distributions import build_distribution
from stigmergy.algorithms.ppo.dpo import DPOConfig
from stigmergy.algorithms.ppo.objectives import (
    Batch,
    ClippedObjective,
    KLPenaltyObjective,
    clipped_value_loss,
    ppo_loss,
)
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.make import make

from ..support.loop import Collector, dpo, ippo, small, train
from ..support.plain_losses import categorical_kl, clipped_loss, gaussian_kl, penalized_loss, softmax, value_loss
from ..support.plain_ppo import PlainDPO
from ..support.tiny_envs import FEATURES, Noise
from .test_ippo_equals_separate import plain, transitions

M, ROWS, CHOICES, D = 2, 40, 4, 0.01


@pytest.fixture
def stream():
    return torch.Generator().manual_seed(0)


def batch_of(distribution, old, stream, masks=False):
    """Rows drawn from the outputs `old` (m, rows, k), some of them not valid."""
    mask = torch.rand(M, ROWS, CHOICES, generator=stream) < 0.6 if masks else None
    if mask is not None:
        mask[..., 1] = True
    sample = distribution.sample(old, mask, stream)
    log_prob, _ = distribution.log_prob_and_entropy(old, sample, mask)
    numbers = {name: torch.randn(M, ROWS, generator=stream) for name in ("value", "advantage", "target")}
    valid = torch.rand(M, ROWS, generator=stream) < 0.7
    return Batch(sample=sample, log_prob=log_prob, valid=valid, mask=mask, outputs=old, **numbers)


def penalized(sqrt_kl=1.0, kl=1.0, m=M):
    return KLPenaltyObjective(m, D, kl, sqrt_kl)


def objective_loss(objective, distribution, new, batch):
    log_prob, _ = distribution.log_prob_and_entropy(new, batch.sample, batch.mask)
    return objective.loss(distribution, new, torch.where(batch.valid, log_prob - batch.log_prob, 0), batch)


# Losses against loops


def divergences(space, batch, new, k, rows):
    """From old to new outputs of network k, a row at a time."""
    old, new = batch.outputs[k].tolist(), new[k].tolist()
    if isinstance(space, spaces.Box):
        half = len(old[0]) // 2
        return [
            gaussian_kl(old[r][:half], map(math.exp, old[r][half:]), new[r][:half], map(math.exp, new[r][half:]))
            for r in rows
        ]
    legal = [[True] * CHOICES] * ROWS if batch.mask is None else batch.mask[k].tolist()
    return [categorical_kl(softmax(old[r], legal[r]), softmax(new[r], legal[r])) for r in rows]


SPACES = {
    "discrete": (spaces.Discrete(CHOICES), False),
    "masks": (spaces.Discrete(CHOICES), True),
    "box": (spaces.Box(-1, 1, (3,), np.float32), False),
}


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("case", SPACES)
def test_losses_equal_their_equations_in_loops(case, stream):
    space, masks = SPACES[case]
    distribution = build_distribution(space)
    old = 0.5 * torch.randn(M, ROWS, distribution.num_outputs, generator=stream)
    new = old + 0.3 * torch.randn(old.shape, generator=stream)
    batch = batch_of(distribution, old, stream, masks)
    now = torch.randn(M, ROWS, generator=stream)
    log_prob, _ = distribution.log_prob_and_entropy(new, batch.sample, batch.mask)
    ratio = (log_prob - batch.log_prob).exp()
    found = {
        "clipped": objective_loss(ClippedObjective(0.2), distribution, new, batch)[0],
        "penalized": objective_loss(penalized(0.7, 3.0), distribution, new, batch)[0],
        "value": clipped_value_loss(now, batch, 0.3),
    }
    for k in range(M):
        rows = batch.valid[k].nonzero().flatten().tolist()
        ratios, advantages = ratio[k, rows].tolist(), batch.advantage[k, rows].tolist()
        values = [x[k, rows].tolist() for x in (now, batch.value, batch.target)]
        expected = {
            "clipped": clipped_loss(ratios, advantages, 0.2),
            "penalized": penalized_loss(ratios, advantages, divergences(space, batch, new, k, rows), 0.7, 3.0),
            "value": value_loss(*values, 0.3),
        }
        for name, loss in expected.items():
            assert float(found[name][k]) == pytest.approx(loss, rel=1e-9, abs=1e-9), name
    assert abs(float(found["clipped"][0] - found["penalized"][0])) > 0.1


@pytest.mark.usefixtures("double")
def test_a_row_by_hand():
    """One row: p = (1/2, 1/2) became q = (1/4, 3/4); action 0 was taken, with advantage 2."""
    distribution = build_distribution(spaces.Discrete(2))
    old, new = torch.tensor([[[0.5, 0.5]]]).log(), torch.tensor([[[0.25, 0.75]]]).log()
    one = [torch.tensor([[x]]) for x in (0, math.log(0.5), 0.0, 2.0, 0.0, True)]
    kl = 0.5 * math.log(2) + 0.5 * math.log(2 / 3)
    loss, metrics = objective_loss(penalized(3.0, 5.0, m=1), distribution, new, Batch(*one, None, old))
    assert float(loss) == pytest.approx(-0.5 * 2 + 3 * math.sqrt(kl) + 5 * kl)
    assert float(metrics["kl"]) == pytest.approx(kl)
    assert float(metrics["sqrt_kl"]) == pytest.approx(math.sqrt(kl))
    for off, expected in (({"kl": None}, 3 * math.sqrt(kl)), ({"sqrt_kl": None}, 5 * kl)):
        weights = {"sqrt_kl": 3.0, "kl": 5.0, **off}
        loss, metrics = objective_loss(penalized(**weights, m=1), distribution, new, Batch(*one, None, old))
        assert float(loss) == pytest.approx(-1 + expected)
        assert len(metrics) == 3  # both divergences are reported, and the one coefficient there is


# At the policy that collected


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("case", SPACES)
@pytest.mark.parametrize("root_weight", [None, 1.0])
def test_at_the_old_policy_the_gradient_is_the_plain_policy_gradient(case, root_weight, stream):
    space, masks = SPACES[case]
    distribution = build_distribution(space)
    old = torch.randn(M, ROWS, distribution.num_outputs, generator=stream)
    batch = batch_of(distribution, old, stream, masks)
    new = old.clone().requires_grad_()
    loss, _ = objective_loss(penalized(root_weight, 1.0), distribution, new, batch)
    (found,) = torch.autograd.grad(loss.sum(), new)
    log_prob, _ = distribution.log_prob_and_entropy(new, batch.sample, batch.mask)
    rows = batch.valid.sum(dim=1, keepdim=True)
    plain_gain = torch.where(batch.valid, log_prob * batch.advantage, 0) / rows
    (expected,) = torch.autograd.grad(-plain_gain.sum(), new)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
    assert expected.abs().max() > 1e-2


def test_nearly_equal_policies_have_divergences_below_zero_and_a_finite_slope(stream):
    distribution = build_distribution(spaces.Discrete(CHOICES))
    old = torch.randn(M, ROWS, CHOICES, generator=stream)
    batch = batch_of(distribution, old, stream)
    new = (old * (1 + 1e-6 * torch.randn(old.shape, generator=stream))).requires_grad_()
    divergence = distribution.kl(old, new, None)
    assert (divergence < -1e-12).any()  # so that a bare root would be NaN
    loss, metrics = objective_loss(penalized(), distribution, new, batch)
    (slope,) = torch.autograd.grad(loss.sum(), new)
    assert slope.isfinite().all()
    assert all(x.isfinite().all() for x in metrics.values())
    assert slope.abs().max() < 10 / ROWS  # the root's slope is at most 1/sqrt(2) in each row


@pytest.mark.parametrize("garbage", [math.nan, math.inf, -1e30])
def test_invalid_rows_touch_neither_the_loss_nor_its_gradient(garbage, stream):
    distribution = build_distribution(spaces.Discrete(CHOICES))
    old = torch.randn(M, ROWS, CHOICES, generator=stream)
    clean = batch_of(distribution, old, stream)
    numbers = {name: torch.where(clean.valid, getattr(clean, name), garbage) for name in ("log_prob", "advantage")}
    dirty = clean._replace(outputs=torch.where(clean.valid[..., None], old, garbage), **numbers)
    start = old + 0.1 * torch.randn(old.shape, generator=stream)

    def learnt(batch):
        new = start.clone().requires_grad_()
        loss, metrics = ppo_loss(distribution, new, batch.value, batch, penalized(), 0.2, 0.5, 0.01)
        (slope,) = torch.autograd.grad(loss.sum(), new)
        return loss.detach(), slope, *metrics.values()

    for one, other in zip(learnt(clean), learnt(dirty), strict=True):
        assert one.isfinite().all()
        assert torch.equal(one, other)


# Coefficients


def feed(objective, kl, where=None):
    """Rollout with one minibatch of divergences `kl` (m,) and mean roots sqrt(kl)."""
    kl = torch.tensor(kl)
    here = torch.ones(len(kl), dtype=torch.bool) if where is None else torch.tensor(where)
    objective.measure({"kl": kl, "sqrt_kl": kl.sqrt()}, here)
    objective.adapt()


def test_coefficients_halve_stay_and_double_each_for_itself():
    objective = penalized(m=3)
    feed(objective, [D / 2, D, 2 * D])
    assert objective.coefficients["kl"].tolist() == [0.5, 1.0, 2.0]
    # sqrt(2) is within the tolerance of 1.5
    assert objective.coefficients["sqrt_kl"].tolist() == [1.0, 1.0, 1.0]
    feed(objective, [D / 4, D, 4 * D])
    assert objective.coefficients["kl"].tolist() == [0.25, 1.0, 4.0]
    assert objective.coefficients["sqrt_kl"].tolist() == [0.5, 1.0, 2.0]


def test_coefficients_end_at_their_bounds():
    objective = penalized(m=2)
    for _ in range(9):
        feed(objective, [D / 100, 100 * D])
    assert objective.coefficients["kl"].tolist() == [2**-9, 2**9]
    for _ in range(3):
        feed(objective, [D / 100, 100 * D])
        for coefficient in objective.coefficients.values():
            np.testing.assert_allclose(coefficient, [1e-3, 1e3], rtol=1e-6)


def test_the_last_minibatch_counts_and_who_has_no_row_keeps_its_coefficients():
    objective = penalized(m=3)
    early = torch.full((3,), 100 * D)
    objective.measure({"kl": early, "sqrt_kl": early}, torch.tensor([True, False, True]))
    feed(objective, [D / 100, D / 100, 0.0], where=[True, False, False])
    assert objective.coefficients["kl"].tolist() == [0.5, 1.0, 2.0]
    objective.adapt()  # nothing was measured since
    assert objective.coefficients["kl"].tolist() == [0.5, 1.0, 2.0]


def coefficients(learner):
    return torch.stack(list(learner.objective.coefficients.values()), dim=1)


def someone_elses_data(rollout, agent):
    """Make the actions of agent `agent` quite unlike those of its policy."""
    outputs = rollout.record["outputs"].copy()
    outputs[:, :, agent] = np.roll(outputs[:, :, agent] + [3, -3, 1, 0], 1, axis=-1)
    return rollout._replace(record=rollout.record | {"outputs": outputs})


def test_another_agents_steps_do_not_touch_ones_coefficients(monkeypatch):
    env = Noise(5)
    rollout = Collector(env, dpo(env), 12).collect()

    def learnt(data):
        learner = dpo(env, learning_rate=1e-4)
        learner.learn(data)
        return learner

    one, other = learnt(rollout), learnt(someone_elses_data(rollout, 1))
    assert torch.equal(coefficients(one)[[0, 2]], coefficients(other)[[0, 2]])
    assert (coefficients(one)[1] < coefficients(other)[1]).all()
    for x, y in zip(one.network.parameters(), other.network.parameters()):
        assert torch.equal(x[[0, 2]], y[[0, 2]])

    # The negative control: the statistic of the released code, a mean over the agents.
    apart = KLPenaltyObjective.measure

    def pooled(self, metrics, where):
        apart(self, {name: x.mean().expand_as(x) for name, x in metrics.items()}, where)

    monkeypatch.setattr(KLPenaltyObjective, "measure", pooled)
    one, other = learnt(rollout), learnt(someone_elses_data(rollout, 1))
    assert (coefficients(one)[0] != coefficients(other)[0]).any()


def test_coefficients_are_saved_and_a_saved_learner_continues_to_the_bit():
    env = Noise(5, masks=True)
    learner = dpo(env, network=small(memory="gru"), learning_rate=1e-2)
    collector = Collector(env, learner, 12)
    metrics = [learner.learn(collector.collect()) for _ in range(3)][-1]
    saved = {name: x.clone() for name, x in learner.state_dict()["surrogate"].items()}
    assert not torch.equal(saved["kl"], torch.ones(3))
    assert metrics["kl_coefficient"] > 0
    other = dpo(env, network=small(memory="gru"), learning_rate=1e-2)
    other.load_state_dict(learner.state_dict())
    rollout = collector.collect()
    assert other.learn(rollout) == learner.learn(rollout)
    assert torch.equal(coefficients(other), coefficients(learner))
    for one, two in zip(other.network.parameters(), learner.network.parameters()):
        assert torch.equal(one, two)
    forgetful = dpo(env, network=small(memory="gru"), learning_rate=1e-2)
    forgetful.load_state_dict(learner.state_dict() | {"surrogate": {}})
    assert forgetful.objective.coefficients["kl"].tolist() == [1.0] * 3


# The learner


def test_the_behaviour_distribution_is_recorded_for_dpo_alone():
    env = Noise(5)
    step = env.reset(0).groups["agents"]
    assert dpo(env).act(step, None).record["outputs"].shape == (5, 3, 4)
    assert "outputs" not in ippo(env).act(step, None).record


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("action", [spaces.Discrete(4), spaces.MultiDiscrete([3, 2]), spaces.Box(-1, 1, (2,))])
@pytest.mark.parametrize("memory", ["none", "gru"])
def test_the_first_minibatch_finds_no_divergence_and_later_ones_do(action, memory):
    env = Noise(5, action=action, masks=not isinstance(action, spaces.Box))
    options = {"network": small(memory=memory), "minibatches": 1, "learning_rate": 3e-2}
    rollout = Collector(env, dpo(env, **options), 12).collect()
    first, both = (dpo(env, epochs=epochs, **options).learn(rollout) for epochs in (1, 2))
    assert abs(first["kl"]) < 1e-13
    assert both["kl"] > 1e-5


@pytest.mark.usefixtures("double")
def test_equals_plain_dpo_in_torch_and_its_coefficients():
    """Beside three separate plain learners, each fed with one agent's rows.

    The tolerance: at its floor the root's slope is 1 / (2 * 1e-6), which makes 5e-11 of a rounding
    error of 1e-16 between equal policies. 120 steps of Adam at a rate of 5e-3 add up to 0.6 times
    that, times the condition of a gradient's sums, at most 1e3 here.
    """
    env, options = Noise(4, 3, observation=FEATURES, masks=True), {"epochs": 3, "minibatches": 2, "kl_target": 2e-4}
    together = dpo(env, learning_rate=5e-3, **options)
    separate = [plain(together, env, i, together.config, PlainDPO) for i in range(3)]
    collector = Collector(env, together, 6)
    courses = set()
    for _ in range(20):
        rollout = collector.collect()
        together.learn(rollout)
        for i, (one, _) in enumerate(separate):
            rows = transitions(rollout, i, together.config.gamma)
            own = rollout.observation[:, :, i], rollout.action_mask[:-1, :, i], rollout.record["sample"][:, :, i]
            one.learn(*own, rows, (6, 4))
        expected = [[one.weight, one.root_weight] for one, _ in separate]
        np.testing.assert_allclose(coefficients(together), expected)
        courses.add(str(expected))
    assert len(courses) > 5  # they did adapt
    assert len({str(one) for one in expected}) > 1  # and not all alike
    weights = together.network.state_dict()
    for i, (_, names) in enumerate(separate):
        for name, layer in names.items():
            found, own = weights[f"{name}.weight"], layer.weight.detach()
            torch.testing.assert_close(found[i].T, own, rtol=0, atol=1e-7)
            assert (found[(i + 1) % 3].T - own).abs().max() > 0.1  # another's are quite different


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"kl_target": 0.0}, "kl_target is 0.0; allowed is above 0"),
        ({"kl_coefficient": math.nan}, "kl_coefficient is nan; allowed is above 0"),
        ({"gamma": 2.0}, "gamma is 2.0; allowed is 0 to 1"),
    ],
)
def test_settings_out_of_range_are_named(options, sentence):
    with pytest.raises(BadParameter, match=sentence):
        DPOConfig(**options)


# Games with two answers

BUILD = {"ippo": ippo, "dpo": dpo}


def differential(algorithm, start, deviation, seed=0):
    """Reward at the mean actions after learning, begun around the actions (start, start)."""
    reach = 10.0
    env = make("games/differential-v0", 64, action_range=reach)
    network = small(initial_deviation=deviation / reach)
    learner = BUILD[algorithm](env, seed, learning_rate=3e-3, entropy=0.0, minibatches=1, network=network)
    with torch.no_grad():
        learner.network.actor.bias.fill_(start / reach)
    train(env, learner, 2, 150)
    env.reset(0)
    action = learner.act(env.reset(0).groups["agents"], None, greedy=True).action
    return env.step({"agents": action}).groups["agents"].reward[0, 0], action[0, :, 0]


@pytest.mark.parametrize("algorithm", BUILD)
def test_a_start_near_the_narrow_hill_reaches_its_top(algorithm):
    paid, action = differential(algorithm, 3.5, 0.5)
    assert paid > 9.5
    np.testing.assert_allclose(action, 5, atol=0.5)


@pytest.mark.parametrize("algorithm", BUILD)
def test_a_start_around_the_middle_ends_on_the_wide_hill(algorithm):
    """Finding the narrow one from here would mean that the agents share information."""
    paid, action = differential(algorithm, 0.0, 1.0)
    assert -0.3 < paid <= 0
    np.testing.assert_allclose(action, -5, atol=1)


CLIMBING = np.array([[11, -30, 0], [-30, 7, 6], [0, 0, 5]])


def test_from_uniform_play_the_climbing_game_ends_below_its_peak():
    """As with IPPO: 11 is out of independent learners' reach."""
    env = make("games/matrix-v0", 32, payoff=CLIMBING.tolist())
    learner = dpo(env, learning_rate=1e-2, entropy=0.0, minibatches=1)
    start = learner.act(env.reset(0).groups["agents"], None).record["log_prob"]
    np.testing.assert_allclose(np.exp(start), 1 / 3, atol=0.02)
    train(env, learner, 4, 100)
    step = env.reset(0).groups["agents"]
    row, column = learner.act(step, None, greedy=True).action[0]
    played = learner.act(step, None).action
    assert CLIMBING[row, column] in (5, 6, 7)
    assert 4.5 < CLIMBING[tuple(played.T)].mean() < 7.5
