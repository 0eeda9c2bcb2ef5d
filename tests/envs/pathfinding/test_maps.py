"""The map generators: maps are connected, keep proportions, and depend on the stream alone."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy.envs.core.random_streams import seed_streams
from stigmergy.envs.pathfinding.config import LifelongConfig
from stigmergy.envs.pathfinding.env import Lifelong
from stigmergy.envs.pathfinding.maps.generators import GENERATORS, LOOPS, ROOM_MAX, generate
from tests.envs.support.pathfinding.worlds import reachable

SIDES = st.integers(1, 30)
SEEDS = st.integers(0, 2**32)
on_many = settings(max_examples=50, deadline=None)  # the first example compiles
CONNECTED = sorted(set(GENERATORS) - {"random"})


def draw_map(name, height, width, seed=0, density=0.3, env=0):
    """A map as the rules ask for it: inside a larger grid, over whatever stood there."""
    stream = np.zeros((env + 1, 4), np.uint64)
    seed_streams(stream, seed)
    padded = np.full((height + 4, width + 4), 7, np.uint8)
    generate(stream[env], GENERATORS[name], density, padded[2:-2, 2:-2])
    assert (padded[2:-2, 2:-2] <= 1).all()
    padded[2:-2, 2:-2] = 7 * padded[2:-2, 2:-2]
    assert padded[:2].min() == padded[-2:].min() == padded[:, :2].min() == padded[:, -2:].min() == 7
    return padded[2:-2, 2:-2] // 7


def text(grid):
    return ["".join(".#"[cell] for cell in row) for row in grid]


@on_many
@given(st.sampled_from(CONNECTED), SIDES, SIDES, SEEDS)
def test_generated_maps_are_connected(name, height, width, seed):
    free = draw_map(name, height, width, seed) == 0
    first = tuple(np.argwhere(free)[0])
    assert len(reachable(free, first)) == free.sum()


@pytest.mark.parametrize("name", sorted(GENERATORS))
def test_the_environment_plays_on_the_map_of_its_stream(name):
    task = Lifelong(name, 3, LifelongConfig(num_agents=4, map=name, height=12, width=15, density=0.2, obs_radius=3))
    task.reset(seed=11)
    for env in range(3):
        assert (task.state.obstacle[env, 3:-3, 3:-3] == draw_map(name, 12, 15, seed=11, density=0.2, env=env)).all()


@pytest.mark.parametrize("name", ["random", "mazes", "rooms"])
def test_other_streams_draw_other_maps(name):
    assert (draw_map(name, 20, 20, seed=1) != draw_map(name, 20, 20, seed=2)).any()
    assert (draw_map(name, 20, 20, seed=1) != draw_map(name, 20, 20, seed=1, env=1)).any()


def test_random_maps_have_the_density_asked_for():
    assert draw_map("random", 30, 30, density=0.0).sum() == 0
    walls = int(draw_map("random", 200, 200, density=0.3).sum())
    assert abs(walls - 12000) < 4 * math.sqrt(40000 * 0.3 * 0.7)


@on_many
@given(st.integers(0, 12), st.integers(0, 12), SEEDS)
def test_mazes_have_as_many_loops_as_promised(half_height, half_width, seed):
    grid = draw_map("mazes", 2 * half_height + 1, 2 * half_width + 1, seed)
    nodes = (half_height + 1) * (half_width + 1)
    walls_between = half_height * (half_width + 1) + half_width * (half_height + 1)
    closed_in_a_perfect_maze = walls_between - (nodes - 1)
    passages = nodes - 1 + math.ceil(LOOPS * closed_in_a_perfect_maze)
    assert (grid[::2, ::2] == 0).all()
    assert (grid[1::2, 1::2] == 1).all()
    assert (grid == 0).sum() == nodes + passages


@on_many
@given(st.integers(1, 12), st.integers(0, 12), SEEDS, st.booleans())
def test_mazes_with_an_even_side_are_mazes_with_one_corridor_doubled(half_height, half_width, seed, upright):
    height, width = 2 * half_height, 2 * half_width + 1
    grid = draw_map("mazes", height, width, seed) if upright else draw_map("mazes", width, height, seed).T
    twins = [r for r in range(2 * half_height - 1) if (grid[r] == grid[r + 1]).all()]
    assert any((np.delete(grid, r, axis=0)[::2, ::2] == 0).all() and r % 2 == 0 for r in twins)


def test_mazes_of_equal_size_differ_in_every_passage():
    """Each wall between two nodes is open in some mazes and closed in others."""
    share = np.mean([draw_map("mazes", 7, 7, seed) for seed in range(300)], axis=0)
    between = np.add.outer(np.arange(7), np.arange(7)) % 2 == 1
    assert share[between].min() > 0.1
    assert share[between].max() < 0.5


@on_many
@given(st.integers(8, 30), st.integers(8, 30), SEEDS)
def test_rooms_are_no_larger_than_promised(height, width, seed):
    grid = draw_map("rooms", height, width, seed)
    side = ROOM_MAX + 1
    windows = np.lib.stride_tricks.sliding_window_view(grid, (side, side))
    assert windows.any(axis=(2, 3)).all()


@on_many
@given(st.integers(8, 30), st.integers(8, 30), SEEDS)
def test_doors_of_rooms_lead_somewhere(height, width, seed):
    """Rooms are at least 3 x 3: a cell with one free neighbour would be a door before a wall."""
    free = np.pad(draw_map("rooms", height, width, seed) == 0, 1).astype(int)
    neighbours = free[:-2, 1:-1] + free[2:, 1:-1] + free[1:-1, :-2] + free[1:-1, 2:]
    assert (neighbours[free[1:-1, 1:-1] == 1] >= 2).all()


@on_many
@given(st.integers(1, ROOM_MAX), st.integers(1, ROOM_MAX), SEEDS)
def test_a_small_map_is_one_room(height, width, seed):
    assert draw_map("rooms", height, width, seed).sum() == 0


def test_a_small_warehouse():
    drawn = [
        "......................",
        "......................",
        "..########.#########..",
        "..########.#########..",
        "......................",
        "......................",
        "..########.#########..",
        "..########.#########..",
        "......................",
        "......................",
        "......................",
    ]
    assert text(draw_map("warehouse", 11, 22)) == drawn
    assert (draw_map("warehouse", 22, 11) == draw_map("warehouse", 11, 22).T).all()


@on_many
@given(st.integers(5, 40), st.integers(5, 40))
def test_warehouses_have_shelves_with_aisles_around_them(height, width):
    grid = draw_map("warehouse", height, width)
    assert grid.any()
    if height <= width:
        assert not grid[:2].any()
        assert not grid[:, :2].any()
        assert not grid[:, -2:].any()
