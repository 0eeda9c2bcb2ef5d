"""The physics of round bodies: MPE's numbers, formulas beside NumPy's, and what holds for all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy.envs.plane import particles

EXAMPLES = settings(max_examples=40, deadline=None)


def advance(position, velocity, force, radius, fixed=(), max_speed=np.inf):
    """One step; returns positions, velocities, and the forces."""
    position, velocity, force = (np.array(value, float).reshape(-1, 2) for value in (position, velocity, force))
    fixed = np.array(fixed, float).reshape(-1, 2)
    limits = np.full(len(position), max_speed, float)
    particles.advance_bodies(np.array(radius, float), limits, position, velocity, fixed, force)
    return position, velocity, force


def test_a_body_alone_moves_before_its_velocity_changes():
    position, velocity, _ = advance([0, 0], [0, 0], [5, 0], [0.15])
    assert (position[0].tolist(), velocity[0].tolist()) == ([0, 0], [0.5, 0])
    position, velocity, _ = advance(position, velocity, [0, 0], [0.15])
    np.testing.assert_allclose([*position[0], *velocity[0]], [0.05, 0, 0.375, 0])
    position, velocity, _ = advance(position, velocity, [0, 5], [0.15])
    np.testing.assert_allclose([*position[0], *velocity[0]], [0.0875, 0, 0.28125, 0.5])


def test_a_body_is_no_faster_than_its_top_speed():
    _, velocity, _ = advance([0, 0], [0.9, 0.9], [3, 0], [0.1], max_speed=1)
    assert np.hypot(*velocity[0]) == pytest.approx(1)
    np.testing.assert_allclose(velocity[0] / velocity[0, 1], [(0.9 * 0.75 + 0.3) / (0.9 * 0.75), 1])


@EXAMPLES
@given(st.floats(1e-6, 0.7))
def test_contact_is_a_smoothed_spring_as_in_numpy(distance):
    *_, force = advance([[0, 0], [0.6 * distance, 0.8 * distance]], np.zeros((2, 2)), np.zeros((2, 2)), [0.2, 0.1])
    size = 100 * np.logaddexp(0, (0.3 - distance) / 1e-3) * 1e-3
    np.testing.assert_allclose(force[1], [0.6 * size, 0.8 * size], rtol=1e-9, atol=1e-14)
    np.testing.assert_array_equal(force[0], -force[1])


def test_bodies_in_one_place_do_not_divide_by_zero():
    *_, force = advance([[0.5, 0.5], [0.5, 0.5]], np.zeros((2, 2)), np.zeros((2, 2)), [0.2, 0.1])
    np.testing.assert_array_equal(force, 0)


def test_a_fixed_body_pushes_and_stays():
    fixed = np.array([[0.25, 0.0]])
    _, velocity, force = advance([0, 0], [0, 0], [0, 0], [0.1, 0.2], fixed)
    np.testing.assert_allclose(force[0], [-5, 0], atol=1e-12)
    np.testing.assert_allclose(velocity[0], [-0.5, 0], atol=1e-12)
    assert fixed.tolist() == [[0.25, 0.0]]


@EXAMPLES
@given(st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_contacts_neither_give_nor_take_momentum(n, seed):
    generator = np.random.default_rng(seed)
    position, velocity = generator.uniform(-0.3, 0.3, (n, 2)), generator.uniform(-1, 1, (n, 2))
    radius = generator.uniform(0.05, 0.3, n)
    after = advance(position, velocity, np.zeros((n, 2)), radius)[1]
    np.testing.assert_allclose(after.sum(axis=0), 0.75 * velocity.sum(axis=0), atol=1e-9)


@EXAMPLES
@given(st.integers(1, 6), st.integers(1, 8), st.integers(-1, 5), st.integers(0, 2**32 - 1))
def test_the_nearest_are_seen_in_order_and_missing_ones_are_zero(points, slots, skip, seed):
    generator = np.random.default_rng(seed)
    place, x, y = generator.integers(-2, 3, (points, 2)).astype(float), 0.5, -0.25  # with ties
    row = np.full(2 * slots + 1, 7.0, np.float32)
    assert particles.see_nearest(place, skip, slots, x, y, row, 1) == 2 * slots + 1
    offset = place - (x, y)
    order = [j for j in np.argsort((offset**2).sum(axis=1), kind="stable") if j != skip][:slots]
    expected = np.zeros((slots, 2))
    expected[: len(order)] = offset[order]
    np.testing.assert_array_equal(row[1:].reshape(-1, 2), expected)
    assert row[0] == 7


def test_both_kinds_of_action_are_pushed_and_read():
    for x, y, choice in ((0, 0, 0), (-1, 0, 1), (1, 0, 2), (0, -1, 3), (0, 1, 4)):
        discrete, continuous = np.full((1, 1), 9), np.full((1, 1, 5), 9, np.float32)
        particles.push(discrete, 0, 0, float(x), float(y))
        particles.push(continuous, 0, 0, float(x), float(y))
        assert discrete[0, 0] == choice
        assert particles.thrust(discrete, 0, 0) == particles.thrust(continuous, 0, 0) == (x, y)
    particles.push(discrete, 0, 0, 0.6, -3.0)
    particles.push(continuous, 0, 0, 0.5, -3.0)
    assert discrete[0, 0] == 3
    assert particles.thrust(continuous, 0, 0) == (0.5, -1)


def test_coasting_is_where_a_body_rolls_to():
    position, velocity = [0, 0], [1, 0.5]
    for steps in range(1, 6):
        position, velocity, _ = advance(position, velocity, [0, 0], [0.1])
        np.testing.assert_allclose(position[0], [particles.coasting(steps), particles.coasting(steps) / 2])
