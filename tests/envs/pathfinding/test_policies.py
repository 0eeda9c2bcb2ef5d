"""The scripted planners: drawn situations with known moves; PIBT's moves never conflict."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy.envs.grid.moves import MOVES
from stigmergy.envs.pathfinding.config import LifelongConfig, OneShotConfig
from stigmergy.envs.pathfinding.env import Lifelong, OneShot
from stigmergy.envs.pathfinding.policies import Pibt, ShortestPath
from tests.envs.support.pathfinding.pibt_reference import Reference
from tests.envs.support.pathfinding.worlds import with_room

LETTERS = "-UDLR"


def env_of(drawing, goals, on_target="nothing", **options):
    """One env of the one-shot task; agents start on `a`, `b`, ... (`/` ends a row)."""
    rows = drawing.split("/")
    at = {mark: (r, c) for r, row in enumerate(rows) for c, mark in enumerate(row) if mark.isalpha()}
    parameters = OneShotConfig(
        map="\n".join("".join("." if mark.isalpha() else mark for mark in row) for row in rows),
        starts=tuple(at[mark] for mark in sorted(at)),
        goals=tuple((goal,) for goal in goals),
        on_target=on_target,
        obs_radius=2,
        **options,
    )
    env = OneShot("x", 1, parameters)
    env.reset(seed=0)
    return env


def lifelong(num_envs=1, seed=0, **options):
    env = Lifelong("x", num_envs, LifelongConfig(**options))
    env.reset(seed=seed)
    return env


def moves(planner, env):
    """Moves of the planner in env 0, as letters."""
    return "".join(LETTERS[m] for m in planner.act(env.state)[0])


def play(planner, env, steps=100):
    """The letters of each step until the episode ends."""
    played = []
    while not env.state.over[0] and len(played) < steps:
        played.append(moves(planner, env))
        env.step(planner.act(env.state))
    return played


# Shortest paths.


def test_shortest_path_goes_round_walls_and_takes_the_first_of_equal_moves():
    env = env_of("a..#/##../....", [(2, 0)])
    assert play(ShortestPath(2), env) == ["R", "R", "D", "D", "L", "L"]
    env = env_of("a../...", [(1, 2)])
    assert play(ShortestPath(2), env) == ["D", "R", "R"]


def test_shortest_path_ignores_others_and_stays_on_the_goal():
    env = env_of("a.b.", [(0, 3), (0, 1)])
    assert play(ShortestPath(2), env, 3) == ["RL", "RL", "RL"]
    assert env.state.position[0].tolist() == [[0, 1], [0, 2]]
    env = env_of("a../b..", [(0, 0), (1, 1)])
    assert play(ShortestPath(2), env) == ["-R"]


def test_agents_that_left_the_map_stay():
    env = env_of("a..b.", [(0, 1), (0, 0)], on_target="finish")
    assert play(Pibt(2), env) == ["RL", "-L", "-L"]
    env = env_of("a..b.", [(0, 1), (0, 0)], on_target="finish")
    assert play(ShortestPath(2), env) == ["RL", "-L", "-L"]


# PIBT in drawn situations.


def test_two_agents_swap_in_a_corridor_with_a_pocket():
    """The first agent pushes the other into the pocket, which then follows the freed corridor."""
    env = env_of("##.##/a.b..", [(1, 4), (1, 0)])
    assert play(Pibt(2), env) == ["R-", "RU", "RD", "RL", "-L"]
    assert env.state.collisions[0] == 0
    assert env.state.reached[0].tolist() == [1, 1]


def test_an_agent_on_its_goal_makes_way_and_comes_back():
    """On its goal an agent has the lowest priority, or it would never let another pass."""
    env = env_of("##.##/.ba..", [(1, 2), (1, 4)])
    assert play(Pibt(2), env) == ["--", "UR", "DR", "-R"]
    assert env.state.reached[0].tolist() == [1, 1]


def test_agents_that_wait_longer_go_first():
    env = env_of("a.b/...", [(0, 2), (0, 0)])
    assert moves(Pibt(2), env)[0] == "R"
    env.state.waited[0] = 3, 4
    assert moves(Pibt(2), env)[1] == "L"


def test_an_agent_pushed_off_its_goal_gives_way_to_one_that_never_arrived():
    env = env_of("a.b/...", [(0, 2), (0, 0)])
    env.state.waited[0] = 5
    assert moves(Pibt(2), env)[0] == "R"
    env.state.first_arrival[0, 0] = 0
    assert moves(Pibt(2), env)[1] == "L"


def test_an_agent_on_its_goal_goes_last_however_long_ago_it_arrived():
    env = env_of("ba.", [(0, 1), (0, 2)])
    env.state.waited[0] = 5
    env.state.first_arrival[0] = 0, 3
    assert moves(Pibt(2), env) == "RR"  # b goes first and pushes a on; the other way round nobody would move


def test_agents_rotate_where_no_cell_is_free():
    env = env_of("ab/dc", [(0, 1), (1, 1), (1, 0), (0, 0)])
    assert play(Pibt(2), env) == ["RDLU"]


def test_an_agent_without_a_way_out_turns_the_pusher_back():
    """b can leave its dead end through a alone, so a takes its second choice, which is to stay."""
    env = env_of("ab/..", [(0, 1), (1, 0)])
    assert moves(Pibt(2), env) == "RD"
    env = env_of("ab/.#", [(0, 1), (1, 0)])
    assert moves(Pibt(2), env) == "--"


def test_pushing_runs_down_a_whole_train_and_back():
    """The last agent of a row makes room for all; where it has none, nobody moves."""
    goals = [(0, 1), (0, 0), (0, 2), (0, 3)]
    assert moves(Pibt(2), env_of("abcd.", goals)) == "RRRR"
    assert moves(Pibt(2), env_of("abcd#", goals)) == "----"


def test_backtracking_finds_another_cell():
    """b tries up first, but there c has no way out, between a and b. So b pushes d instead."""
    env = env_of("c.a/bd.", [(0, 0), (0, 1), (0, 2), (1, 2)])
    assert moves(Pibt(2), env) == "LR-R"


# PIBT in crowds.


@st.composite
def crowds(draw):
    """A class of task and parameters of small worlds, often full of agents."""
    height, width = draw(st.integers(2, 10)), draw(st.integers(2, 10))
    options = {
        "map": draw(st.sampled_from(["random", "mazes", "rooms", "warehouse"])),
        "height": height,
        "width": width,
        "density": draw(st.sampled_from([0.0, 0.1, 0.3])),
        "num_agents": draw(st.integers(1, max(1, height * width // 3))),
        "obs_radius": draw(st.integers(1, 3)),
        "max_cycles": draw(st.integers(5, 30)),
        "shortest_path": draw(st.booleans()),
    }
    on_target = draw(st.sampled_from(["restart", "finish", "nothing"]))
    if on_target == "restart":
        return Lifelong, LifelongConfig(**options)
    return OneShot, OneShotConfig(on_target=on_target, **options)


@settings(max_examples=50, deadline=None)
@given(crowds(), st.integers(1, 2), st.integers(0, 2**32))
def test_pibt_moves_pass_unchanged(task, num_envs, seed):
    cls, parameters = task
    env = cls("x", num_envs, parameters)
    with_room(env.reset, seed)
    planner = Pibt(parameters.obs_radius)
    for _ in range(30):
        check_step(planner, env)


def check_step(planner, env):
    """Step once: every agent moves as planned, into no wall, and no other prevents it."""
    before = env.snapshot()
    action = planner.act(env.state)
    assert action.dtype == np.int64
    going = ~before.over
    with_room(env.step, action)
    assert (env.state.collisions == 0).all()
    planned = before.position + MOVES[action]
    moved = going[:, None] & (before.position[..., 0] >= 0) & (env.state.position[..., 0] >= 0)
    assert (env.state.position[moved] == planned[moved]).all()
    stayed = (action == 0) | (planned[..., 0] < 0)
    radius = env.constants.radius
    copy = np.arange(env.num_envs)[:, None]
    walls = before.obstacle[copy, planned[..., 0] + radius, planned[..., 1] + radius]
    assert (stayed | (walls == 0)).all()


def test_pibt_for_hundreds_of_steps_in_a_dense_map():
    env = lifelong(4, num_agents=80, map="random", height=16, width=16, density=0.1, max_cycles=200)
    planner = Pibt(env.constants.radius)
    for _ in range(400):
        check_step(planner, env)
    assert env.state.reached.sum(axis=1).min() > 80


@pytest.mark.parametrize("map", ["random", "warehouse"])
def test_pibt_delivers_more_than_agents_that_ignore_each_other(map):
    throughput = {}
    for cls in (Pibt, ShortestPath):
        env = lifelong(4, num_agents=24, map=map, height=19, width=19, density=0.2, max_cycles=100)
        planner = cls(env.constants.radius)
        for _ in range(100):
            step = env.step(planner.act(env.state))
        throughput[cls] = step.metrics["throughput"].mean()
    assert throughput[Pibt] > 3 * throughput[ShortestPath]


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 7), st.integers(2, 7), st.integers(1, 20), st.integers(0, 2**32))
def test_pibt_plans_as_the_paper_says(height, width, n, seed):
    options = {"num_agents": min(n, height * width // 2), "map": "random", "height": height, "width": width}
    env = Lifelong("x", 1, LifelongConfig(density=0.15, **options))
    with_room(env.reset, seed)
    planner = Pibt(5)
    free = {(int(r), int(c)) for r, c in np.argwhere(env.state.obstacle[0, 5:-5, 5:-5] == 0)}
    for _ in range(25):
        action = planner.act(env.state)
        at, goal = ([tuple(cell) for cell in cells[0].tolist()] for cells in (env.state.position, env.state.goal))
        expected = Reference(free, at, goal, env.state.waited[0].tolist()).next
        assert [tuple(cell) for cell in (env.state.position[0] + MOVES[action[0]]).tolist()] == [
            expected[i] for i in range(len(at))
        ]
        env.step(action)


# Both.


@pytest.mark.parametrize("cls", [Pibt, ShortestPath])
def test_throughput_of_one_agent_is_one_over_the_mean_distance(cls):
    """Mean distance of two different cells of a square.

    It is (side^2 - 1) / 3 / side * 2 * (1 + 1 / (side^2 - 1)) steps.
    """
    env = lifelong(32, num_agents=1, map="random", height=20, width=20, density=0.0, max_cycles=512)
    planner = cls(env.constants.radius)
    for _ in range(512):
        step = env.step(planner.act(env.state))
    mean_distance = 2 * 399 / 60 * 400 / 399
    assert step.metrics["throughput"].mean() == pytest.approx(1 / mean_distance, rel=0.05)


@pytest.mark.parametrize("cls", [Pibt, ShortestPath])
def test_planners_are_functions_of_the_state(cls):
    """One that has seen other maps, other goals and other sizes plans like a fresh one."""
    options = {"num_agents": 12, "map": "random", "height": 9, "width": 9, "density": 0.2, "obs_radius": 4}
    env, planner = lifelong(2, **options), cls(4)
    snapshots = []
    for t in range(60):
        if t % 20 == 19:
            env.reset()
        if t % 4 == 0:
            snapshots.append((env.snapshot(), planner.act(env.state)))
        env.step(planner.act(env.state))
    planner.act(lifelong(3, **options | {"height": 11}).state)
    for snapshot, action in reversed(snapshots):
        assert (planner.act(snapshot) == action).all()
        assert (cls(4).act(snapshot) == action).all()


@pytest.mark.parametrize("cls", [Pibt, ShortestPath])
def test_the_environments_distances_and_the_planners_own_agree(cls):
    options = {"num_agents": 20, "map": "mazes", "height": 12, "width": 13, "max_cycles": 40}
    with_path, without = (lifelong(2, seed=3, shortest_path=path, **options) for path in (True, False))
    planners = cls(5), cls(5)
    for _ in range(100):
        action = planners[0].act(with_path.state)
        assert (action == planners[1].act(without.state)).all()
        with_path.step(action)
        without.step(action)
