"""Encircle: catches, flight and danger on drawn maps, rewards, and properties.

Rounds of SwarmBench itself are compared in test_swarmbench.py.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.make import make
from stigmergy.envs.swarm.encircle import prey
from stigmergy.envs.swarm.encircle.policies import Surround
from stigmergy.envs.swarm.encircle.rules import CAUGHT_ROW, FIRST, closeness
from stigmergy.envs.swarm.swarmbench.pushing import push
from stigmergy.envs.swarm.swarmbench.state import FREE, GONE, STATIC
from stigmergy.envs.swarm.swarmbench.symbols import PREY, RIGHT, STAY
from tests.envs.support.swarm.layouts import drawn, lay

ID = "swarm/encircle-v0"


def start(rows, **options):
    """An encircle task with this map in its one env, whose prey `P` can be pushed."""
    grid, agents = drawn(rows)
    (at,) = [(r, row.index("P")) for r, row in enumerate(rows) if "P" in row]
    env = make(ID, 1, num_agents=len(agents), height=len(grid), width=len(grid[0]), **options)
    env.reset(seed=0)
    lay(env, grid, agents, prey=at)
    env.state.env_counters[0, CAUGHT_ROW] = GONE
    return env


CORNER = (
    "WWWWWWWWW",
    "WP.1....W",
    "W0......W",
    "W.......W",
    "W.......W",
    "W.......W",
    "WWWWWWWWW",
)


def test_a_catch_in_a_corner():
    env = start(CORNER)
    before = (1 + 1 + 1 + 1 / 2) / 4  # agent 1 is one step away from the open cell
    assert closeness(env.state, 0) == pytest.approx(before)
    env.state.origin[:] = 0.5 * before
    step = env.step(np.array([[STAY, 2]]))  # agent 1 goes left and closes the last cell
    assert env.state.score[0] == 1
    assert env.state.env_counters[0].tolist() == [1, 1, 1]
    r, q = env.state.position[0, 2]
    assert (r, q) != (1, 1)
    assert env.state.occupant[0, r, q] == STATIC
    assert env.state.occupant[0, 1, 1] == FREE
    assert (env.state.symbol == PREY).sum() == 1
    assert step.groups["agents"].reward[0].tolist() == pytest.approx([1 + 0.5 * (closeness(env.state, 0) - before)] * 2)


def test_the_first_prey_can_be_pushed_and_the_next_cannot():
    rows = ("WWWWWWWWW", *(["W.......W"] * 3), "W..0P...W", "W.......W", "W.......W", "WWWWWWWWW")
    for static, expected in ((False, [[4, 4], [4, 5]]), (True, [[4, 3], [4, 4]])):
        env = start(rows)
        if static:
            prey.place(env.state, env.constants, 0, 4, 4, True)
        env.scratch.move[0] = RIGHT
        push(env.state, env.constants, env.scratch, 0)
        assert env.state.position[0].tolist() == expected


def test_danger_counts_a_window_that_leans_to_the_upper_left():
    rows = ["W" * 14, *(["W" + "." * 12 + "W"] * 12), "W" * 14]
    rows[3] = "W..0.........W"  # four rows above and four columns left of the prey
    rows[7] = "W......P...1.W"  # agent 1 four to the right
    rows[11] = "W......2.....W"  # agent 2 four below
    env = start(rows)
    assert prey.danger(env.state, 0, 7, 7) == 1  # agent 0 alone
    assert prey.danger(env.state, 0, 8, 8) == 2  # now 1 and 2, and 0 no more
    # Rows and columns 0 to 5 hold agent 0 and two walls.
    assert prey.danger(env.state, 0, 2, 2) == pytest.approx(1 + 0.9 * (6 + 5))


def test_the_prey_compares_with_the_cell_on_its_left_and_takes_the_first_of_equals():
    rows = ["W" * 20, *(["W" + "." * 18 + "W"] * 18), "W" * 20]
    rows[9] = "W........P.........W"
    rows[12] = "W.....0............W"
    env = start(rows)
    # The agent is in the windows of the cell on the left (columns 4 to 11) and of the prey's own (5
    # to 12). It is not in that of two to the right (7 to 14).
    assert [prey.danger(env.state, 0, 9, q) for q in (8, 9, 11)] == [1, 1, 0]
    env.step(np.array([[STAY]]))
    assert env.state.position[0, 1].tolist() == [9, 11]


def test_a_prey_that_is_shut_in_stays():
    env = start(("WWWWWWWWW", "WP.2....W", "W.1.....W", "W0......W", "W.......W", "W.......W", "WWWWWWWWW"))
    env.step(np.full((1, 3), STAY))  # two steps would end on an agent or pass one
    assert env.state.position[0, 3].tolist() == [1, 1]
    assert env.state.score[0] == 0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 14), st.sampled_from([0.0, 1.0, 3.0]))
def test_what_always_holds(seed, n, shaping):
    env = make(ID, 4, num_agents=n, height=8, width=9, max_cycles=30, shaping=shaping)
    env.reset(seed=seed)
    policy, generator = Surround.build(env.spec, env.spec.groups[0], env.config), np.random.default_rng(seed)
    total, catches = np.zeros((4, n)), np.zeros(4)
    first = np.zeros(4)
    for t in range(30):
        was = env.state.position[:, n].copy()
        moves = policy.act(env.state, generator)
        step = env.step(np.where(generator.random((4, n)) < 0.2, generator.integers(5, size=(4, n)), moves))
        total += step.groups["agents"].reward
        state = env.state
        caught = state.env_counters[:, CAUGHT_ROW] != GONE
        first = np.where((first == 0) & caught, t + 1, first)
        catches += caught
        cells = state.position[:, :, 0] * 9 + state.position[:, :, 1]
        assert all(len(set(row)) == n + 1 for row in cells.tolist())
        assert ((state.symbol == PREY).sum(axis=(1, 2)) == 1).all()
        flown = np.abs(state.position[:, n] - was).sum(axis=1)
        assert (flown[~caught] <= 4).all()  # two of its own, and pushed by up to two
    np.testing.assert_array_equal(env.state.score, catches)
    np.testing.assert_array_equal(env.state.env_counters[:, FIRST], first)
    np.testing.assert_array_equal(step.metrics["first_catch"], np.where(first > 0, first, 30))
    np.testing.assert_allclose(total, np.tile(env.state.score[:, None], n), atol=1e-4)


def test_the_baseline_catches():
    env = make(ID, 32, max_cycles=60)
    policy, generator = Surround.build(env.spec, env.spec.groups[0], env.config), np.random.default_rng(0)
    env.reset(seed=0)
    for _ in range(60):
        step = env.step(policy.act(env.state, generator))
    assert step.metrics["score"].mean() > 2


def test_where_an_episode_begins():
    env = make(ID, 200, num_agents=6)
    env.reset(seed=2)
    agents, at = env.state.position[:, :6], env.state.position[:, 6]
    assert agents.min() == 1
    assert agents.max() == 5
    assert at.min() == 6
    assert at.max() == 8


def test_bad_parameters():
    with pytest.raises(BadParameter, match="num_agents is 25; allowed is 1 to 24"):
        make(ID, 1, num_agents=25)
