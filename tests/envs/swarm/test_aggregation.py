"""Aggregation against values worked out by hand and known laws of large populations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stigmergy
from stigmergy.envs.registration.make import make
from stigmergy.envs.swarm.aggregation.policies import Gather

ID = "swarm/aggregation-v0"
SPACING = 0.5  # between the 9 grid points on a side of the box


def quiet(num_envs, **options):
    """An environment without chance."""
    return make(ID, num_envs, noise=0.0, observation_noise=0.0, **options)


def put(env, position):
    """The time step in which the agents stand at `position` (num_envs, n, 2), seen as it is."""
    env.reset(seed=0)
    state = env.snapshot()
    state.position[:] = position
    state.error[:] = 0
    return env.restore(state)


def move(env, velocity):
    """The reward after everyone wanted `velocity` (num_envs, n, 2)."""
    step = env.step(np.asarray(velocity, np.float32))
    return step.groups["agents"].reward


def play(env, steps, seed=3):
    """Play under the scripted rule. Returns the last time step, and rewards `(steps, num_envs)`."""
    rule, rewards = Gather(env.config.speed), []
    env.reset(seed)
    step = None
    for _ in range(steps):
        step = env.step(rule.act(env.state))
        rewards.append(step.groups["agents"].reward[:, 0].copy())
    return step, np.array(rewards)


def test_a_step_by_hand():
    env = quiet(1, num_agents=2, action_cost=0.5)
    put(env, [[[0.0, 0.0], [1.0, 1.9]]])
    # (3, 4) / 5 is not in the action space, (0.6, 0.8) is; (1, 1) is longer than 1 and keeps its
    # direction only.
    reward = move(env, [[[0.6, -0.8], [1.0, 1.0]]])
    expected = [[0.12, -0.16], [1.0 + 0.2 / np.sqrt(2), 2.0]]  # the second one is stopped by the wall
    np.testing.assert_allclose(env.state.position[0], expected, atol=1e-7)
    apart = np.hypot(*(np.array(expected[1]) - expected[0]))
    np.testing.assert_allclose(
        reward, -apart / 2 - 0.5 * 1.0, rtol=1e-6
    )  # each is half the way between them from the mean


def test_short_actions_cost_less():
    env = quiet(1, num_agents=2, action_cost=1.0)
    put(env, np.zeros((1, 2, 2)))
    np.testing.assert_allclose(move(env, [[[0.3, 0.4], [0.3, 0.4]]]), -0.5, rtol=1e-6)


def test_metrics_by_hand():
    env = quiet(1, num_agents=2, max_cycles=2)
    put(env, [[[-1.0, 0.0], [1.0, 0.0]]])
    move(env, [[[1.0, 0.0], [0.0, 0.0]]])  # now 1.8 apart
    step = env.step(np.array([[[0.5, 0.0], [0.0, 0.0]]], np.float32))  # now 1.7 apart
    assert step.last[0]
    metrics = {name: value[0] for name, value in step.metrics.items()}
    assert metrics == pytest.approx(
        {"dispersion": (0.9 + 0.85) / 2, "final_dispersion": 0.85, "effort": (0.5 + 0.25) / 2}
    )


def test_agents_see_their_own_place_and_nothing_else():
    env = quiet(1, num_agents=3)
    step = put(env, [[[0.5, -1.5], [2.0, -2.0], [0.0, 0.0]]])
    np.testing.assert_allclose(step.groups["agents"].observation[0], [[0.5, -1.5], [2.0, -2.0], [0.0, 0.0]])
    step = put(env, [[[0.5, -1.5], [-1.0, 1.0], [2.0, 2.0]]])
    np.testing.assert_allclose(step.groups["agents"].observation[0, 0], [0.5, -1.5])


def test_noise_has_the_size_that_is_asked_for():
    env = make(ID, 8, num_agents=4000, noise=0.05, observation_noise=0.1)
    step = put(env, np.zeros((8, 4000, 2)))
    assert not step.groups["agents"].observation.any()
    move(env, np.zeros((8, 4000, 2)))
    assert env.state.position.std() == pytest.approx(0.05, rel=0.02)
    seen = env.groups["agents"].observation - env.state.position
    assert seen.std() == pytest.approx(0.1, rel=0.02)
    assert abs(np.corrcoef(seen[..., 0].ravel(), seen[..., 1].ravel())[0, 1]) < 0.02


def test_the_uniform_start_is_1_53_from_its_mean_and_2_67_squared():
    env = make(ID, 200, num_agents=1000)
    env.reset(seed=4)
    offset = env.state.position - env.state.position.mean(axis=1, keepdims=True)
    assert np.hypot(offset[..., 0], offset[..., 1]).mean() == pytest.approx(1.5304, abs=0.01)
    assert np.square(offset).sum(axis=2).mean() == pytest.approx(2.667, abs=0.02)


def test_everyone_is_home_within_15_steps():
    env = quiet(16, num_agents=500)
    far = put(env, np.full((16, 500, 2), 2.0))  # the corner is 2.83 away, the longest way there is
    assert far.groups["agents"].observation.max() == 2
    rule = Gather(0.2)
    for step in range(15):
        assert np.abs(env.state.position).max() > 0.01, f"home after {step} steps already"
        env.step(rule.act(env.state))
    assert np.abs(env.state.position).max() < 1e-6
    play(env, 15)  # and from anywhere
    assert np.abs(env.state.position).max() < 1e-6


def test_the_noise_floor():
    """In the middle, only the errors of one observation and one movement remain.

    The mean length of a normal vector is sqrt(pi / 2) deviations.
    """
    for noise, blur in ((0.03, 0.0), (0.03, 0.03)):
        env = make(ID, 8, num_agents=2000, noise=noise, observation_noise=blur, action_cost=0.0)
        _, rewards = play(env, 40)
        floor = np.hypot(noise, blur) * np.sqrt(np.pi / 2)
        assert -rewards[20:].mean() == pytest.approx(floor, rel=0.01)


def test_returns_of_larger_populations_scatter_less():
    """Propagation of chaos: under a fixed rule returns of n agents scatter like 1 / sqrt(n)."""
    spread = []
    for n in (10, 100, 1000):
        _, rewards = play(make(ID, 200, num_agents=n), 20)
        spread.append(rewards.sum(axis=0).std())
    slope = np.polyfit(np.log([10, 100, 1000]), np.log(spread), 1)[0]
    assert slope == pytest.approx(-0.5, abs=0.08)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_rewards_and_global_state_do_not_tell_agents_apart(seed, n):
    generator = np.random.default_rng(seed)
    env = quiet(2, num_agents=n)
    position, velocity = generator.uniform(-2, 2, (n, 2)), generator.uniform(-1, 1, (n, 2))
    order = generator.permutation(n)
    put(env, np.stack([position, position[order]]))
    reward = move(env, np.stack([velocity, velocity[order]]))
    np.testing.assert_allclose(reward[0], reward[1], rtol=1e-6)
    assert len(set(reward[0])) == 1
    np.testing.assert_allclose(env.global_state[0], env.global_state[1], atol=1e-4)


def test_the_global_state_is_the_tents_over_the_grid_points():
    env = quiet(1, num_agents=4)
    position = np.array([[0.0, 0.0], [-1.9, 1.3], [2.0, -2.0], [0.6, 0.6]])
    step = put(env, position[None])
    points = -2 + SPACING * np.arange(9)
    tent = lambda x: np.maximum(0, 1 - np.abs(points[None] - x[:, None]) / SPACING)  # noqa: E731
    expected = np.einsum("ir,ic->rc", tent(position[:, 1]), tent(position[:, 0])) * 81 / 4
    assert step.state is not None
    np.testing.assert_allclose(step.state[0, :-1].reshape(9, 9), expected, atol=1e-4)
    assert step.state[0, :-1].sum() == pytest.approx(81)  # the tents over an agent add up to 1
    move(env, np.zeros((1, 4, 2)))
    assert env.global_state[0, -1] == pytest.approx(0.01)


def test_the_global_state_has_one_size_for_all_populations():
    sizes = {make(ID, 1, num_agents=n).spec.state_shape for n in (1, 100, 10_000)}
    assert sizes == {(82,)}


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ({"num_agents": 0}, "num_agents is 0; allowed is 1 to 100000"),
        ({"noise": -0.1}, "noise is -0.1; allowed is 0 to 1000000"),
        ({"observation_noise": float("nan")}, "observation_noise is nan; allowed is 0 to 1000000"),
        ({"action_cost": -1.0}, "action_cost is -1.0; allowed is 0 to 1000000"),
        ({"speed": 2.5}, "speed is 2.5; allowed is 0 to 2.0"),
        ({"max_cycles": 0}, "max_cycles is 0; allowed is 1 to 2147483647"),
    ],
)
def test_bad_parameters_are_named(option, sentence):
    with pytest.raises(stigmergy.BadParameter, match=sentence):
        make(ID, **option)


def test_the_picture_shows_where_the_agents_are():
    env = quiet(1, num_agents=400)
    put(env, np.random.default_rng(0).uniform(0.7, 1.3, (1, 400, 2)))
    picture = env.draw(0)
    assert 480 <= picture.shape[1] <= 640
    rows, columns = np.nonzero((picture == (0, 114, 178)).all(axis=2))
    assert len(rows) > 400
    assert rows.max() < 200
    assert columns.min() > 380
    assert "#" in env.text(0)
