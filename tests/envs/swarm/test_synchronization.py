"""Synchronization: the score on a drawn map, rewards, and properties.

Rounds of SwarmBench itself are compared in test_swarmbench.py.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.make import make
from stigmergy.envs.swarm.swarmbench.symbols import AGENT, AGENT_OFF, RIGHT, STAY
from stigmergy.envs.swarm.synchronization.policies import Agree
from stigmergy.envs.swarm.synchronization.rules import LAST, SWITCH, UNSET
from tests.envs.support.swarm.layouts import drawn, lay

ID = "swarm/synchronization-v0"
THREE = (
    "WWWWWWW",
    "W01...W",
    "W.....W",
    "W..2..W",
    "WWWWWWW",
)


def start(on, **options):
    """Three agents with these lights on THREE."""
    env = make(ID, 1, num_agents=3, height=5, width=7, **options)
    env.reset(seed=0)
    grid, agents = drawn(THREE)
    lay(env, grid, agents, on=on)
    env.state.env_counters[0, LAST] = UNSET
    return env


def test_points_as_in_the_benchmark():
    """Verified on SwarmBench: 1, hold 1, 2, hold 2, 3."""
    env = start((1, 1, 0))
    scores = []
    for switching in ((0, 0, 1), (0, 0, 0), (1, 1, 1), (0, 0, 0), (1, 1, 1)):
        env.step(np.where([switching], SWITCH, STAY))
        scores.append(float(env.state.score[0]))
    assert scores == [1, 1, 2, 2, 3]


def test_the_same_state_scores_once_and_agreement_at_the_start_scores():
    env = start((0, 0, 0))
    scores = []
    for switching in ((0, 0, 0), (1, 0, 0), (1, 0, 0), (1, 1, 1), (0, 1, 0), (0, 1, 0)):
        env.step(np.where([switching], SWITCH, STAY))
        scores.append(float(env.state.score[0]))
    assert scores == [1, 1, 1, 2, 2, 2]


def test_rewards_of_a_drawn_episode():
    env = start((1, 0, 0), max_cycles=4)
    env.state.origin[:] = 0.5 * 2 / 3  # two of three agree
    paid = []
    for switching in ((0, 1, 0), (0, 0, 1), (1, 0, 0), (0, 0, 0)):
        step = env.step(np.where([switching], SWITCH, STAY))
        assert np.ptp(step.groups["agents"].reward) == 0
        paid.append(float(step.groups["agents"].reward[0, 0]))
    # The majority turns from off to on; then all are on, and none as wanted next; then one is; the
    # end takes the shaping back.
    assert paid == pytest.approx([0, 1 - 1 / 3, 1 / 6, 1 / 3 - 1 / 6], abs=1e-6)
    assert sum(paid) == pytest.approx(1)
    assert step.truncated.all()
    assert not step.groups["agents"].terminated.any()
    metrics = {name: float(value[0]) for name, value in step.metrics.items()}
    assert metrics == pytest.approx({"score": 1, "agreement": 2 / 3, "rate": 1 / 4})


def test_who_switches_does_not_move_but_can_be_pushed():
    env = start((1, 1, 0))
    env.step(np.array([[RIGHT, SWITCH, SWITCH]]))
    assert env.state.position[0].tolist() == [[1, 2], [1, 3], [3, 3]]
    assert env.state.on[0].tolist() == [True, False, True]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.sampled_from([0.0, 1.0, 2.5]))
def test_what_always_holds(seed, n, shaping):
    env = make(ID, 4, num_agents=n, height=6, width=7, max_cycles=25, shaping=shaping)
    env.reset(seed=seed)
    random = np.random.default_rng(seed)
    total = np.zeros((4, n))
    for _ in range(25):
        switching = random.random((4, 1)) < random.choice([0.1, 0.9])
        step = env.step(
            np.where(random.random((4, n)) < 0.3, random.integers(6, size=(4, n)), np.where(switching, SWITCH, STAY))
        )
        total += step.groups["agents"].reward
        state, radius = env.state, env.constants.radius
        cells = state.position[:, :, 0] * 7 + state.position[:, :, 1]
        assert all(len(set(row)) == n for row in cells.tolist())
        shown = state.symbol[np.arange(4)[:, None], state.position[..., 0] + radius, state.position[..., 1] + radius]
        np.testing.assert_array_equal(shown, np.where(state.on, AGENT, AGENT_OFF))
    np.testing.assert_allclose(total, np.tile(env.state.score[:, None], n), atol=1e-4)


def test_the_baseline_scores_in_every_step():
    env = make(ID, 8, max_cycles=20)
    policy = Agree.build(env.spec, env.spec.groups[0], env.config)
    env.reset(seed=0)
    for _ in range(20):
        step = env.step(policy.act(env.state, np.random.default_rng(0)))
    assert (step.metrics["score"] == 20).all()
    assert (step.metrics["rate"] == 1).all()


def test_lights_are_drawn_with_equal_chance():
    env = make(ID, 500)
    env.reset(seed=1)
    assert abs(env.state.on.mean() - 0.5) < 0.03


def test_bad_parameters():
    with pytest.raises(BadParameter, match="num_agents is 65; allowed is 1 to 64"):
        make(ID, 1, num_agents=65)
