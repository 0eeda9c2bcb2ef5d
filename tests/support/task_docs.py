"""The class docstring of a task: sections in one order, and tables that cover its spaces.

Tests compare them with specs, and the pages of the documentation site are made of them.
"""

import inspect
import re
import textwrap
from math import prod
from typing import Any

from gymnasium import spaces

SECTIONS = (
    "Rules",
    "Observation",
    "Actions",
    "Reward",
    "End",
    "Metrics",
    "Config presets",
    "Differences from the source",
    "Source",
)
OPTIONAL = {"Config presets", "Differences from the source"}
COLUMNS = {"Observation": ("index", "value", "range"), "Actions": ("index", "action"), "Metrics": ("name", "value")}
HEADING = re.compile(r"^(?P<section>[A-Z][\w ]*?)(?: of (?P<group>\w+))?:$")


def sections_of(cls: type) -> dict[tuple[str, str], list[str]]:
    """Lines of each section by (section, group), in the order of SECTIONS.

    The group is empty where the section holds for all. A section that a class leaves out is that of
    the next of its base classes that has it.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for base in cls.__mro__:
        taken = {section for section, _ in found}
        sections = own_sections(base).items()
        found |= {key: lines for key, lines in sections if key[0] in SECTIONS and key[0] not in taken}
    return dict(sorted(found.items(), key=lambda item: SECTIONS.index(item[0][0])))


def own_sections(cls: type) -> dict[tuple[str, str], list[str]]:
    """Lines of each section of a class's own docstring by (section, group), in its order."""
    return _read(cls)[1]


def summary_of(cls: type) -> str:
    """Text of a class's own docstring before its sections."""
    return _read(cls)[0]


def _read(cls: type) -> tuple[str, dict[tuple[str, str], list[str]]]:
    """Text before the sections, and the sections without the indentation below their names."""
    found: dict[tuple[str, str], list[str]] = {}
    lines: list[str] = []
    before = lines
    for line in inspect.cleandoc(cls.__doc__ or "").splitlines():
        heading = HEADING.match(line)
        if heading and not line.startswith(" "):
            lines = found.setdefault((heading["section"], heading["group"] or ""), [])
        else:
            lines.append(line)
    texts = {key: textwrap.dedent("\n".join(own)).strip("\n").splitlines() for key, own in found.items()}
    return "\n".join(before).strip(), texts


def tables(lines: list[str]) -> list[list[tuple[str, ...]]]:
    """Tables of a section, each a list of rows; the first holds the names of the columns."""
    found: list[list[tuple[str, ...]]] = []
    before = ""
    for line in lines:
        if line.startswith("|"):
            if not before.startswith("|"):
                found.append([])
            row = tuple(cell.strip() for cell in line.strip("|").split("|"))
            if not all(set(cell) <= set("-: ") for cell in row):
                found[-1].append(row)
        before = line
    return found


def errors_in_docs(cls: type, spec: Any) -> list[str]:
    """Sentences on what the docstring of a task lacks, or says otherwise than its spec."""
    sections = sections_of(cls)
    known = {section for section, _ in sections}
    names = list(dict.fromkeys(section for section, _ in own_sections(cls)))
    found = [f"no section '{name}'" for name in SECTIONS if name not in known and name not in OPTIONAL]
    found += [f"section '{name}' is none of {', '.join(SECTIONS)}" for name in names if name not in SECTIONS]
    order = [name for name in SECTIONS if name in names]
    if [name for name in names if name in SECTIONS] != order:
        found.append(f"sections stand in the order {', '.join(names)}; the order is {', '.join(order)}")
    if found:
        return found
    for group in spec.groups:
        for section, space in (("Observation", group.observation_space), ("Actions", group.action_space)):
            lines = sections.get((section, group.name), sections.get((section, "")))
            found += [f"{section} of {group.name}: {error}" for error in _errors_of_space(section, lines or [], space)]
    metrics = [name for row in _first_column(sections["Metrics", ""], "Metrics") for name in _names(row)]
    if set(metrics) != set(spec.metrics):
        found.append(f"Metrics lists {sorted(metrics)}; the spec has {sorted(spec.metrics)}")
    return found


def _errors_of_space(section: str, lines: list[str], space: spaces.Space) -> list[str]:
    rows = _first_column(lines, section)
    if not rows:
        return [f"no table with the columns {', '.join(COLUMNS[section])}"]
    covered, wrong = [], []
    for row in rows:
        try:
            covered += _indices(row)
        except ValueError:
            wrong.append(f"the index {row!r} is no number, no range 'first-last' and no 'part.value'")
    sizes = _sizes(space)
    if not wrong and not any(covered == expected for expected in sizes):
        wrong.append(f"the table covers {covered}; the space has {sizes[0]}")
    return wrong


def _first_column(lines: list[str], section: str) -> list[str]:
    """First cells of the rows of all tables with the columns of the section."""
    return [row[0] for table in tables(lines) if table[0] == COLUMNS[section] for row in table[1:]]


def _names(text: str) -> list[str]:
    """Names that a cell stands for: itself, or `return_0` to `return_6` for `return_0-6`."""
    numbered = re.fullmatch(r"(\w+_)(\d+)-(\d+)", text)
    return [f"{numbered[1]}{i}" for i in range(int(numbered[2]), int(numbered[3]) + 1)] if numbered else [text]


def _indices(text: str) -> list[Any]:
    """Indices in a cell: `3`, `3-5`, and `1.0-4` or `1.2` for values of part 1 of several."""
    part, dot, values = text.rpartition(".")
    first, _, last = values.partition("-")
    numbers = range(int(first), int(last or first) + 1)
    return [(int(part), number) for number in numbers] if dot else list(numbers)


def _sizes(space: spaces.Space) -> list[list[Any]]:
    """Lists of indices that a table of the space may cover; the first is for messages."""
    if isinstance(space, spaces.Discrete):
        return [list(range(int(space.n)))]
    if isinstance(space, spaces.MultiDiscrete):
        return [[(part, value) for part, size in enumerate(space.nvec) for value in range(int(size))]]
    shape = space.shape or ()
    if len(shape) == 3:  # channels stand first, or last in pictures
        return [list(range(shape[0])), list(range(shape[2]))]
    return [list(range(prod(shape)))]
