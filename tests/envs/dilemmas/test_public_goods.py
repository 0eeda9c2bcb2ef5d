"""The public goods game against numbers of the literature and its equations in plain Python."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stigmergy
from stigmergy.envs.dilemmas.public_goods.config import PublicGoodsConfig
from stigmergy.envs.registration.make import make
from stigmergy.envs.tools.conformance import check

from ..support.dilemmas.bots import bot, returns_beside

ID = "dilemmas/public_goods-v0"


def a_round(given, points=None, num_envs=1, **parameters):
    """Play a round of units `given` and, with punishment, of `points` (n, n) from row to column.

    Returns its rewards in both stages, and the last step.
    """
    n = len(given)
    env = make(ID, num_envs, num_agents=n, punishment=points is not None, **parameters)
    step = env.reset(0)
    level = np.round(np.array(given) / env.config.unit).astype(int)
    if points is None:
        step = env.step(np.tile(level, (num_envs, 1)))
        return step.groups["agents"].reward[0].copy(), None, step
    action = np.zeros((num_envs, n, n), int)
    action[:, :, 0] = level
    first = env.step(action).groups["agents"].reward[0].copy()
    action = np.zeros((num_envs, n, n), int)
    for i in range(n):
        action[:, i, 1:] = np.array(points)[i, env.state.slot[0, i]]
    step = env.step(action)
    return first, step.groups["agents"].reward[0].copy(), step


@pytest.mark.parametrize(
    ("given", "paid"),
    [
        ((20, 20, 20, 20), (32, 32, 32, 32)),
        ((0, 0, 0, 0), (20, 20, 20, 20)),
        ((0, 20, 20, 20), (44, 24, 24, 24)),
        ((20, 0, 0, 0), (8, 28, 28, 28)),
    ],
)
def test_what_the_pot_pays(given, paid):
    np.testing.assert_allclose(a_round(given)[0], paid, rtol=1e-6)


def test_a_point_from_each_of_three_costs_the_free_rider_nine_and_each_of_them_one():
    points = np.zeros((4, 4), int)
    points[1:, 0] = 1
    first, second, step = a_round((0, 20, 20, 20), points)
    np.testing.assert_allclose(first + second, (35, 23, 23, 23), rtol=1e-6)
    np.testing.assert_array_equal(step.signals["opportunity"], [[1, 1, 1, 1]])
    np.testing.assert_array_equal(step.signals["sanction"], [[0, 1, 1, 1]])
    np.testing.assert_array_equal(step.signals["target"][0], points)


def test_contributing_has_no_signals():
    env = make(ID)
    env.reset(0)
    step = env.step(np.zeros((1, 4, 4), int))
    assert not any(signal.any() for signal in step.signals.values())
    assert make(ID, punishment=False).spec.signals == {}


def test_who_gave_less_than_the_mean_is_punished_justly():
    """Of 0, 10, 20, 10 the mean is 10: agent 0 gave less, agents 1 and 3 did not."""
    points = [[0, 2, 0, 0], [1, 0, 1, 0], [3, 0, 0, 1], [0, 0, 0, 0]]
    _, second, step = a_round((0, 10, 20, 10), points, max_cycles=2)
    np.testing.assert_allclose(second, -np.sum(points, axis=1) - 3 * np.sum(points, axis=0))
    metrics = {name: float(value[0]) for name, value in step.metrics.items()}
    assert metrics["cooperation"] == 0.5
    assert (metrics["sanctions"], metrics["sanction_rate"]) == (3, 0.75)
    assert (metrics["hits"], metrics["just_hits"], metrics["unjust_hits"]) == (5, 2, 3)
    assert (metrics["sanction_cost"], metrics["sanction_fines"]) == (8, 24), "for each of the points"
    returns = 20 - np.array([0, 10, 20, 10]) + 0.4 * 40 + second
    assert [metrics[f"return_{i}"] for i in range(4)] == pytest.approx(returns)
    assert metrics["mean_return"] == pytest.approx(returns.mean())
    assert metrics["efficiency"] == pytest.approx(returns.sum() / 2)


def test_one_just_less_than_the_mean_is_guilty_and_rounding_does_not_matter():
    """Of levels 6, 7, 7 the mean is 6.67."""
    points = [[0, 0, 0], [1, 0, 1], [0, 1, 0]]
    _, _, step = a_round((6, 7, 7), points, max_cycles=2)
    assert (step.metrics["just_hits"], step.metrics["unjust_hits"]) == (1, 2)


def test_masks_leave_each_stage_its_own_parts():
    env = make(ID, levels=3, most_points=2, num_agents=3)
    gives, points = [1, 1, 1] + [1, 0, 0] * 2, [1, 0, 0] + [1, 1, 1] * 2
    step = env.reset(0)
    for mask in (gives, points, gives):
        np.testing.assert_array_equal(step.groups["agents"].action_mask, [[mask] * 3])
        step = env.step(np.zeros((1, 3, 3), int))
    assert not make(ID, punishment=False).spec.groups[0].has_action_mask


def test_what_does_not_belong_to_the_stage_has_no_effect():
    envs = [make(ID, num_agents=3) for _ in range(2)]
    for stray, env in enumerate(envs):
        env.reset(0)
        env.step(np.array([[[5, stray, stray], [6, 0, 0], [7, 0, 0]]]))
        step = env.step(np.array([[[9 * stray, 1, 0], [3 * stray, 0, 0], [0, 0, 2]]]))
        assert step.groups["agents"].reward[0] == pytest.approx([-1, -3 - 6, -2])
    for one, other in zip(*(env.state for env in envs)):
        np.testing.assert_array_equal(one, other)


def test_agents_see_what_was_given_and_the_points_they_got():
    env = make(ID, levels=11, most_points=5, num_agents=3)
    step = env.reset(0)
    np.testing.assert_array_equal(step.groups["agents"].observation, [[[1, 0, 0, 0, 0, 0]] * 3])
    step = env.step(np.array([[[10, 0, 0], [5, 0, 0], [0, 0, 0]]]))
    seen = [[0, 1, 0.5, 0, 1, 0], [0, 0.5, 0, 1, 1, 0], [0, 0, 1, 0.5, 1, 0]]
    np.testing.assert_array_equal(step.groups["agents"].observation[0], seen)
    step = env.step(np.array([[[0, 0, 5], [0, 3, 0], [0, 0, 0]]]))  # 0 to 2, and 1 to 2
    seen = [[0, 1, 0.5, 0, 0, 0], [0, 0.5, 0, 1, 0, 0], [0, 0, 1, 0.5, 0, 0.8]]
    np.testing.assert_allclose(step.groups["agents"].observation[0], seen, rtol=1e-6)
    np.testing.assert_allclose(step.state[0], [0, 0, 1, 0.5, 0, 0, 0, 0.8], rtol=1e-6)


def test_anonymous_others_stand_in_a_new_order_each_round():
    env = make(ID, 3000, anonymous=True, punishment=False)
    env.reset(0)
    orders = []
    for _ in range(2):
        env.step(np.zeros((3000, 4), int))
        for i in range(4):
            assert (np.sort(env.state.slot[:, i]) == [j for j in range(4) if j != i]).all()
        orders.append(env.state.slot[:, 0, 0].copy())
    for order in orders:
        assert (np.abs(np.bincount(order, minlength=4)[1:] - 1000) < 4 * np.sqrt(1000 * 2 / 3)).all()
    assert abs((orders[0] == orders[1]).mean() - 1 / 3) < 0.04


def by_the_book(p, level, points):
    """Rewards of a round by the two equations of Fehr and Gächter."""
    given = [p.endowment * one / (p.levels - 1) for one in level]
    paid = [p.endowment - own + p.multiplier / p.num_agents * sum(given) for own in given]
    out = [p.punishment_cost * sum(points[i]) for i in range(p.num_agents)]
    into = [p.punishment_fine * sum(row[i] for row in points) for i in range(p.num_agents)]
    return paid, [-a - b for a, b in zip(out, into)]


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 7), st.booleans(), st.integers(2, 30), st.integers(1, 6), st.integers(0, 2**31))
def test_random_rounds_pay_by_the_book(n, anonymous, levels, most_points, seed):
    random = np.random.default_rng(seed)
    p = {
        "multiplier": random.uniform(0, 4),
        "endowment": random.uniform(0, 50),
        "punishment_cost": random.uniform(0, 3),
    }
    p |= {"punishment_fine": random.uniform(0, 5), "levels": levels, "most_points": most_points, "anonymous": anonymous}
    env = make(ID, 2, num_agents=n, max_cycles=12, **p)
    env.reset(seed)
    returns = np.zeros(n)
    for _ in range(6):
        action = np.zeros((2, n, n), int)
        action[:, :, 0] = level = random.integers(0, levels, n)
        first = env.step(action).groups["agents"].reward[1].copy()
        points = np.where(np.eye(n), 0, random.integers(0, most_points + 1, (n, n)))
        action[:, :, 1:] = [[points[i, env.state.slot[e, i]] for i in range(n)] for e in range(2)]
        step = env.step(action)
        paid, fined = by_the_book(env.config, level, points.tolist())
        np.testing.assert_allclose(first, paid, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(step.groups["agents"].reward[1], fined, rtol=1e-5, atol=1e-5)
        np.testing.assert_array_equal(step.signals["target"][1], points > 0)
        returns += np.add(paid, fined)
    np.testing.assert_allclose([step.metrics[f"return_{i}"][1] for i in range(n)], returns, rtol=1e-4, atol=1e-3)


def test_it_is_a_dilemma():
    """Returns of one round; a pot of 4 and a multiplier of 1.6 give every unit back as 0.4."""
    for others in range(4):
        rest = ["cooperate"] * others + ["defect"] * (3 - others)
        for own, paid in (("cooperate", 8 * (others + 1)), ("defect", 20 + 8 * others)):
            returns = returns_beside(ID, [own, *rest], punishment=False, max_cycles=1)
            assert returns[0] == pytest.approx(paid)


def test_free_riding_does_not_pay_among_those_who_punish():
    """A free rider gains 12 in each round, and two points from each of three others take 18."""
    returns = returns_beside(ID, ["defect", "punish", "punish", "punish"], max_cycles=20)
    assert returns == pytest.approx([10 * (44 - 18), *[10 * (24 - 2)] * 3], rel=1e-5)
    alone = returns_beside(ID, ["defect", "punish", "cooperate", "cooperate"], max_cycles=20)
    assert alone == pytest.approx([10 * (44 - 6), 10 * (24 - 2), 240, 240], rel=1e-5)


def given_by(name, rounds, n=3, **parameters):
    """Next contributions of the bot, after rounds of these levels."""
    env = make(ID, num_agents=n, punishment=False, max_cycles=100, **parameters)
    env.reset(0)
    for level in rounds:
        env.step(np.array([level]))
    return bot(name, env).act(env.state)[0].tolist()


def test_conditional_cooperators_give_what_the_others_gave():
    assert given_by("tit_for_tat", []) == [20, 20, 20]
    assert given_by("tit_for_tat", [(0, 10, 20)]) == [15, 10, 5]
    assert given_by("tit_for_tat", [(20, 20, 20), (0, 1, 20)]) == [11, 10, 1]  # halves are rounded up
    assert given_by("grim", []) == [20, 20, 20]
    assert given_by("grim", [(20, 20, 19)]) == [0, 0, 20]
    assert given_by("grim", [(20, 20, 19), (20, 20, 20)]) == [0, 0, 20]
    assert given_by("grim", [(20, 18, 19)]) == [0, 0, 0]
    assert given_by("punish", [(0, 0, 0)]) == [20, 20, 20]


def test_punishers_find_their_targets_in_any_order():
    env = make(ID, 50, anonymous=True)
    env.reset(3)
    action = np.zeros((50, 4, 4), int)
    action[:, :, 0] = (20, 20, 0, 20)
    env.step(action)
    env.step(bot("punish", env).act(env.state))
    np.testing.assert_array_equal(
        env.state.points, np.tile([[0, 0, 2, 0], [0, 0, 2, 0], [0] * 4, [0, 0, 2, 0]], (50, 1, 1))
    )


@pytest.mark.parametrize("parameters", [{"punishment": False}, {"anonymous": True, "levels": 2}])
def test_other_parameters_keep_the_contract(parameters):
    card = check(ID, PublicGoodsConfig(**parameters))
    assert card.passed, [finding.sentence for finding in card.findings if not finding.passed]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"num_agents": 1}, "num_agents is 1; allowed is 2 to 64"),
        ({"endowment": -1}, "endowment is -1.0; allowed is 0 to 1000000"),
        ({"multiplier": float("nan")}, "multiplier is nan; allowed is 0 to 1000"),
        ({"levels": 1}, "levels is 1; allowed is 2 to 1001"),
        ({"punishment_cost": -1}, "punishment_cost is -1.0; allowed is 0 to"),
        ({"punishment_fine": -3}, "punishment_fine is -3.0; allowed is 0 to"),
        ({"most_points": 0}, "most_points is 0; allowed is 1 to 1000"),
        ({"max_cycles": 0}, "max_cycles is 0; allowed is 1"),
    ],
)
def test_bad_parameters_are_told_in_a_sentence(parameters, sentence):
    with pytest.raises(stigmergy.BadParameter, match=sentence):
        make(ID, **parameters)


def test_text_and_picture():
    env = make(ID, num_agents=3)
    env.reset(0)
    assert "nobody has given yet" in env.text(0)
    env.step(np.array([[[20, 0, 0], [10, 0, 0], [0, 0, 0]]]))
    before = env.draw(0)
    env.step(np.array([[[0, 0, 2], [0, 0, 0], [0, 0, 0]]]))
    assert not np.array_equal(before, env.draw(0))  # an arrow more
    assert env.text(0).splitlines()[1].split() == ["0", "20", "2", "0", "14"]
    assert env.text(0).splitlines()[3].split() == ["2", "0", "0", "2", "30"]
    assert env.text(0).splitlines()[4].endswith("round 1, points")


def test_masks_of_parts_go_through_pettingzoo_and_back():
    """As Gymnasium wants them, a tuple of an array for each part, and as the batch has them."""
    view = stigmergy.parallel_env(ID)
    seen, infos = view.reset(seed=0)
    mask = seen["agent_1"]["action_mask"]
    assert [part.shape for part in mask] == [(21,), (11,), (11,), (11,)]
    assert view.observation_space("agent_1").contains(seen["agent_1"])
    assert view.action_space("agent_1").sample(mask=mask)[1:].tolist() == [0, 0, 0]
    np.testing.assert_array_equal(np.concatenate(infos["agent_1"]["action_mask"]), np.concatenate(mask))
    bridged, own = make("pettingzoo:stigmergy.envs.dilemmas.public_goods.env", 1), make(ID)
    for env in (bridged, own):
        env.reset(0)
    for _ in range(3):
        masks = [env.groups[env.spec.groups[0].name].action_mask for env in (bridged, own)]
        np.testing.assert_array_equal(*masks)
        for env in (bridged, own):
            env.step(np.zeros((1, 4, 4), int))
