"""MovingAI's `.map` and `.scen` files, the common format of pathfinding benchmarks.

Source: Sturtevant, "Benchmarks for grid-based pathfinding" (2012),
https://movingai.com/benchmarks/formats.html. The format is made for eight neighbours; our agents
have four, so the optimal lengths in MovingAI's own scenarios are lower bounds here (those of the
scenarios that come with this package are counted in steps to four neighbours).
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...utils.files import UnreadableFile, read_text
from .drawing import Cell, Layout, MapError, open_layout

MAP_SUFFIX = ".map"

PASSABLE = ".GS"
"""Ground, and swamp, which may be entered from ground."""
BLOCKED = "@OTW"
"""Out of bounds, trees, and water: it may not be entered from ground, so here it is a wall."""
SCENARIO_FIELDS = (
    "bucket",
    "map",
    "map width",
    "map height",
    "start x",
    "start y",
    "goal x",
    "goal y",
    "optimal length",
)


class ScenarioEntry(NamedTuple):
    """One agent's problem."""

    bucket: int
    map: str
    shape: Cell
    """Rows and columns of the map."""
    start: Cell
    goal: Cell
    length: float
    """Optimal path length."""


def read_map(path: str | Path) -> Layout:
    """Read a `.map` file: `.`, `G` and `S` are free; `@`, `O`, `T` and `W` are walls.

    Raises:
        MapError: the file cannot be read, or a line is not what the format asks for.
    """
    return parse_map(path, read_lines(path))


def parse_map(path: str | Path, lines: list[str]) -> Layout:
    """Read the lines of a `.map` file; see `read_map`. `path` names it in errors."""
    sizes = []
    for k, expected in enumerate(("type octile", "height H", "width W", "map")):
        words = lines[k].split() if k < len(lines) else []
        fits = len(words) == len(expected.split()) and words[0] == expected.split()[0]
        if not fits or (k == 0 and words[1] != "octile") or (k in (1, 2) and not _is_size(words[1])):
            hint = " with a number of cells above 0" if k in (1, 2) else ""
            raise _unexpected(path, lines, k, f"'{expected}'{hint}")
        sizes += [int(word) for word in words[1:] if k in (1, 2)]
    height, width = sizes
    rows = lines[4:]
    if len(rows) != height:
        raise MapError(f"{path} has {len(rows)} rows of cells but its height is {height}")
    for k, row in enumerate(rows, 4):
        if len(row) != width:
            raise _unexpected(path, lines, k, f"{width} cells as the width says, but there are {len(row)}")
        unknown = sorted(set(row) - set(PASSABLE + BLOCKED))
        if unknown:
            raise _unexpected(path, lines, k, f"cells among {PASSABLE + BLOCKED} but '{unknown[0]}' is none")
    return open_layout(np.isin(np.array([list(row) for row in rows]), list(BLOCKED)).astype(np.uint8))


def write_map(path: str | Path, obstacle: NDArray[Any]) -> None:
    """Write a map (rows, columns), nonzero on walls."""
    rows = ["".join("@" if wall else "." for wall in row) for row in obstacle]
    Path(path).write_text(
        "\n".join(["type octile", f"height {len(rows)}", f"width {len(rows[0])}", "map", *rows]) + "\n"
    )


def read_scenario(path: str | Path, shape: tuple[int, ...] | None = None) -> tuple[ScenarioEntry, ...]:
    """Read a `.scen` file.

    Args:
        shape: rows and columns of the map that the scenario is meant for; entries for another size
            are an error.

    Raises:
        MapError: the file cannot be read, a line is not what the format asks for, or a cell lies
            outside the map.
    """
    lines = read_lines(path)
    if not lines or lines[0].split() not in (["version", "1"], ["version", "1.0"]):
        raise _unexpected(path, lines, 0, "'version 1'")
    entries = tuple(_read_entry(path, lines, k) for k in range(1, len(lines)))
    for k, entry in enumerate(entries, 2):
        if shape is not None and entry.shape != shape:
            raise MapError(
                f"{path}, line {k}, is for a map of {_size(entry.shape)} cells, but the map has {_size(shape)}"
            )
    return entries


def write_scenario(path: str | Path, entries: tuple[ScenarioEntry, ...]) -> None:
    """Write a `.scen` file."""
    lines = ["version 1"]
    for entry in entries:
        xs_and_ys = (*entry.shape[::-1], *entry.start[::-1], *entry.goal[::-1])
        lines.append("\t".join(map(str, (entry.bucket, entry.map, *xs_and_ys, f"{entry.length:g}"))))
    Path(path).write_text("\n".join(lines) + "\n")


def _read_entry(path: str | Path, lines: list[str], k: int) -> ScenarioEntry:
    fields = lines[k].split("\t")
    if len(fields) != len(SCENARIO_FIELDS):
        raise _unexpected(
            path, lines, k, f"{len(SCENARIO_FIELDS)} fields parted by tabs ({', '.join(SCENARIO_FIELDS)})"
        )
    for name, field in zip(SCENARIO_FIELDS, fields):
        if name not in ("map", "optimal length") and not (field.isascii() and field.isdigit()):
            raise _unexpected(path, lines, k, f"a whole number as {name}, but it is '{field}'")
    bucket, width, height, x, y, goal_x, goal_y = (int(field) for field in (fields[0], *fields[2:8]))
    try:
        length = float(fields[8])
    except ValueError:
        raise _unexpected(path, lines, k, f"a number as optimal length, but it is '{fields[8]}'") from None
    entry = ScenarioEntry(bucket, fields[1], (height, width), (y, x), (goal_y, goal_x), length)
    for name, (row, column) in (("start", entry.start), ("goal", entry.goal)):
        if row >= height or column >= width:
            raise MapError(
                f"{path}, line {k + 1}, has its {name} at x {column}, y {row}, outside the map of {_size(entry.shape)} cells"
            )
    return entry


def read_lines(path: str | Path) -> list[str]:
    """Read the lines of a file without blanks at their ends and blank lines at the end."""
    try:
        text = read_text(path)
    except UnreadableFile as error:
        raise MapError(f"{path} {error.reason}") from None
    return [line.rstrip() for line in text.rstrip().split("\n")] if text.strip() else []


def _unexpected(path: str | Path, lines: list[str], k: int, expected: str) -> MapError:
    found = f"reads '{lines[k][:60]}'" if k < len(lines) else "is missing"
    return MapError(f"{path}, line {k + 1}, {found}; expected is {expected}")


def _is_size(word: str) -> bool:
    return word.isascii() and word.isdigit() and int(word) > 0


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} x {shape[1]}"
