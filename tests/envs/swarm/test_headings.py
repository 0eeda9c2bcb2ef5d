"""Properties of both Kuramoto's and Vicsek's task: turns, observations, and rewards for order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stigmergy
from stigmergy.envs.registration.make import make
from tests.envs.support.swarm.heading_scenes import KURAMOTO, VICSEK, order, put, quiet, seen_by_pairs, turn

BOTH = pytest.mark.parametrize("id", [KURAMOTO, VICSEK])


@BOTH
def test_equal_angles_have_order_1_and_evenly_spread_ones_0(id):
    env = quiet(id, 2, num_agents=12)
    put(env, np.stack([np.full(12, 3.1), np.linspace(-np.pi, np.pi, 12, endpoint=False)]))
    step = turn(env, 0.0)
    np.testing.assert_allclose(step.groups["agents"].reward, [[1.0] * 12, [0.0] * 12], atol=1e-6)


@BOTH
@pytest.mark.parametrize(("n", "expected"), [(10, 0.282), (100, 0.0894), (1000, 0.0280)])
def test_the_order_of_random_angles_and_that_idle_agents_stay_there(id, n, expected):
    """About sqrt(pi / (4 n)): 0.280, 0.0886, 0.0280; the exact mean for few angles is above."""
    env = make(id, 40_000 // n + 200, num_agents=n, radius=3.0)
    env.reset(seed=n)
    assert order(env.state.angle).mean() == pytest.approx(expected, rel=0.08)
    seen = [turn(env, 0.0).groups["agents"].reward[:, 0].mean() for _ in range(20)]
    assert seen[-1] == pytest.approx(expected, rel=0.08)


@BOTH
def test_a_step_by_hand(id):
    env = quiet(id, 1, num_agents=2, max_turn=0.5, action_cost=0.1)
    put(env, [[3.0, 0.0]])
    step = env.step(np.array([[[1.0], [-0.5]]], np.float32))
    np.testing.assert_allclose(env.state.angle[0], [3.5 - 2 * np.pi, -0.25])
    np.testing.assert_allclose(step.groups["agents"].reward[0], abs(np.cos(3.75 / 2)) - 0.1 * 0.75, rtol=1e-6)


@BOTH
def test_means_go_over_the_seam_of_the_circle(id):
    """Two at 0.1 on either side of pi: their mean is pi, not 0."""
    env = quiet(id, 1, num_agents=2, radius=3.0)
    seen = put(env, [[np.pi - 0.1, -np.pi + 0.1]]).groups["agents"].observation[0]
    np.testing.assert_allclose(np.arctan2(seen[:, 0], seen[:, 1]), [0.1, -0.1], atol=1e-6)
    np.testing.assert_allclose(seen[:, 2], np.cos(0.1), rtol=1e-6)


@BOTH
def test_who_sees_nobody_sees_itself(id):
    env = quiet(id, 1, num_agents=2, radius=0.0)
    seen = put(env, [[1.0, 2.0]]).groups["agents"].observation[0]
    np.testing.assert_allclose(seen, [[0, 1, 1, 0]] * 2, atol=1e-6)


@BOTH
def test_a_balanced_neighbourhood_has_no_direction(id):
    env = quiet(id, 1, num_agents=2, radius=3.0)
    seen = put(env, [[0.0, -np.pi]]).groups["agents"].observation[0]
    np.testing.assert_allclose(seen[:, :3], [[0, 1, 0]] * 2, atol=1e-6)


@BOTH
@pytest.mark.parametrize("radius", [0.3, 1.0, 1.9, 2.83, 10.0])
def test_random_play_follows_the_rules_written_over_all_pairs(id, radius):
    num_envs, n, side = 3, 40, 4.0
    env = quiet(id, num_envs, num_agents=n, radius=radius, max_turn=0.7, action_cost=0.3)
    env.reset(seed=8)
    generator = np.random.default_rng(0)
    for _ in range(110):  # into a second episode
        before = env.snapshot()
        action = generator.uniform(-1, 1, (num_envs, n)).astype(np.float32)
        step = turn(env, action)
        if not step.first.any():
            angle = before.angle + before.frequency + 0.7 * action.astype(float)
            flown = getattr(env.config, "speed", 0.0) * np.stack([np.cos(angle), np.sin(angle)], axis=2)
            position = (before.position + flown + side / 2) % side - side / 2
            pay = order(angle) - 0.3 * np.abs(action).mean(axis=1)
            np.testing.assert_allclose(np.exp(1j * env.state.angle), np.exp(1j * angle), atol=1e-9)
            np.testing.assert_allclose(env.state.position, position, atol=1e-9)
            np.testing.assert_allclose(step.groups["agents"].reward, np.repeat(pay[:, None], n, 1), atol=1e-6)
        seen = seen_by_pairs(env.state.angle, env.state.position, side, radius, id == VICSEK, n)
        observed = step.groups["agents"].observation
        np.testing.assert_allclose(observed[..., : seen.shape[2]], seen, atol=2e-5)
        if id == KURAMOTO:
            np.testing.assert_allclose(observed[..., 3], env.state.frequency / 0.7, atol=1e-6)
    assert np.abs(env.state.angle).max() <= np.pi


@BOTH
def test_noise_has_the_size_that_is_asked_for(id):
    env = make(id, 4, num_agents=4000, noise=0.05, observation_noise=0.1, radius=10.0)
    put(env, np.zeros((4, 4000)))
    observed = turn(env, 0.0).groups["agents"].observation
    angle = env.state.angle - env.state.frequency
    if id == VICSEK:
        assert angle.std() == pytest.approx(0.05, rel=0.03)
    seen = np.arctan2(observed[..., 0], observed[..., 1]) + env.state.angle
    assert np.unwrap(seen).std() == pytest.approx(0.1, rel=0.03)
    assert abs(np.corrcoef(env.state.error.ravel(), angle.ravel())[0, 1]) < 0.03


@BOTH
def test_metrics_by_hand(id):
    env = quiet(id, 1, num_agents=2, max_turn=0.5, max_cycles=2)
    put(env, [[0.0, 1.0]])
    env.step(np.array([[[1.0], [0.0]]], np.float32))  # 0.5 apart
    step = env.step(np.array([[[0.5], [0.0]]], np.float32))  # 0.25 apart
    orders = np.cos([0.25, 0.125])
    metrics = {name: value[0] for name, value in step.metrics.items()}
    assert metrics == pytest.approx({"order": orders.mean(), "final_order": orders[1], "effort": (0.5 + 0.25) / 2})


@BOTH
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_rewards_and_global_state_do_not_tell_agents_apart(id, seed, n):
    generator = np.random.default_rng(seed)
    env = quiet(id, 2, num_agents=n)
    angle, position, action = (generator.uniform(-1, 1, (n, *shape)) for shape in ((), (2,), ()))
    order = generator.permutation(n)
    put(env, np.stack([3 * angle, 3 * angle[order]]), np.stack([2 * position, 2 * position[order]]))
    step = turn(env, np.stack([action, action[order]]))
    reward, observed = step.groups["agents"].reward, step.groups["agents"].observation
    np.testing.assert_allclose(reward[0], reward[1], atol=1e-6)
    assert len(set(reward[0])) == 1
    np.testing.assert_allclose(observed[0][order], observed[1], atol=1e-5)
    np.testing.assert_allclose(env.global_state[0], env.global_state[1], atol=1e-4)


@BOTH
def test_the_global_state_is_the_tents_over_the_grid_points(id):
    env = quiet(id, 1, num_agents=5, side=3.0)
    generator = np.random.default_rng(1)
    angle, position = generator.uniform(-np.pi, np.pi, 5), generator.uniform(-1.5, 1.5, (5, 2))
    step = put(env, angle[None], position[None])

    def tents(x, points, whole):
        distance = x[:, None] - (-whole / 2 + np.arange(points) * whole / points)
        distance -= whole * np.round(distance / whole)
        return np.maximum(0, 1 - np.abs(distance) * points / whole)

    circle = tents(angle, 16, 2 * np.pi).sum(axis=0) * 16 / 5
    place = [np.ones(5), np.cos(angle), np.sin(angle)]
    torus = np.einsum("fi,ir,iq->frq", place, tents(position[:, 1], 6, 3.0), tents(position[:, 0], 6, 3.0)) * 36 / 5
    assert step.state is not None
    np.testing.assert_allclose(step.state[0], [*circle, *torus.ravel(), 0.0], atol=1e-4)
    assert circle.sum() == pytest.approx(16)
    assert torus[0].sum() == pytest.approx(36)
    assert make(id, 1, num_agents=10_000).spec.state_shape == env.spec.state_shape == (125,)


@BOTH
@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ({"num_agents": 0}, "num_agents is 0; allowed is 1 to 100000"),
        ({"side": 0.0}, "side is 0.0; allowed is 1e-06 to 1000000.0"),
        ({"radius": 2.5}, "radius is 2.5; allowed on a torus of side 4.0 is 0 to below 2, or 2.82843 and more"),
        ({"radius": -1.0}, "radius is -1.0; allowed is 0 or more"),
        ({"max_turn": 3.2}, "max_turn is 3.2; allowed is 0 to 3.14159"),
        ({"noise": -0.1}, "noise is -0.1; allowed is 0 to 1000000"),
        ({"observation_noise": -0.1}, "observation_noise is -0.1; allowed is 0 to 1000000"),
        ({"action_cost": float("inf")}, "action_cost is inf; allowed is 0 to 1000000"),
        ({"max_cycles": 0}, "max_cycles is 0; allowed is 1 to 2147483647"),
    ],
)
def test_bad_parameters_are_named(id, option, sentence):
    with pytest.raises(stigmergy.BadParameter, match=sentence):
        make(id, **option)


@BOTH
@pytest.mark.parametrize("n", [1, 1000])
def test_pictures_and_text_for_few_and_many(id, n):
    env = quiet(id, 1, num_agents=n)
    put(env, np.zeros((1, n)), np.full((1, n, 2), 0.01))
    height, width, _ = env.draw(0).shape
    assert 440 <= height <= 660
    assert 480 <= width <= 660
    rows = env.text(0).splitlines()
    assert rows[4] == "..........→........."
    assert rows[-1] == "step 0   order 1.000"
