"""Properties that hold for every map, all agents and all moves of pathfinding."""

from unittest import mock

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy.envs.grid.moves import MOVES

from ..support.pathfinding.worlds import build, map_of, random_moves, reachable, tasks, with_room

STEPS = 25
seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=120, deadline=None)
@given(tasks(), seeds)
def test_states_stay_sound(task, seed):
    env = build(task)
    step = with_room(env.reset, seed)
    random = np.random.default_rng(seed)
    check_beginning(env)
    check_state(env, step)
    for _ in range(STEPS):
        before, moves = env.snapshot(), random_moves(env, random)
        step = with_room(env.step, moves)
        if before.over[0]:
            check_beginning(env)
        else:
            check_moves(env, before, moves[0], step.groups["agents"].reward[0])
        check_state(env, step)


def cells_of(array):
    return [(int(r), int(c)) for r, c in array]


def check_beginning(env):
    starts, goals = cells_of(env.state.start[0]), cells_of(env.state.goal[0])
    assert cells_of(env.state.position[0]) == starts
    assert len(set(starts)) == len(set(goals)) == env.spec.num_agents
    assert all(start != goal for start, goal in zip(starts, goals))
    assert env.state.elapsed[0] == env.state.collisions[0] == 0


def check_state(env, step):
    """No two agents in a cell, none in a wall, goals in reach; occupancy and masks agree."""
    free, agents, radius = map_of(env, 0), step.groups["agents"], env.constants.radius
    occupant = np.zeros_like(env.state.occupant[0])
    on_map = [i for i, cell in enumerate(env.state.position[0]) if cell[0] >= 0]
    cells = cells_of(env.state.position[0, on_map])
    assert len(set(cells)) == len(cells)
    for i, cell in zip(on_map, cells):
        assert free[cell]
        assert tuple(env.state.goal[0, i]) in reachable(free, cell)
        occupant[cell[0] + radius, cell[1] + radius] = i + 1
        walls, others, goal = agents.observation[0, i, :3]
        assert goal.sum() == others[radius, radius] == 1
        assert not (walls & others).any()
        if agents.action_mask is not None:
            assert agents.action_mask[0, i].tolist() == [m == 0 or is_free(free, cell + MOVES[m]) for m in range(5)]
    np.testing.assert_array_equal(env.state.occupant[0], occupant)
    np.testing.assert_array_equal(env.state.occupied[0], occupant > 0)
    assert env.state.occupied[0].sum() == len(on_map)


def is_free(free, cell):
    return all(0 <= x < size for x, size in zip(cell, free.shape)) and bool(free[tuple(cell)])


def check_moves(env, before, moves, reward):
    """Agents move as they chose or stay; walls and agents alone stop them; goals are paid."""
    free, restart = map_of(env, 0), env.spec.id.startswith("pathfinding/lifelong")
    finish = not restart and env.config.on_target == "finish"
    prevented = 0
    for i, m in enumerate(moves):
        was, goal = before.position[0, i], before.goal[0, i]
        if was[0] < 0:  # gone for good, and paid no more
            assert env.state.position[0, i, 0] < 0
            assert reward[i] == 0
            continue
        left = env.state.position[0, i, 0] < 0
        now = goal if left else env.state.position[0, i]
        moved, open_way = not np.array_equal(was, now), is_free(free, was + MOVES[m])
        if moved:
            assert open_way
            np.testing.assert_array_equal(now, was + MOVES[m])
        prevented += m != 0 and open_way and not moved
        arrived = np.array_equal(now, goal)
        assert left == (finish and arrived)
        if restart or finish:
            assert reward[i] == arrived
        assert np.array_equal(env.state.goal[0, i], goal) == (not restart or not arrived)
    assert env.state.collisions[0] - before.collisions[0] == prevented


def record(env, seed, moves):
    """State and time step of each step of a play: lists of arrays with the env as first axis."""
    history = []
    for t in range(len(moves) + 1):
        step = with_room(env.step, moves[t - 1]) if t else with_room(env.reset, seed)
        agents = step.groups["agents"]
        shown = [
            agents.observation,
            agents.reward,
            agents.terminated,
            agents.active,
            step.truncated,
            step.first,
            step.last,
        ]
        outcomes = [step.metrics.get(name, np.full(env.num_envs, np.nan)) for name in env.spec.metrics]
        history.append([np.array(value) for value in [*env.snapshot(), *shown, *outcomes]])
    return history


def assert_same_play(one, other, num_envs):
    for t, (left, right) in enumerate(zip(one, other, strict=True)):
        for k, (a, b) in enumerate(zip(left, right, strict=True)):
            np.testing.assert_array_equal(a[:num_envs], b[:num_envs], f"array {k} at step {t}")


def draw_moves(task, seed, num_envs):
    return np.random.default_rng(seed).integers(5, size=(STEPS, num_envs, task[1]["num_agents"]))


@pytest.mark.thorough
@settings(max_examples=12, deadline=None)
@given(tasks(), seeds)
def test_serial_and_parallel_kernels_give_the_same_bits(task, seed):
    moves, histories = draw_moves(task, seed, num_envs=6), []
    for parallel in (False, True):
        env = build(task, 6)
        # a machine with one thread would never choose the parallel build
        with mock.patch("stigmergy.envs.kernels.compilation.in_parallel", lambda num_envs, parallel=parallel: parallel):
            histories.append(record(env, seed, moves))
    assert_same_play(*histories, num_envs=6)


@settings(max_examples=12, deadline=None)
@given(tasks(), seeds)
def test_a_copy_does_not_depend_on_how_many_there_are(task, seed):
    moves = draw_moves(task, seed, num_envs=7)
    many, few, one = (record(build(task, num_envs), seed, moves[:, :num_envs]) for num_envs in (7, 3, 1))
    assert_same_play(many, few, num_envs=3)
    assert_same_play(many, one, num_envs=1)


@pytest.mark.thorough
@pytest.mark.threads
@settings(max_examples=8, deadline=None)
@given(tasks(), seeds)
def test_a_copy_does_not_depend_on_the_number_of_threads(task, seed):
    moves, most, histories = draw_moves(task, seed, num_envs=6), numba.get_num_threads(), []
    try:
        for threads in (1, most):
            numba.set_num_threads(threads)
            histories.append(record(build(task, 6), seed, moves))
    finally:
        numba.set_num_threads(most)
    assert_same_play(*histories, num_envs=6)
