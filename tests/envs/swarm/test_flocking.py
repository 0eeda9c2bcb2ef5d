"""Flocking: the cost against scipy, scores and rewards on drawn maps and over whole episodes.

Rounds of SwarmBench itself are compared in test_swarmbench.py.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.make import make
from stigmergy.envs.swarm.flocking.config import side_of
from stigmergy.envs.swarm.flocking.cost import FAR, allocate_cost_scratch, assignment_cost, formation_cost
from stigmergy.envs.swarm.flocking.policies import Formation
from stigmergy.envs.swarm.flocking.rules import BEST, COST, INITIAL, begin_measuring, hollow_square
from stigmergy.envs.swarm.swarmbench.symbols import LEFT, RIGHT, STAY
from tests.envs.support.swarm.layouts import drawn, lay

ID = "swarm/flocking-v0"
APART = (
    "WWWWWWW",
    "W0.1..W",
    "W2.3..W",
    "W.....W",
    "WWWWWWW",
)
"""Four agents, whose formation is a square of two by two: two steps are missing."""


def start(rows, **options):
    """A flocking task with this map in its one env."""
    grid, agents = drawn(rows)
    env = make(ID, 1, num_agents=len(agents), height=len(grid), width=len(grid[0]), **options)
    env.reset(seed=0)
    lay(env, grid, agents)
    begin_measuring(env.state, env.formation, env.side, env.work, 0)
    return env


def cheapest(position, formation):
    """Cost by the benchmark's definition: an assignment for the translation of each pair."""
    shifts = {tuple(agent - point) for agent in position.tolist() and position for point in formation}
    costs = []
    for shift in shifts:
        price = np.abs(position[:, None] - formation - np.array(shift)).sum(axis=2)
        costs.append(price[linear_sum_assignment(price)].sum())
    return min(costs)


@settings(max_examples=150, deadline=None)
@given(st.integers(4, 30), st.integers(7, 14), st.integers(7, 14), st.integers(0, 2**32 - 1))
def test_the_cost_is_that_of_the_best_assignment(n, height, width, seed):
    n = min(n, (height - 2) * (width - 2) // 2)
    random = np.random.default_rng(seed)
    cells = random.choice(height * width, size=n, replace=False)
    position = np.stack([cells // width, cells % width], axis=1).astype(np.int16)
    formation, side = hollow_square(side_of(n)), side_of(n)
    work = allocate_cost_scratch(1, height, width, len(formation), n, side)
    cost, row, column = formation_cost(position[None], formation, side, work, 0)
    assert cost == cheapest(position, formation)
    assert not work.met.any()
    # The place that it returns has that cost, and the distances of its partners add up to it.
    assert assignment_cost(position[None], formation, row, column, FAR, work, 0) == cost
    partner = work.partner[0, :n]
    taken = partner >= 0
    np.testing.assert_array_equal(np.sort(partner[taken]), np.arange(len(formation)))
    assert np.abs(position[taken] - formation[partner[taken]] - (row, column)).sum() == cost


def test_the_formation_is_a_hollow_square():
    assert [side_of(n) for n in (4, 7, 8, 10, 12, 16)] == [2, 2, 3, 3, 4, 5]
    assert hollow_square(2).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert len(hollow_square(3)) == 8
    assert [1, 1] not in hollow_square(3).tolist()


def act(env, **moves):
    """One step: `a0=RIGHT` moves agent 0, others stay. Returns the step and the shared reward."""
    action = np.full((1, env.config.num_agents), STAY)
    for agent, move in moves.items():
        action[0, int(agent[1:])] = move
    step = env.step(action)
    reward = step.groups["agents"].reward
    assert (reward == reward[0, 0]).all()
    return step, float(reward[0, 0])


def test_a_drawn_episode():
    env = start(APART)
    assert env.state.env_counters[0, [INITIAL, COST, BEST]].tolist() == [2, 2, 2]
    assert act(env, a1=RIGHT)[1] == -1
    assert (env.state.env_counters[0, COST], env.state.score[0]) == (3, 0)
    assert act(env, a1=LEFT)[1] == 1
    assert act(env, a0=RIGHT)[1] == 1
    assert (env.state.env_counters[0, COST], env.state.score[0]) == (1, 1)
    step, paid = act(env, a2=RIGHT)
    assert paid == 1
    assert step.groups["agents"].terminated.all()
    assert not step.truncated.any()
    metrics = {name: float(value[0]) for name, value in step.metrics.items()}
    assert metrics == {"score": 2, "formed": 1, "cost": 0, "share": 1}


@pytest.mark.parametrize(("shaping", "paid"), [(1.0, [1, -1, -1, 2]), (0.0, [1, 0, 0, 0]), (0.5, [1, -0.5, -0.5, 1])])
def test_the_horizon_gives_back_what_was_lost_since_the_lowest_cost(shaping, paid):
    env = start(APART, shaping=shaping, max_cycles=4)
    steps = [act(env, a0=RIGHT), act(env, a1=RIGHT), act(env, a3=RIGHT), act(env)]
    assert [reward for _, reward in steps] == paid
    metrics = {name: float(value[0]) for name, value in steps[-1][0].metrics.items()}
    assert metrics == {"score": 1, "formed": 0, "cost": env.state.env_counters[0, COST], "share": 0.5}


def test_agents_left_over_cost_nothing():
    env = start(("WWWWWWW", "W01.4.W", "W23...W", "W....5W", "WWWWWWW"))
    assert env.state.env_counters[0, COST] == 0


def play(env, policy, steps):
    """Returns `(episodes, n)`, scores and falls of the cost of the first episodes that end."""
    env.reset(seed=3)
    total = np.zeros(env.state.on.shape)
    lowest = env.state.env_counters[:, COST].copy()
    first = lowest.copy()
    ended = []
    for _ in range(steps):
        step = env.step(policy())
        total += step.groups["agents"].reward
        lowest = np.minimum(lowest, env.state.env_counters[:, COST])
        for index in np.flatnonzero(env.state.over):
            ended.append((total[index].copy(), env.state.score[index], first[index] - lowest[index]))
        if env.state.over.any():
            break
    return [np.array(column) for column in zip(*ended)]


@pytest.mark.parametrize("shaping", [0.0, 1.0, 0.3])
def test_returns_are_scores_so_they_order_episodes_alike(shaping):
    env = make(ID, 16, shaping=shaping, max_cycles=30)
    random = np.random.default_rng(1)
    returns, scores, fallen = play(env, lambda: random.integers(5, size=(16, 10)), 30)
    assert len(set(scores)) > 3
    np.testing.assert_array_equal(scores, fallen)
    np.testing.assert_allclose(returns, np.tile(scores[:, None], 10), atol=1e-4)


def test_no_episode_begins_in_formation():
    env = make(ID, 2000, num_agents=4, height=5, width=5)  # where a draw in 32 would
    env.reset(seed=5)
    assert (env.state.env_counters[:, COST] > 0).all()


def test_the_baseline_forms_the_square():
    env = make(ID, 64)
    policy = Formation.build(env.spec, env.spec.groups[0], env.config)
    generator = np.random.default_rng(0)
    env.reset(seed=0)
    formed = np.zeros(64, np.bool_)
    for _ in range(40):
        env.step(policy.act(env.state, generator))
        formed |= env.state.finished
    assert formed.mean() > 0.8


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"num_agents": 3}, "num_agents is 3; allowed is 4 to 1000"),
        ({"num_agents": 9, "height": 5, "width": 5}, "num_agents is 9; allowed is 1 to 8"),
        ({"num_agents": 16, "height": 6, "width": 20}, "num_agents is 16, .* allowed is 4 to 15"),
        ({"view": 4}, "view is 4"),
        ({"shaping": -1.0}, "shaping is -1.0"),
    ],
)
def test_bad_parameters(options, sentence):
    with pytest.raises(BadParameter, match=sentence):
        make(ID, 1, **options)


def test_on_the_fullest_map_episodes_still_begin_out_of_formation():
    env = make(ID, 50, num_agents=8, height=5, width=5)
    env.reset(0)
    assert (env.state.env_counters[:, INITIAL] > 0).all()
