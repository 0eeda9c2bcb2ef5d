"""MovingAI's files: what is read, what is refused, and the files that come with the package."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy.envs.pathfinding.config import OneShotConfig
from stigmergy.envs.pathfinding.env import OneShot
from stigmergy.envs.pathfinding.maps import bundled
from stigmergy.envs.pathfinding.maps.drawing import MapError
from stigmergy.envs.pathfinding.maps.movingai import ScenarioEntry, read_map, read_scenario, write_map, write_scenario
from stigmergy.envs.pathfinding.policies import ShortestPath
from tests.envs.support.pathfinding.worlds import reachable

DATA = Path(bundled.__file__).parent / "data"
MAP = ["type octile", "height 2", "width 3", "map", ".G@", "STW"]
ENTRY = ["0", "little.map", "3", "2", "1", "0", "0", "1", "2"]


def write(tmp_path, lines, end="\n"):
    path = tmp_path / "file"
    path.write_bytes(end.join([*lines, ""]).encode())
    return path


def scenario(tmp_path, *entries):
    return write(tmp_path, ["version 1", *("\t".join(entry) for entry in entries)])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_map_file(tmp_path, end):
    layout = read_map(write(tmp_path, [*MAP, "", ""], end))
    assert layout.obstacle.tolist() == [[0, 0, 1], [0, 1, 1]]
    assert layout.obstacle.dtype == np.uint8
    assert (layout.start_allowed == (layout.obstacle == 0)).all()
    assert (layout.goal_allowed == (layout.obstacle == 0)).all()
    assert layout.starts == layout.goals == ()


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32))
def test_a_map_that_is_written_is_read_back(tmp_path_factory, height, width, seed):
    path = tmp_path_factory.mktemp("map") / "some.map"
    grid = np.random.default_rng(seed).integers(0, 2, (height, width))
    write_map(path, grid)
    assert (read_map(path).obstacle == grid).all()


@pytest.mark.parametrize(
    ("line", "text", "sentence"),
    [
        (0, "type hex", ", line 1, reads 'type hex'; expected is 'type octile'"),
        (1, "height two", ", line 2, reads 'height two'; expected is 'height H' with a number of cells above 0"),
        (1, "height 0", ", line 2, reads 'height 0'; expected is 'height H' with a number of cells above 0"),
        (1, "height 3", " has 2 rows of cells but its height is 3"),
        (2, "height 3", ", line 3, reads 'height 3'; expected is 'width W'"),
        (2, "width 4", ", line 5, reads '.G@'; expected is 4 cells as the width says, but there are 3"),
        (3, "mop", ", line 4, reads 'mop'; expected is 'map'"),
        (5, "..", ", line 6, reads '..'; expected is 3 cells as the width says, but there are 2"),
        (5, "..x", ", line 6, reads '..x'; expected is cells among .GS@OTW but 'x' is none"),
    ],
)
def test_bad_maps_are_told_with_file_and_line(tmp_path, line, text, sentence):
    path = write(tmp_path, [*MAP[:line], text, *MAP[line + 1 :]])
    with pytest.raises(MapError) as error:
        read_map(path)
    assert str(error.value).startswith(f"{path}{sentence}")


@pytest.mark.parametrize("read", [read_map, read_scenario])
def test_files_that_cannot_be_read(tmp_path, read):
    with pytest.raises(MapError, match=r"absent cannot be read: no such file or directory$"):
        read(tmp_path / "absent")
    with pytest.raises(MapError, match=r"cannot be read: is a directory$"):
        read(tmp_path)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MapError, match=r"bytes is not a text file$"):
        read(tmp_path / "bytes")
    with pytest.raises(MapError, match=r"line 1, is missing; expected is '(type octile|version 1)'"):
        read(write(tmp_path, []))


@pytest.mark.parametrize("version", ["version 1", "version 1.0"])
def test_in_a_scenario_x_is_the_column(tmp_path, version):
    (entry,) = read_scenario(write(tmp_path, [version, "\t".join(ENTRY)]))
    assert entry == ScenarioEntry(bucket=0, map="little.map", shape=(2, 3), start=(0, 1), goal=(1, 0), length=2.0)


def test_a_scenario_that_is_written_is_read_back(tmp_path):
    entries = (
        ScenarioEntry(0, "a b.map", (2, 3), (0, 1), (1, 2), 2),
        ScenarioEntry(1, "a b.map", (2, 3), (1, 0), (0, 0), 5.41421),
    )
    write_scenario(tmp_path / "scen", entries)
    assert read_scenario(tmp_path / "scen") == entries


def test_an_empty_scenario_has_no_entries(tmp_path):
    assert read_scenario(scenario(tmp_path)) == ()


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        (
            0,
            "x",
            ", line 3, reads 'x\tlittle.map\t3\t2\t1\t0\t0\t1\t2'; expected is a whole number as bucket, but it is 'x'",
        ),
        (
            4,
            "-1",
            ", line 3, reads '0\tlittle.map\t3\t2\t-1\t0\t0\t1\t2'; expected is a whole number as start x, but it is '-1'",
        ),
        (8, "far", ", line 3, reads '0\tlittle.map\t3\t2\t1\t0\t0\t1\tfar'; expected is a number as optimal length"),
        (4, "3", ", line 3, has its start at x 3, y 0, outside the map of 2 x 3 cells"),
        (7, "2", ", line 3, has its goal at x 0, y 2, outside the map of 2 x 3 cells"),
        (8, "2\t9", ", line 3, reads '0\tlittle.map\t3\t2\t1\t0\t0\t1\t2\t9'; expected is 9 fields parted by tabs"),
    ],
)
def test_bad_scenarios_are_told_with_file_and_line(tmp_path, field, text, sentence):
    path = scenario(tmp_path, ENTRY, [*ENTRY[:field], text, *ENTRY[field + 1 :]])
    with pytest.raises(MapError) as error:
        read_scenario(path)
    assert str(error.value).startswith(f"{path}{sentence}")


def test_a_scenario_without_its_version(tmp_path):
    with pytest.raises(MapError, match=r"line 1, reads '0\t.*; expected is 'version 1'"):
        read_scenario(write(tmp_path, ["\t".join(ENTRY)]))


def test_a_scenario_for_a_map_of_another_size(tmp_path):
    path = scenario(tmp_path, ENTRY)
    assert len(read_scenario(path, (2, 3))) == 1
    with pytest.raises(MapError, match=r"line 2, is for a map of 2 x 3 cells, but the map has 3 x 2"):
        read_scenario(path, (3, 2))


# The files that come with the package.


def test_the_data_files_are_what_the_module_writes(tmp_path):
    bundled.write_data(tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(path.name for path in DATA.iterdir())
    for name in names:
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes(), name


def test_the_random_map_is_connected():
    free = read_map(DATA / "random-32.map").obstacle == 0
    assert free.shape == (32, 32)
    assert len(reachable(free, tuple(np.argwhere(free)[0]))) == free.sum()
    assert 0.15 < 1 - free.mean() < 0.25


def test_the_warehouse_scenario_is_well_formed():
    """With agents on all starts and goals the other cells are connected, and one is beside each."""
    free = read_map(DATA / "warehouse.map").obstacle == 0
    entries = read_scenario(DATA / "warehouse.scen", (33, 46))
    taken = [cell for entry in entries for cell in (entry.start, entry.goal)]
    assert len(entries) == 128
    assert len(set(taken)) == len(taken)
    assert all(free[cell] for cell in taken)
    free[tuple(np.transpose(taken))] = False
    lanes = reachable(free, (0, 0))
    for r, c in taken:
        assert lanes & {(r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)}


def test_the_lengths_of_the_warehouse_scenario_are_steps():
    """Agents that are alone in their envs arrive after exactly as many steps as the file says."""
    for entry in read_scenario(DATA / "warehouse.scen")[::8]:
        env = OneShot("x", 1, OneShotConfig(map="warehouse.map", starts=(entry.start,), goals=((entry.goal,),)))
        env.reset(seed=0)
        planner = ShortestPath(env.constants.radius)
        while not env.state.over[0]:
            env.step(planner.act(env.state))
        assert env.state.first_arrival[0, 0] + 1 == entry.length


def test_an_environment_takes_starts_and_goals_from_a_scenario():
    env = OneShot("x", 1, OneShotConfig(map="warehouse.map", scenario="warehouse.scen", num_agents=64))
    env.reset(seed=0)
    entries = read_scenario(DATA / "warehouse.scen")[:64]
    assert [tuple(cell) for cell in env.state.position[0]] == [entry.start for entry in entries]
    assert [tuple(cell) for cell in env.state.goal[0]] == [entry.goal for entry in entries]


def test_an_environment_refuses_a_scenario_for_another_map():
    with pytest.raises(MapError, match=r"is for a map of 33 x 46 cells, but the map has 32 x 32"):
        OneShot("x", 1, OneShotConfig(map="random-32.map", scenario="warehouse.scen"))
