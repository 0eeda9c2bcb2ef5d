"""Names that `map` and `scenario` take, and sentences for others.

They are generators, files of every kind of text, and drawings.
"""

import gzip
import os
import zipfile

import numpy as np
import pytest

from stigmergy import envs
from stigmergy.envs.errors import UserError
from stigmergy.envs.pathfinding.maps.names import map_file

GRID = ["..@.", "....", ".T.."]
HEADER = ["type octile", "height 3", "width 4", "map"]
TEXT = "\n".join([*HEADER, *GRID, ""])
WALLS = [[0, 0, 1, 0], [0, 0, 0, 0], [0, 1, 0, 0]]
DRAWING = "..#.\n....\n.#..\n"


def walls(name):
    env = envs.make("pathfinding/lifelong-v0", 1, map=str(name), num_agents=1)
    return env.constants.drawing.tolist()


@pytest.mark.parametrize(
    "name", ["UPPER.MAP", "plain.map", "Mixed.Map", "text.txt", "no_suffix", "a.b.c", "with space.dat"]
)
@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.replace("\n", "\r").encode(),
    ],
    ids=["unix", "windows", "byte-order mark", "UTF-16", "old mac"],
)
def test_a_map_is_read_whatever_its_file_is_called(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert walls(tmp_path / name) == WALLS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_drawing_may_lie_in_a_file(tmp_path, encoding):
    (tmp_path / "drawing.txt").write_bytes(DRAWING.encode(encoding))
    assert walls(tmp_path / "drawing.txt") == WALLS
    assert walls(DRAWING) == WALLS


def compressed(path):
    path.write_bytes(gzip.compress(TEXT.encode()))


def zipped(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("plain.map", TEXT)


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("gone.map", None, "no such file"),
        ("GONE.MAP", None, "no such file"),
        ("gone.txt", None, "there is no such file"),
        ("folder/gone.txt", None, "there is no such file"),
        ("a.map", lambda path: path.write_bytes(b""), "line 1, is missing"),
        ("a.txt", lambda path: path.write_bytes(b" \n\n"), "line 1, is missing"),
        (
            "a.txt",
            lambda path: path.write_bytes(TEXT.encode() + b"\xe9"),
            "not a text file in UTF-8: the byte 0xe9 in line 8",
        ),
        ("a.map", lambda path: path.write_bytes(TEXT.encode("utf-16-le")), "NUL bytes"),
        ("a.map.gz", compressed, "compressed by gzip"),
        ("a.zip", zipped, "compressed by zip"),
        ("a.txt", lambda path: path.write_text("once upon a time"), "no MovingAI header, and as a drawing"),
        ("a.txt", lambda path: path.write_text(TEXT.replace("octile", "hex")), "line 1, reads 'type hex'"),
        ("folder.map", lambda path: path.mkdir(), "is a directory"),
        ("folder", lambda path: path.mkdir(), "is a directory"),
        ("fifo", os.mkfifo, "FIFO"),
        ("fifo.map", os.mkfifo, "FIFO"),
        ("raandom", None, "Did you mean 'random'"),
        ("", None, "allowed is a generator, a map file or a drawing"),
    ],
)
def test_what_is_no_map_gets_one_true_sentence(tmp_path, monkeypatch, name, make, words):
    monkeypatch.chdir(tmp_path)
    if make:
        make(tmp_path / name)
    with pytest.raises(UserError, match=words) as error:
        walls(name)
    assert "\n" not in str(error.value)


def test_a_device_is_not_read():
    with pytest.raises(UserError, match="device"):
        walls("/dev/zero")


def test_generators_and_drawings_are_never_taken_for_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "random").write_text(TEXT)
    assert [map_file(name) for name in ("random", "..", ".#.", "a.A", DRAWING, "#" * 5000)] == [None] * 6
    assert map_file("./random") == "./random"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["s.scen", "S.SCEN", "s.txt"])
def test_scenarios_likewise(tmp_path, encoding, end, name):
    (tmp_path / "plain.map").write_text(TEXT)
    lines = ["version 1", "0\tplain.map\t4\t3\t1\t0\t3\t2\t4", ""]
    (tmp_path / name).write_bytes(end.join(lines).encode(encoding))
    env = envs.make(
        "pathfinding/lifelong-v0", 1, map=str(tmp_path / "plain.map"), scenario=str(tmp_path / name), num_agents=1
    )
    assert env.constants.fixed_starts.tolist() == [[0, 1]]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.mkdir(), "is a directory"),
        (os.mkfifo, "FIFO"),
        (lambda path: path.write_bytes(b""), "line 1, is missing"),
        (lambda path: path.write_bytes(gzip.compress(b"version 1")), "compressed by gzip"),
        (lambda path: path.write_bytes(b"version 1\n\xff"), "0xff in line 2"),
    ],
)
def test_what_is_no_scenario_gets_one_true_sentence(tmp_path, make, words):
    make(tmp_path / "s.scen")
    with pytest.raises(UserError, match=words):
        envs.make("pathfinding/lifelong-v0", 1, map=DRAWING, scenario=str(tmp_path / "s.scen"), num_agents=1)


def test_agents_on_a_crowded_map_are_placed_anew_until_there_is_room():
    # 14 agents need 14 connected free cells of 16, each of them free with probability 0.55: few
    # draws in 1,000.
    env = envs.make(
        "pathfinding/lifelong-v0", 4, num_agents=14, height=4, width=4, density=0.45, obs_radius=1, max_cycles=1
    )
    env.reset(seed=2)
    snapshot = env.snapshot()
    actions = np.zeros((4, 14), np.int64)
    for _ in range(60):
        env.step(actions)
        assert env.state.placed.all()
        assert all(len(np.unique(position, axis=0)) == 14 for position in env.state.position)
    again = envs.make("pathfinding/lifelong-v0", 4, **vars(env.config))
    again.restore(snapshot)
    for _ in range(60):
        again.step(actions)
    assert (again.state.position == env.state.position).all()
    assert (again.state.stream == env.state.stream).all()


@pytest.mark.parametrize("task", ["lifelong", "oneshot"])
def test_a_map_on_which_there_is_never_room_is_told_at_the_first_reset(task):
    parameters = {"map": ".#.#.#.\n#######\n.#.#.#.", "num_agents": 4}
    with pytest.raises(UserError, match=r"num_agents is 4, for whom 5000 draws of a drawn map of 3 x 7 had no room"):
        envs.make(f"pathfinding/{task}-v0", 2, **parameters).reset(seed=0)
