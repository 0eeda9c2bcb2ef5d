"""Target tracking beside slower computations.

They are a reference in NumPy, closed forms of the Kalman filter, and brute force in place of cells.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stigmergy
from stigmergy.envs.core.random_streams import below, normal, seed_streams, uniform
from stigmergy.envs.pursuit.tracking import belief, cell_list
from stigmergy.envs.pursuit.tracking.config import TrackingConfig
from stigmergy.envs.pursuit.tracking.policies import NearestTarget, OwnTarget
from stigmergy.envs.pursuit.tracking.rules import SPEEDS, TURN_RATES, build_constants

ID = "pursuit/tracking-v0"
TAU = 0.5
A = np.block([[np.eye(2), TAU * np.eye(2)], [np.zeros((2, 2)), np.eye(2)]])
W1 = np.block([[TAU**3 / 3 * np.eye(2), TAU**2 / 2 * np.eye(2)], [TAU**2 / 2 * np.eye(2), TAU * np.eye(2)]])
R = np.diag([0.2**2, 0.01**2])


def wrapped(angle):
    return (angle + np.pi) % (2 * np.pi) - np.pi


def log_det(covariance):
    return np.linalg.slogdet(covariance)[1]


class Reference:
    """One env, by loops over all pairs and numpy.linalg; a textbook Kalman filter."""

    def __init__(self, n, m, side, fewest, nearest, q, q_belief):
        self.n, self.m, self.side, self.fewest, self.k = n, m, side, fewest, min(nearest, m)
        self.noise_factor, self.w = np.linalg.cholesky(q * W1), q_belief * W1

    def inside(self, p):
        return all(0.5 <= p[a] <= self.side - 0.5 for a in range(2))

    def near(self, stream, p, low, high):
        angle = 2 * np.pi * uniform(stream)
        r = low + (high - low) * uniform(stream)
        return p[:2] + r * np.array([np.cos(angle), np.sin(angle)])

    def reset(self, stream):
        self.t = 0
        number = self.m if self.fewest == self.m else self.fewest + below(stream, self.m - self.fewest + 1)
        self.pursuers, self.targets, self.beliefs = [], [], []
        self.motion = [(0.0, 0.0)] * self.n
        for _ in range(self.n):
            x, y = (0.5 + (self.side - 1) * uniform(stream) for _ in range(2))
            self.pursuers.append(np.array([x, y, 2 * np.pi * uniform(stream) - np.pi]))
        for _ in range(number):
            while True:
                p = self.near(stream, self.pursuers[below(stream, self.n)], 5, 10)
                if self.inside(p):
                    break
            while True:
                b = self.near(stream, p, 0, 5)
                if self.inside(b):
                    break
            self.targets.append(np.array([*p, 0, 0]))
            self.beliefs.append([np.array([*b, 0, 0]), 30 * np.eye(4)])
        self.seen = np.zeros((self.n, number), bool)

    def sees(self, pursuer, target):
        dx, dy = target[0] - pursuer[0], target[1] - pursuer[1]
        return math.hypot(dx, dy) <= 10 and abs(wrapped(math.atan2(dy, dx) - pursuer[2])) <= math.pi / 4

    def held(self, mean):
        return np.clip(mean, [0, 0, -2, -2], [self.side, self.side, 2, 2])

    def step(self, actions, stream):
        self.t += 1
        for target in self.targets:
            draws = np.array([normal(stream) for _ in range(4)])  # x, vx, y, vy
            moved = A @ target + self.noise_factor @ draws[[0, 2, 1, 3]]
            if not self.inside(moved):
                moved[:2] = target[:2]
                moved[2:] = -0.4 * moved[2:] + 0.2 * np.array([normal(stream), normal(stream)])
            target[:] = moved
        for i in range(self.n):
            self.motion[i] = self.move(i, *divmod(actions[i], 3))
        self.seen = np.array([[self.sees(p, t) for t in self.targets] for p in self.pursuers])
        for j, (target, pair) in enumerate(zip(self.targets, self.beliefs)):
            mean, covariance = self.held(A @ pair[0]), A @ pair[1] @ A.T + self.w
            for pursuer in (self.pursuers[i] for i in range(self.n) if self.seen[i, j]):
                mean, covariance = self.update(mean, covariance, pursuer, target, stream)
            self.beliefs[j] = [mean, covariance]
        return -0.1 * np.mean([log_det(covariance) for _, covariance in self.beliefs])

    def move(self, i, v, w):
        speed, rate = (2, 1.33, 0.67, 0)[v], (np.pi / 2, 0, -np.pi / 2)[w]
        x, y, heading = self.pursuers[i]
        after = heading + TAU * rate
        if rate:
            step = speed / rate * np.array([np.sin(after) - np.sin(heading), np.cos(heading) - np.cos(after)])
        else:
            step = TAU * speed * np.array([np.cos(heading), np.sin(heading)])
        place = np.array([x, y]) + step
        others = self.targets + self.pursuers[:i] + self.pursuers[i + 1 :]
        free = self.inside(place) and all(math.dist(place, other[:2]) >= 1 for other in others)
        self.pursuers[i] = np.array([*(place if free else (x, y)), wrapped(after)])
        return (speed if free else 0, rate)

    def update(self, mean, covariance, pursuer, target, stream):
        d = target[:2] - pursuer[:2]
        z = np.array([np.hypot(*d), np.arctan2(d[1], d[0]) - pursuer[2]])
        z += [0.2 * normal(stream), 0.01 * normal(stream)]
        dx, dy = mean[:2] - pursuer[:2]
        r = np.hypot(dx, dy)
        h = np.array([[dx, dy, 0, 0], [-dy / max(r, 0.1), dx / max(r, 0.1), 0, 0]]) / max(r, 0.1)
        off = z - [r, np.arctan2(dy, dx) - pursuer[2]]
        off[1] = wrapped(off[1])
        gain = covariance @ h.T @ np.linalg.inv(h @ covariance @ h.T + R)
        return self.held(mean + gain @ off), (np.eye(4) - gain @ h) @ covariance

    def observe(self):
        out = np.zeros((self.n, self.k, 6))
        doubt = [log_det(covariance) / 10 for _, covariance in self.beliefs]
        for i, (x, y, heading) in enumerate(self.pursuers):
            v, w = self.motion[i]
            rows = []
            for j, (mean, _) in enumerate(self.beliefs):
                d, dv = mean[:2] - [x, y], mean[2:] - v * np.array([np.cos(heading), np.sin(heading)])
                r = math.hypot(*d)
                angular = (d[0] * dv[1] - d[1] * dv[0]) / max(r, 0.1) ** 2 - w
                row = [r / 10, wrapped(math.atan2(d[1], d[0]) - heading) / np.pi, d @ dv / max(r, 0.1) / 2]
                rows.append([*row, angular / np.pi, doubt[j], self.t > 0 and self.seen[i, j]])
            rows = np.array(rows)[np.argsort([row[0] for row in rows], kind="stable")][: self.k]
            out[i, : len(rows)] = rows
        return out


def random_step(env, generator):
    return env.step(generator.integers(0, 12, (env.num_envs, env.config.num_pursuers)))


def still(env):
    """The action of standing, for all pursuers."""
    return np.full((env.num_envs, env.config.num_pursuers), 10)


def alone_with_target(distance, bearing=0.0, **parameters):
    """One pursuer in the middle of 50 m, facing along x; the mean of its belief is exact."""
    env = stigmergy.make(ID, 1, num_pursuers=1, num_targets=1, side=50, **parameters)
    env.reset(3)
    state = env.snapshot()
    state.pursuer[0, 0] = 25, 25, 0
    place = 25 + distance * np.array([np.cos(bearing), np.sin(bearing)])
    state.target[0, 0] = state.mean[0, 0] = *place, 0, 0
    env.restore(state)
    return env


CASES = [
    {"num_pursuers": 4, "num_targets": 4, "max_cycles": 150},
    {
        "num_pursuers": 12,
        "num_targets": 7,
        "side": 25,
        "nearest": 3,
        "max_cycles": 60,
    },  # crowded: margins, walls, many observers
    {
        "num_pursuers": 3,
        "num_targets": 9,
        "fewest_targets": 1,
        "target_noise": 0.05,
        "belief_noise": 0.02,
        "max_cycles": 40,
    },
    {"num_pursuers": 1, "num_targets": 2, "nearest": 5, "side": 20, "max_cycles": 100},
]


@pytest.mark.parametrize("case", CASES)
def test_the_whole_step_is_that_of_the_reference(case):
    """3,200 steps in all, from the same random numbers; observed, barred and bounced in plenty."""
    env = stigmergy.make(ID, 1, **case)
    n, m = case["num_pursuers"], case["num_targets"]
    q, q_belief = case.get("target_noise", 0.001), case.get("belief_noise", 0.001)
    reference = Reference(n, m, env.constants.side, case.get("fewest_targets", m), case.get("nearest", 4), q, q_belief)
    generator = np.random.default_rng(1)
    step = env.reset(11)
    streams = np.zeros((1, 4), np.uint64)
    seed_streams(streams, 11)
    stream = streams[0]
    sights, barred, present = 0, 0, set()
    for _ in range(800):
        if step.first[0]:
            reference.reset(stream)
        state = env.state
        number = state.present[0]
        present.add(int(number))
        np.testing.assert_array_equal(state.stream[0], stream)
        np.testing.assert_allclose(state.pursuer[0], reference.pursuers, atol=1e-8)
        np.testing.assert_allclose(state.target[0, :number], reference.targets, atol=1e-8)
        np.testing.assert_allclose(state.mean[0, :number], [mean for mean, _ in reference.beliefs], atol=1e-6)
        covariances = np.array([covariance for _, covariance in reference.beliefs])
        np.testing.assert_allclose(state.covariance[0, :number], covariances, rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(step.groups["pursuers"].observation[0], reference.observe(), atol=2e-5)
        actions = generator.integers(0, 12, (1, n))
        again = step.last[0]
        step = env.step(actions)
        if not again:
            paid = reference.step(actions[0], stream)
            np.testing.assert_allclose(step.groups["pursuers"].reward[0], paid, rtol=1e-5, atol=1e-6)
            sights += reference.seen.sum()
            barred += sum(v == 0 for v, _ in reference.motion) - (actions[0] >= 9).sum()
    assert sights > 80
    assert barred > 0 or n == 4
    assert len(present) > 4 or "fewest_targets" not in case


def test_the_reward_begins_at_minus_1_36():
    env = stigmergy.make(ID, 3)
    env.reset(0)
    np.testing.assert_allclose(-0.1 * env.state.log_det.mean(axis=1), -0.1 * 4 * math.log(30))
    assert round(-0.4 * math.log(30), 2) == -1.36


def test_log_det_of_an_unseen_target_has_a_closed_form():
    env = alone_with_target(9, bearing=np.pi)  # behind its back
    covariance = 30 * np.eye(4)
    for t in range(1, 121):
        env.step(still(env))
        assert env.state.observers[0, 0] == 0
        covariance = A @ covariance @ A.T + 0.001 * W1
        np.testing.assert_allclose(env.state.covariance[0, 0], covariance, rtol=1e-12)
        # Per axis det(A S A' + W) with the noise of t * TAU seconds, which is W of that time step.
        time, s, q = t * TAU, 30.0, 0.001
        square = (s + s * time**2 + q * time**3 / 3) * (s + q * time) - (s * time + q * time**2 / 2) ** 2
        np.testing.assert_allclose(env.state.log_det[0, 0], 2 * np.log(square), rtol=1e-9)
        np.testing.assert_allclose(belief.highest_log_determinant(30, q, t), 2 * np.log(square), rtol=1e-9)
    assert env.state.log_det[0, 0] > 4 * np.log(30)


def test_watching_from_5_m_leads_to_the_steady_state_of_the_riccati_equation():
    env = alone_with_target(5, target_noise=0)
    h = np.array([[1, 0, 0, 0], [0, 1 / 5, 0, 0]])
    steady = 30 * np.eye(4)
    for _ in range(150):
        steady = A @ steady @ A.T + 0.001 * W1
        steady = np.linalg.inv(np.linalg.inv(steady) + h.T @ np.linalg.inv(R) @ h)
        rewards = env.step(still(env)).groups["pursuers"].reward
    assert env.state.observers[0, 0] == 1
    variances, expected = env.state.covariance[0, 0].diagonal(), steady.diagonal()
    np.testing.assert_allclose(variances[[0, 2]], expected[[0, 2]], rtol=0.01)  # radial
    # Tangential ones go with the square of the range, which the filter takes from its belief, off
    # by some centimetres.
    np.testing.assert_allclose(variances[[1, 3]], expected[[1, 3]], rtol=0.12)
    np.testing.assert_allclose(rewards, -0.1 * log_det(steady), rtol=0.01)
    radial, tangential = env.state.covariance[0, 0, 0, 0], env.state.covariance[0, 0, 1, 1]
    assert radial < 0.2**2  # below one measurement's variance, since many are joined
    assert tangential < (5 * 0.01) ** 2 == pytest.approx(0.0025)
    assert rewards[0, 0] > 1.36


def test_one_sight_leaves_the_variances_of_one_measurement():
    env = alone_with_target(5)
    env.step(still(env))
    assert env.state.covariance[0, 0, 0, 0] == pytest.approx(0.2**2, rel=0.05)
    assert env.state.covariance[0, 0, 1, 1] == pytest.approx(0.0025, rel=0.25)  # at the range it believed in
    assert env.state.log_det[0, 0] < 4 * math.log(30)


def test_action_4_goes_straight_on_at_1_33():
    env = alone_with_target(9, bearing=np.pi)
    env.step([[4]])
    np.testing.assert_allclose(env.state.pursuer[0, 0], [25 + 1.33 / 2, 25, 0])
    np.testing.assert_array_equal(env.state.motion[0, 0], [1.33, 0])
    assert (SPEEDS[4 // 3], TURN_RATES[4 % 3]) == (1.33, 0)


def test_a_full_circle_comes_back():
    env = alone_with_target(9)
    places = []
    for _ in range(8):  # 8 turns by 45 degrees; the circle has the radius speed / rate
        env.step([[2]])
        places.append(env.state.pursuer[0, 0].copy())
    np.testing.assert_allclose(places[-1], [25, 25, 0], atol=1e-12)
    np.testing.assert_allclose(places[3][:2], [25, 25 - 2 * 2 / (np.pi / 2)], atol=1e-12)


def test_a_barred_move_turns_only():
    env = alone_with_target(1.5, target_noise=0)
    env.step([[0]])  # would come within 1 m of the target
    np.testing.assert_allclose(env.state.pursuer[0, 0], [25, 25, np.pi / 4])
    np.testing.assert_array_equal(env.state.motion[0, 0], [0, np.pi / 2])
    state = env.snapshot()
    state.pursuer[0, 0] = 49.4, 25, 0
    env.restore(state)
    env.step([[1]])
    np.testing.assert_allclose(env.state.pursuer[0, 0], [49.4, 25, 0])


@pytest.mark.parametrize(
    ("degrees", "distance", "seen"), [(44, 9, 1), (-44, 9, 1), (46, 9, 0), (0, 9.9, 1), (0, 10.1, 0)]
)
def test_the_sensor_reaches_10_m_and_45_degrees_to_each_side(degrees, distance, seen):
    env = alone_with_target(distance, np.radians(degrees), target_noise=0)
    step = env.step(still(env))
    assert env.state.observers[0, 0] == seen
    assert step.groups["pursuers"].observation[0, 0, 0, 5] == seen


def test_a_whole_circle_of_view_has_no_gap():
    env = alone_with_target(5, np.pi, target_noise=0, field_of_view=360)
    env.step(still(env))
    assert env.state.observers[0, 0] == 1


def test_radial_and_angular_velocities_are_derivatives_of_range_and_bearing():
    """The slips of the source: right turns count, and a second is a second."""
    for action in (0, 2, 5, 7):
        env = alone_with_target(6, 0.4, target_noise=0)
        row = env.step([[action]]).groups["pursuers"].observation[0, 0, 0].astype(float)
        state = env.state
        speed, rate = state.motion[0, 0]
        x, y, heading = state.pursuer[0, 0]
        dt = 1e-5
        later = np.array([x + dt * speed * np.cos(heading), y + dt * speed * np.sin(heading)])

        def polar(mean, place, heading):
            d = mean - place
            return np.hypot(*d), wrapped(np.arctan2(d[1], d[0]) - heading)

        mean = state.mean[0, 0]
        before = polar(mean[:2], np.array([x, y]), heading)
        after = polar(mean[:2] + dt * mean[2:], later, heading + dt * rate)
        assert row[2] * 2 == pytest.approx((after[0] - before[0]) / dt, abs=1e-3)
        assert row[3] * np.pi == pytest.approx((after[1] - before[1]) / dt, abs=1e-3)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    bodies=st.integers(1, 60),
    per_side=st.integers(1, 12),
    wanted=st.integers(1, 12),
    lumps=st.booleans(),
)
def test_the_nearest_by_cells_are_those_of_brute_force(seed, bodies, per_side, wanted, lumps):
    generator = np.random.default_rng(seed)
    side = 37.0
    place = generator.uniform(0, side, (bodies, 2))
    if lumps:  # many on the walls and in the same place, as beliefs may be
        place = np.clip(np.round(place / 9) * 12, 0, side)
    grid = cell_list.Cells(np.zeros(per_side**2 + 1, np.int32), np.zeros(bodies, np.int32), side, per_side)
    cell_list.fill_cells(grid, place, bodies)
    assert sorted(grid.member) == list(range(bodies))
    index, squared = np.zeros(wanted, np.int32), np.zeros(wanted)
    for x, y in generator.uniform(0, side, (5, 2)):
        distance = ((place - [x, y]) ** 2).sum(axis=1)
        found = cell_list.nearest_bodies(grid, place, x, y, wanted, index, squared)
        assert found == min(wanted, bodies)
        np.testing.assert_array_equal(index[:found], np.argsort(distance, kind="stable")[:wanted])
        reach, skip = generator.uniform(0.1, 9), int(generator.integers(bodies))
        others = np.delete(distance, skip)
        assert cell_list.any_within(grid, place, x, y, 0.0, reach, skip) == bool((others < reach**2).any())


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), scale=st.floats(1e-3, 1e3))
def test_a_measurement_never_makes_a_belief_less_certain(seed, scale):
    generator = np.random.default_rng(seed)
    root = generator.normal(size=(4, 4)) * math.sqrt(scale)
    before = root @ root.T + 1e-6 * np.eye(4)
    mean = np.array([*generator.uniform(0, 50, 2), *generator.uniform(-2, 2, 2)])
    x, y, heading = *generator.uniform(0, 50, 2), generator.uniform(-np.pi, np.pi)
    after = before.copy()
    belief.observe_belief(mean, after, np.zeros((4, belief.WORK)), x, y, heading, 5.0, 0.1, 50.0)
    np.testing.assert_array_equal(after, after.T)
    assert np.linalg.eigvalsh(after).min() > 0
    assert np.linalg.eigvalsh(before - after).min() > -1e-9 * np.trace(before)
    assert belief.log_determinant(after) <= belief.log_determinant(before) + 1e-9
    assert belief.log_determinant(after) == pytest.approx(log_det(after), abs=1e-5)


def test_covariances_stay_positive_after_sixty_thousand_measurements_at_no_distance():
    """The belief itself lies under the pursuer's feet, again and again."""
    mean, covariance = np.array([25.0, 25, 0, 0]), 30 * np.eye(4)
    for _ in range(3000):
        belief.predict_belief(mean, covariance, 0.001, 50.0)
        for _ in range(20):
            belief.observe_belief(mean, covariance, np.zeros((4, belief.WORK)), 25.0, 25.0, 0.0, 0.05, 0.0, 50.0)
    assert np.linalg.eigvalsh(covariance).min() > 0
    assert belief.log_determinant(covariance) >= belief.lowest_log_determinant(0.001, 20)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    n=st.integers(1, 14),
    m=st.integers(1, 14),
    nearest=st.integers(1, 16),
    side=st.sampled_from([None, 20.0, 60.0]),
)
def test_invariants_of_random_play(seed, n, m, nearest, side):
    env = stigmergy.make(
        ID, 1, num_pursuers=n, num_targets=m, fewest_targets=1, nearest=nearest, side=side, max_cycles=12
    )
    generator = np.random.default_rng(seed)
    step, box = env.reset(seed), env.spec.groups[0].observation_space
    assert box.shape == (min(m, nearest), 6)
    for _ in range(30):
        state, seen = env.snapshot(), step.groups["pursuers"].observation[0]
        number, pursuers = state.present[0], state.pursuer[0, :, :2]
        targets, means, covariances = state.target[0, :number], state.mean[0, :number], state.covariance[0, :number]
        assert all(box.contains(rows) for rows in seen)
        shown = min(number, len(seen[0]))
        assert seen[:, :shown].any(axis=2).all()
        assert not seen[:, shown:].any()
        assert (np.diff(seen[:, :shown, 0]) >= 0).all()
        for places in (pursuers, targets[:, :2]):
            assert ((places >= 0.5) & (places <= env.constants.side - 0.5)).all()
        assert ((means[:, :2] >= 0) & (means[:, :2] <= env.constants.side) & (np.abs(means[:, 2:]) <= 2)).all()
        np.testing.assert_array_equal(covariances, covariances.transpose(0, 2, 1))
        assert np.linalg.eigvalsh(covariances).min() > 0
        step = random_step(env, generator)
        assert len(set(step.groups["pursuers"].reward[0])) == 1
        if not step.first[0]:  # who moved keeps its distance from the targets, which have moved before
            moved = env.state.pursuer[0, (env.state.pursuer[0, :, :2] != pursuers).any(axis=1), :2]
            gaps = np.linalg.norm(moved[:, None] - env.state.target[0, None, :number, :2], axis=2)
            assert (gaps >= 1).all()


def test_episodes_begin_where_the_source_says():
    env = stigmergy.make(ID, 200, num_pursuers=3, num_targets=5)
    env.reset(9)
    state = env.state
    gaps = np.linalg.norm(state.target[:, None, :, :2] - state.pursuer[:, :, None, :2], axis=-1)
    assert ((gaps >= 5) & (gaps <= 10)).any(axis=1).all()
    off = np.linalg.norm(state.target[..., :2] - state.mean[..., :2], axis=-1)
    assert off.max() <= 5
    assert off.mean() == pytest.approx(2.5, abs=0.15)  # uniform distances, a few redrawn at walls
    assert not state.target[..., 2:].any()
    assert not state.mean[..., 2:].any()
    np.testing.assert_array_equal(state.covariance, np.broadcast_to(30 * np.eye(4), state.covariance.shape))


def test_sides_are_those_of_the_sources_maps():
    sides = {n: build_constants(TrackingConfig(num_pursuers=n, num_targets=1)).side for n in (4, 8, 20, 100, 1000)}
    assert sides == {4: 51, 8: 70, 20: 112, 100: 250, 1000: 790}
    assert build_constants(TrackingConfig(num_pursuers=2, num_targets=9)).side == 75
    assert build_constants(TrackingConfig(side=33)).side == 33


def test_metrics_by_hand():
    env = stigmergy.make(ID, 2, max_cycles=5)
    env.reset(4)
    generator = np.random.default_rng(0)
    information, observed, error = np.zeros(2), np.zeros(2), np.zeros(2)
    for _ in range(5):
        step = random_step(env, generator)
        information -= env.state.log_det.mean(axis=1)
        observed += (env.state.observers > 0).mean(axis=1) / 5
        error += np.linalg.norm(env.state.mean[..., :2] - env.state.target[..., :2], axis=-1).mean(axis=1) / 5
    np.testing.assert_allclose(step.metrics["information"], information)
    np.testing.assert_allclose(step.metrics["observed"], observed)
    np.testing.assert_allclose(step.metrics["error"], error)
    assert step.truncated.all()
    assert not step.groups["pursuers"].terminated.any()


def test_a_thousand_pursue_a_thousand():
    env = stigmergy.make(ID, 1, num_pursuers=1000, num_targets=1000)
    generator = np.random.default_rng(0)
    step = env.reset(0)
    for _ in range(5):
        step = random_step(env, generator)
    seen, state = step.groups["pursuers"].observation[0], env.state
    gaps = np.linalg.norm(state.mean[0, None, :, :2] - state.pursuer[0, :, None, :2], axis=-1)
    np.testing.assert_allclose(seen[:, :, 0] * 10, np.sort(gaps, axis=1)[:, :4], rtol=1e-5)
    true = state.target[0, None, :, :2] - state.pursuer[0, :, None, :2]
    bearing = wrapped(np.arctan2(true[..., 1], true[..., 0]) - state.pursuer[0, :, 2, None])
    sights = (np.hypot(true[..., 0], true[..., 1]) <= 10) & (np.abs(bearing) <= np.pi / 4)
    np.testing.assert_array_equal(state.observers[0], sights.sum(axis=0))


def outcomes(policy):
    """Means over 24 episodes, one after the other."""
    env = stigmergy.make(ID, 1)
    generator = np.random.default_rng(0)
    env.reset(6)
    found = []
    for _ in range(24 * 201 - 1):
        step = env.step(policy.act(env.state)) if policy else random_step(env, generator)
        if step.last[0]:
            found.append(step.metrics)
    assert len(found) == 24
    return {name: np.mean([metrics[name] for metrics in found]) for name in env.spec.metrics}


def test_baselines_are_better_than_chance_and_spreading_is_better_than_crowding():
    by_chance, nearest, own = (outcomes(policy) for policy in (None, NearestTarget(), OwnTarget()))
    assert by_chance["information"] + 1000 < nearest["information"] < own["information"] - 300
    assert own["observed"] > 0.85
    assert own["error"] < nearest["error"] < by_chance["error"]


def test_own_targets_are_shared_out_in_turn():
    env = stigmergy.make(ID, 1, num_pursuers=5, num_targets=2, side=60)
    env.reset(0)
    state = env.snapshot()
    state.pursuer[0] = [[20 + i, 20, 0] for i in range(5)]
    state.mean[0, :, :2] = [[40, 20], [20, 50]]  # ahead, and to the left
    env.restore(state)
    straight, left = 1, 0
    actions = OwnTarget().act(env.state)[0]
    np.testing.assert_array_equal(actions % 3, [straight, left, straight, left, straight])
    np.testing.assert_array_equal(NearestTarget().act(env.state)[0], 1)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"num_pursuers": 0}, "num_pursuers is 0"),
        ({"num_targets": 0}, "num_targets is 0"),
        ({"num_targets": 3, "fewest_targets": 4}, "fewest_targets is 4; allowed is 1 to 3"),
        ({"nearest": 0}, "nearest is 0; allowed is 1 to 128"),
        ({"side": 10}, "side is 10.0; allowed is 20 to"),
        ({"sensor_range": 0}, "sensor_range is 0.0"),
        ({"field_of_view": 361}, "field_of_view is 361.0"),
        ({"belief_noise": 0}, "belief_noise is 0.0"),
        ({"target_noise": -1}, "target_noise is -1.0"),
        ({"max_cycles": 0}, "max_cycles is 0"),
    ],
)
def test_bad_parameters_are_named(parameters, sentence):
    with pytest.raises(stigmergy.BadParameter, match=sentence):
        stigmergy.make(ID, 1, **parameters)


@pytest.mark.parametrize("number", [1, 20, 100])
def test_pictures_and_texts_of_all_sizes(number):
    env = stigmergy.make(ID, 1, num_pursuers=number, num_targets=number)
    env.reset(0)
    first = env.draw(0)
    env.step(OwnTarget().act(env.state))
    assert not np.array_equal(first, env.draw(0))
    assert env.text(0).count("\n") == 2 * number
