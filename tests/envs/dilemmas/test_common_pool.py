"""The common pool against known answers of the logistic equation, and its fines by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stigmergy
from stigmergy.envs.dilemmas.common_pool import regimes
from stigmergy.envs.dilemmas.common_pool.config import CommonPoolConfig
from stigmergy.envs.dilemmas.common_pool.regimes import Population
from stigmergy.envs.registration.make import make
from stigmergy.envs.tools.conformance import check

from ..support.dilemmas.bots import bot, returns_beside

ID = "dilemmas/common_pool-v0"
REST, COOPERATE, DEFECT = 0, 1, 2
ANSWERS = [(0.05, 0.833), (0.10, 0.667), (0.15, 0.5), (0.30, 0.0)]
"""Effort of all, and the steady resource for r = 0.3 and K = 1."""


def play(levels, num_envs=1, seed=0, **parameters):
    """Play `levels` (rounds, n) without fines; return env, observations, rewards and last step."""
    env = make(ID, num_envs, num_agents=len(levels[0]), sanctions=False, max_cycles=len(levels), **parameters)
    env.reset(seed)
    observations, rewards, step = [env.groups["agents"].observation.copy()], [], None
    for level in levels:
        step = env.step(np.tile(level, (num_envs, 1)))
        observations.append(step.groups["agents"].observation.copy())
        rewards.append(step.groups["agents"].reward.copy())
    return env, np.array(observations), np.array(rewards), step


@pytest.mark.parametrize("dt", [0.1, 1.0, 3.0])
@pytest.mark.parametrize(("effort", "settles"), ANSWERS)
def test_a_fixed_effort_leaves_what_the_equation_says(effort, settles, dt):
    """For any dt. At E = r the resource falls like 1 / (r t), so that a long episode is needed."""
    steps = round((2000 if effort == 0.3 else 200) / dt)
    efforts = {"cooperative_effort": effort / 2, "defecting_effort": 0.16}
    env = make(ID, num_agents=2, sanctions=False, dt=dt, max_cycles=steps, **efforts)
    env.reset(0)
    for _ in range(steps):
        env.step(np.full((1, 2), COOPERATE))
    assert env.state.stock[0, 0] == pytest.approx(settles, abs=2e-3)
    assert regimes.steady_resource(effort, 0.3, 1) == pytest.approx(settles, abs=5e-4)


def test_most_is_taken_for_ever_at_half_the_capacity():
    """r K / 4 = 0.075 at E = r / 2; a little less or more effort takes less."""
    yields = []
    for effort in (0.14, 0.15, 0.16):
        env = make(ID, num_agents=2, sanctions=False, cooperative_effort=effort / 2, defecting_effort=0.2)
        env.reset(0)
        for _ in range(100):
            env.step(np.full((1, 2), COOPERATE))  # the step after an episode's last begins anew
        yields.append(effort * env.state.stock[0, 0])
    assert yields[1] == pytest.approx(0.075, abs=1e-6)
    assert yields[1] > max(yields[0], yields[2])
    assert regimes.largest_yield(0.3, 1) == CommonPoolConfig().largest_yield == pytest.approx(0.075)


def test_steps_by_hand():
    """R = 1: 0.1 and 0.2 are taken and nothing grows.

    R = 0.7: 0.14 is taken and 0.3 * 0.7 * 0.3 = 0.063 grows.
    """
    env, _, rewards, step = play(
        [(COOPERATE, DEFECT), (REST, DEFECT)], price=2, cost=0.5, cooperative_effort=0.1, defecting_effort=0.2
    )
    np.testing.assert_allclose(rewards[:, 0], [(0.2 - 0.05, 0.4 - 0.1), (0, 0.28 - 0.1)], rtol=1e-6)
    assert env.state.stock[0, 0] == pytest.approx(0.7 - 0.14 + 0.063)
    metrics = {name: float(value[0]) for name, value in step.metrics.items()}
    assert metrics == pytest.approx(
        {
            "cooperation": 2 / 4,
            "resource": 0.623,
            "mean_effort": 0.25,
            "yield": 0.22,
            "yield_share": 0.22 / 0.075,
            "sustainability": (0 + 0.5) / 2,
            "efficiency": (0.15 + 0.3 + 0.18) / 2,
            "mean_return": 0.315,
            "equality": 1 - 2 * (0.48 - 0.15) / (4 * 0.63),
            "return_0": 0.15,
            "return_1": 0.48,
        }
    )


def test_half_the_time_in_a_step_is_half_of_everything():
    env, _, rewards, _ = play([(COOPERATE, DEFECT)], dt=0.5, cost=0.2, cooperative_effort=0.1, defecting_effort=0.2)
    np.testing.assert_allclose(rewards[0, 0], [0.5 * (0.1 - 0.02), 0.5 * (0.2 - 0.04)], rtol=1e-6)
    assert env.state.stock[0, 0] == pytest.approx(1 - 0.15)


def test_levels_lie_evenly_between_the_two_efforts():
    env = make(ID, levels=5, cooperative_effort=0.1, defecting_effort=0.25)
    np.testing.assert_allclose(env.constants.effort, [0, 0.1, 0.15, 0.2, 0.25])
    np.testing.assert_allclose(make(ID).constants.effort, [0, 0.0375, 0.075])


def test_agents_see_the_resource_late():
    levels = [(DEFECT, DEFECT)] * 5
    env, seen, _, _ = play(levels, lag=2)
    _, now, _, _ = play(levels)
    np.testing.assert_array_equal(seen[:3, 0, :, 1], 1)
    np.testing.assert_array_equal(seen[2:, 0, :, 1], now[:-2, 0, :, 1])
    np.testing.assert_array_equal(env.global_state[0, 1], now[-1, 0, 0, 1])


def test_errors_of_view_are_each_agents_own():
    _, seen, _, _ = play([(REST, REST)], num_envs=4000, noise=0.1)
    error = seen[:, :, :, 1] - 1  # the resource stays at its capacity
    assert abs(error.mean()) < 4 * 0.1 / np.sqrt(error.size)
    assert error.std() == pytest.approx(0.1, abs=0.004)
    for a, b in ((error[0, :, 0], error[0, :, 1]), (error[0, :, 0], error[1, :, 0])):
        assert abs(np.corrcoef(a, b)[0, 1]) < 4 / np.sqrt(4000)


def test_agents_see_efforts():
    _, seen, _, _ = play([(REST, COOPERATE, DEFECT)])
    np.testing.assert_array_equal(seen[0, 0], [[1, 1, 0, 0, 0]] * 3)
    left = 1 - 0.15
    assert seen[1, 0] == pytest.approx(
        np.array([(0, left, 0, 0.75, 1), (0, left, 0.5, 0.5, 1), (0, left, 1, 0.25, 0.5)]), rel=1e-6
    )


def test_fines_by_hand():
    """Of levels 1, 2, 2, 0 agent 1 is the greediest of the others for 0, 2 and 3, and 2 for 1."""
    env = make(ID, cooperative_effort=0.05, defecting_effort=0.1, cost=0, sanction_cost=0.25, sanction_fine=1)
    step = env.reset(0)
    np.testing.assert_array_equal(step.groups["agents"].action_mask, [[[1, 1, 1, 1, 0]] * 4])
    step = env.step(np.array([[(1, 1), (2, 1), (2, 1), (0, 1)]]))  # nobody to fine yet
    assert not any(signal.any() for signal in step.signals.values())
    np.testing.assert_allclose(step.groups["agents"].reward[0], [0.05, 0.1, 0.1, 0], rtol=1e-6)
    np.testing.assert_array_equal(step.groups["agents"].action_mask, 1)
    step = env.step(np.array([[(0, 1), (0, 0), (0, 1), (0, 1)]]))
    np.testing.assert_allclose(step.groups["agents"].reward[0], [-0.25, -3, -0.25, -0.25])
    np.testing.assert_array_equal(step.signals["opportunity"], [[1, 1, 1, 1]])
    np.testing.assert_array_equal(step.signals["sanction"], [[1, 0, 1, 1]])
    target = np.zeros((4, 4))
    target[[0, 2, 3], 1] = 1
    np.testing.assert_array_equal(step.signals["target"][0], target)
    np.testing.assert_array_equal(step.groups["agents"].observation[0, :, 5], [0, 1, 0, 0])
    np.testing.assert_array_equal(step.groups["agents"].action_mask[0, :, 4], 0)  # all rested
    step = env.step(np.array([[(1, 1), (0, 1), (0, 1), (0, 1)]]))
    assert not step.signals["opportunity"].any()


def test_fines_for_a_cooperative_effort_are_unjust():
    env = make(ID, max_cycles=3, num_agents=2)
    env.reset(0)
    env.step(np.array([[(1, 0), (2, 0)]]))
    env.step(np.array([[(1, 1), (1, 1)]]))  # just by 0, unjust by 1
    step = env.step(np.array([[(1, 0), (1, 1)]]))  # unjust by 1
    metrics = {name: float(value[0]) for name, value in step.metrics.items()}
    assert (metrics["sanctions"], metrics["sanction_rate"]) == (3, 3 / 4)
    assert (metrics["hits"], metrics["just_hits"], metrics["unjust_hits"]) == (3, 1, 2)
    assert (metrics["sanction_cost"], metrics["sanction_fines"]) == pytest.approx((0.03, 0.09))


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 6), st.integers(3, 6), st.floats(0.1, 1.9), st.floats(0.05, 1), st.integers(0, 2**31))
def test_the_resource_stays_within_its_bounds_and_pays_what_is_taken(n, levels, speed, most, seed):
    """For any growth that settles, also if it overshoots the capacity."""
    random = np.random.default_rng(seed)
    parameters = {"growth": speed, "cooperative_effort": 0.1 * most / n, "defecting_effort": most / n, "levels": levels}
    env = make(ID, 3, num_agents=n, cost=0, sanctions=False, initial=0.9, max_cycles=50, **parameters)
    step = env.reset(seed)
    for _ in range(50):
        before = env.state.stock[:, 0].copy()
        level = random.integers(0, levels, (3, n))
        step = env.step(level)
        effort = np.concatenate([[0], np.linspace(0.1 * most / n, most / n, levels - 1)])[level]
        np.testing.assert_allclose(step.groups["agents"].reward, effort * before[:, None], rtol=1e-5)
        after = before + speed * before * (1 - before) - effort.sum(axis=1) * before
        np.testing.assert_allclose(env.state.stock[:, 0], np.maximum(after, 0), atol=1e-12)
        assert env.spec.groups[0].observation_space.high[1] >= env.state.stock[:, 0].max() - 1e-6
    np.testing.assert_allclose(step.metrics["mean_return"] * n / 50, step.metrics["yield"], rtol=1e-5)


def test_it_is_a_dilemma():
    """All lose if all defect, and a lone defector has the highest return.

    The return of an agent grows with the number of others that cooperate.
    """
    table = {
        own: [returns_beside(ID, [own] + ["cooperate"] * k + ["defect"] * (3 - k))[0] for k in range(4)]
        for own in ("cooperate", "defect")
    }
    assert table["cooperate"][3] > 15 * table["defect"][0]
    assert table["defect"][3] > 1.3 * table["cooperate"][3]
    assert np.all(np.diff(table["cooperate"]) > 0)
    assert np.all(np.diff(table["defect"]) > 0)


def test_fines_and_grim_answers_make_defection_a_loss():
    for others in ("punish", "grim"):
        beside = returns_beside(ID, ["defect", others, others, others])
        assert beside[0] < returns_beside(ID, [others] * 4)[0]


def test_the_steward_takes_the_most_that_can_be_taken_for_ever():
    for parameters in ({}, {"num_agents": 3, "levels": 6, "dt": 0.5}, {"initial": 0.1, "sanctions": False}):
        env = make(ID, max_cycles=1000, **parameters)
        env.reset(0)
        policy = bot("steward", env)
        for _ in range(400):
            env.step(policy.act(env.state))
        before = float(env.state.harvest[0])
        for _ in range(400):
            env.step(policy.act(env.state))
        assert (env.state.harvest[0] - before) / (400 * env.config.dt) == pytest.approx(0.075, rel=1e-3)
        assert np.ptp(env.state.returns[0]) < 0.06 * env.state.returns[0].mean()


def test_bots_remember():
    env = make(ID, sanctions=False, num_agents=3, levels=6, max_cycles=50)
    env.reset(0)
    for levels, matched, grim in [
        ((1, 1, 1), [1, 1, 1], [1, 1, 1]),
        ((5, 2, 0), [1, 3, 4], [5, 5, 5]),
        ((0, 0, 0), [1] * 3, [5] * 3),
    ]:
        env.step(np.array([levels]))
        assert bot("tit_for_tat", env).act(env.state)[0].tolist() == matched
        assert bot("grim", env).act(env.state)[0].tolist() == grim
    env.reset(0)
    env.step(np.array([(3, 1, 1)]))
    assert bot("grim", env).act(env.state)[0].tolist() == [1, 5, 5]


def test_left_to_payoffs_cooperators_die_out():
    """x goes to 0 and R to K (1 - N e_D / r): 1/3 for N e_D = 0.2, nothing from 0.3 on."""
    for defecting, settles in ((0.05, 1 / 3), (0.075, 0)):
        q = Population(defecting_effort=defecting, cooperative_effort=0.0375, cost=0)
        share, resource = regimes.evolve(q, 0.9, 1.0, 4000, 0.5)[-1]
        assert share < 0.01
        assert resource == pytest.approx(settles, abs=0.02)
        assert q.settles_at(0) == pytest.approx(settles)


def test_mutation_keeps_both_kinds():
    q = Population(mutation=0.001, cost=0)
    share, resource = regimes.evolve(q, 0.9, 1.0, 4000, 0.5)[-1]
    assert 0.01 < share < 0.5
    assert q.imitation * share * (1 - share) * q.gain(resource) == pytest.approx(q.mutation * (1 - 2 * share), rel=1e-3)
    assert resource == pytest.approx(q.settles_at(share), rel=1e-3)


@pytest.mark.parametrize(("part", "survives"), [(1.2, True), (0.8, False)])
def test_a_sanction_above_the_gain_of_defection_keeps_all_cooperating(part, survives):
    """With all cooperating the resource is 1/2 and the gain 0.0375 (1/2 - c).

    Under a smaller sanction R falls until the gain is as small.
    """
    q = Population()
    sanction = part * q.gain(q.settles_at(1))
    q = Population(sanction=sanction)
    share, resource = regimes.evolve(q, 0.9, 0.5, 4000, 0.5)[-1]
    if survives:
        assert share == pytest.approx(1, abs=1e-6)
        assert resource == pytest.approx(0.5, abs=1e-6)
    else:
        assert resource == pytest.approx(0.1 + sanction / 0.0375, rel=1e-4)
        assert 0.3 < share < 0.9
        assert q.settles_at(share) == pytest.approx(resource, rel=1e-4)


def test_turning_to_cooperation_in_scarcity_saves_the_resource():
    plain, careful = (regimes.evolve(Population(cost=0, scarcity=s), 0.5, 1.0, 2000, 0.5)[-1] for s in (0, 0.5))
    assert careful[0] > plain[0] + 0.3
    assert careful[1] > plain[1] + 0.2


def test_free_entry_takes_the_rent_away():
    """Effort comes until R = c / p, from any start; then E = r (1 - R / K)."""
    for price, cost in ((1, 0.1), (2, 0.5)):
        effort, resource = regimes.open_access(Population(price=price, cost=cost), 0.01, 1.0, 3000, entry=0.1)[-1]
        assert resource == pytest.approx(cost / price, abs=1e-3)
        assert effort == pytest.approx(0.3 * (1 - cost / price), abs=1e-3)


@pytest.mark.parametrize("parameters", [{"sanctions": False}, {"noise": 0.2, "lag": 3, "levels": 5}])
def test_other_parameters_keep_the_contract(parameters):
    card = check(ID, CommonPoolConfig(max_cycles=20, **parameters))
    assert card.passed, [finding.sentence for finding in card.findings if not finding.passed]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"num_agents": 1}, "num_agents is 1; allowed is 2 to 64"),
        ({"growth": 0}, "growth is 0.0; allowed is 1e-06 to"),
        ({"growth": 1, "dt": 2}, "growth is 1.0 with dt 2.0, so that growth . dt is 2; allowed is below 2"),
        ({"levels": 2}, "levels is 2; allowed is 3 to 1000"),
        ({"initial": 1.5}, "initial is 1.5; allowed is 0 to 1"),
        ({"cooperative_effort": -0.1}, "cooperative_effort is -0.1; allowed is 0 to"),
        (
            {"cooperative_effort": 0.2, "defecting_effort": 0.1},
            "defecting_effort is 0.1; allowed is more than cooperative_effort, which is 0.2",
        ),
        (
            {"defecting_effort": 0.3},
            r"defecting_effort is 0.3 with num_agents 4 and dt 1.0; allowed is up to .* = 0.25",
        ),
        ({"lag": -1}, "lag is -1; allowed is 0 to 1000"),
        ({"noise": float("inf")}, "noise is inf; allowed is 0 to 1000"),
        ({"sanction_fine": -1}, "sanction_fine is -1.0; allowed is 0 to"),
        ({"max_cycles": 0}, "max_cycles is 0; allowed is 1"),
    ],
)
def test_bad_parameters_are_told_in_a_sentence(parameters, sentence):
    with pytest.raises(stigmergy.BadParameter, match=sentence):
        make(ID, **parameters)


def test_text_and_picture():
    env = make(ID, num_agents=3)
    env.reset(0)
    assert "nobody has harvested yet" in env.text(0)
    env.step(np.array([[(1, 0), (2, 0), (0, 0)]]))
    env.step(np.array([[(1, 1), (1, 0), (1, 0)]]))
    assert env.text(0).splitlines()[2].split()[:4] == ["0", "0.05", "1", "0"]
    assert env.text(0).splitlines()[3].split()[:4] == ["1", "0.05", "0", "1"]
    assert "1 fine " in env.text(0)
    assert env.draw(0).shape[2] == 3
