"""Names of maps and scenarios: generators, files and drawings."""

import os
from pathlib import Path

from .drawing import MARKS, Layout, MapError, read_drawing
from .generators import GENERATORS
from .movingai import MAP_SUFFIX, parse_map, read_lines

DATA = Path(__file__).parent / "data"
HEADER = ("type", "height", "width", "map")


def find_file(name: str) -> str:
    """The file `name`, or the one of that name that comes with the package."""
    return str(DATA / name) if not os.path.exists(name) and name and os.path.isfile(DATA / name) else name


def map_file(name: str) -> str | None:
    """The file that `map` names; None where it names a generator or is a drawing."""
    if name in GENERATORS or "\n" in name or set(name) <= set(MARKS):
        return None
    found = find_file(name)
    return found if os.path.exists(found) or name.lower().endswith(MAP_SUFFIX) else None


def scenario_file(name: str) -> str | None:
    """The file that `scenario` names; None where it is left out."""
    return find_file(name) if name else None


def read_map_file(path: str) -> Layout:
    """Read a MovingAI map, or a drawing that lies in a file, by its first lines.

    Raises:
        MapError: the file cannot be read, or is neither.
    """
    lines = read_lines(path)
    header = any(line.split()[:1] == [word] for word, line in zip(HEADER, lines))
    if header or path.lower().endswith(MAP_SUFFIX) or not any(lines):
        return parse_map(path, lines)
    try:
        return read_drawing("\n".join(lines))
    except MapError as error:
        raise MapError(f"'{path}' has no MovingAI header, and as a drawing {error}") from None
